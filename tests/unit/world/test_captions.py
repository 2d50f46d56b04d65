"""Captions say what is there, in as many words as people have."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kinora.world import words
from kinora.world.captions import caption_of, captions_of
from kinora.world.sample import sample_spec
from kinora.world.sample_objects import rest_height
from kinora.world.spec import CameraPath, Light, Motion, Relation, Thing, Weather, WorldSpec


def ball(colour: str = "red", **more: object) -> Thing:
    return Thing("ball", colour, (0.6,) * 3, (0.0, 0.0, rest_height("ball", (0.6,) * 3)), **more)  # type: ignore[arg-type]


def scene(*things: Thing, **more: object) -> WorldSpec:
    return WorldSpec(5, "objects", things, "grass", Light(), Weather(), CameraPath(), **more)  # type: ignore[arg-type]


ROLLS = Motion("roll", "left", None, (-1.5, 0, 0))


def test_the_short_form_is_plain() -> None:
    assert captions_of(scene(ball(motion=ROLLS))).short == "a red ball rolls left"
    assert captions_of(scene(ball(motion=ROLLS), ball(motion=ROLLS))).short == "two red balls roll left"
    orbit = Motion("orbit", speed="fast", other=1)
    assert captions_of(scene(ball(motion=orbit), ball("orange"))).short == "a red ball orbits an orange ball quickly"
    beside = scene(ball(), ball("blue"), relation=Relation(0, "left of", 1))
    assert captions_of(beside).short == "a red ball to the left of a blue ball"


def test_the_long_form_adds_ground_light_and_camera() -> None:
    spec = scene(ball(size="large", motion=replace(ROLLS, speed="fast")))
    spec = replace(spec, light=Light("sunset"))
    expected = "a large red ball rolls quickly left across green grass at sunset while the camera stays still"
    assert captions_of(spec).long == expected


def _forms(options: tuple[tuple[str, ...], ...]) -> set[str]:
    return {form for row in options for form in row}


@pytest.mark.parametrize("draw", range(4))
def test_every_wording_states_colour_shape_direction_speed_place_and_moving_camera(draw: int) -> None:
    for seed in range(250):
        spec = sample_spec(seed)
        said = caption_of(spec, draw)
        for thing in spec.things:
            assert any(word in said for word in words.COLOUR_WORDS[thing.colour]), (said, thing)
            assert any(word in said for word in _forms(words.SHAPE_WORDS[thing.shape])), (said, thing)
            if thing.motion.direction in ("left", "right") and thing.motion.name in ("roll", "slide"):
                assert thing.motion.direction in said, said
            if thing.motion.speed:
                assert any(word in said for word in words.SPEED_WORDS[thing.motion.speed]), (said, thing)
            if thing.place and not spec.relation:
                assert any(word in said for word in words.PLACE_WORDS[thing.place]), (said, thing)
        if spec.camera.move != "still":
            assert any(word in said for word in words.CAMERA_WORDS[spec.camera.move]), said


@pytest.mark.parametrize("family", ["objects", "landscapes", "figures"])
def test_wordings_are_clean(family: str) -> None:
    for seed in range(120):
        captions = captions_of(sample_spec(seed, family=family))  # type: ignore[arg-type]
        for said in (captions.short, captions.long, *captions.paraphrases):
            assert said == said.strip() and "  " not in said and not said.startswith(","), said
            assert not re.search(r"\ba (?:orange|emerald|aqua|orb|animal)\b|\ban (?:red|blue|green|white)\b", said), (
                said
            )


def test_captions_are_seeded_and_varied() -> None:
    spec = sample_spec(9)
    assert captions_of(spec) == captions_of(spec)
    assert len({caption_of(spec, draw) for draw in range(40)}) > 10
