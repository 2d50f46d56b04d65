"""Scenes as JSON, and scenes drawn from seeds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kinora.errors import InputError
from kinora.world.held_out import holds_out, is_held_out
from kinora.world.kinds import OBJECT_COLOURS, OBJECT_SHAPES
from kinora.world.sample import FamilyChoice, sample_spec
from kinora.world.spec import spec_from_json, spec_to_json

FAMILIES: tuple[FamilyChoice, ...] = ("objects", "landscapes", "figures", "mixed")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_scene_survives_json(family: FamilyChoice) -> None:
    for seed in range(12):
        spec = sample_spec(seed, family=family)
        assert spec_from_json(json.dumps(spec_to_json(spec))) == spec


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_scene(family: FamilyChoice) -> None:
    assert sample_spec(41, family=family) == sample_spec(41, family=family)
    assert sample_spec(41, family=family) != sample_spec(42, family=family)


def _scene(**changes: Any) -> dict[str, Any]:
    return {**spec_to_json(sample_spec(3)), **changes}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ground": "lava"}, "ground"),
        ({"seconds": 0}, "seconds is 0"),
        ({"family": "landscapes", "land": None}, "land"),
        ({"things": [{**_scene()["things"][0], "half_size_m": [0, 1, 1]}]}, "half_size_m"),
        ({"things": [{**_scene()["things"][0], "motion": {"name": "orbit", "other": 7}}]}, "motion.other is 7"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        spec_from_json(_scene(**changes))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(InputError, match="no world spec"):
        spec_from_json("{")


def test_splits_never_mix() -> None:
    assert not any(holds_out(sample_spec(seed, split="seen")) for seed in range(150))
    assert all(holds_out(sample_spec(seed, split="held_out")) for seed in range(60))


def test_about_one_combination_in_ten_is_held_out_and_rolling_counts_as_sliding() -> None:
    motions = ("still", "roll", "bounce", "fall", "jump", "spin", "orbit", "hit", "grow", "appear")
    kept = [is_held_out(c, s, m) for c in OBJECT_COLOURS for s in OBJECT_SHAPES for m in motions]
    assert 0.06 < sum(kept) / len(kept) < 0.14
    assert all(is_held_out(c, s, "roll") == is_held_out(c, s, "slide") for c in OBJECT_COLOURS for s in OBJECT_SHAPES)


def test_an_unknown_family_and_a_negative_seed_are_refused() -> None:
    with pytest.raises(InputError, match="no family"):
        sample_spec(1, family="cartoons")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="seed is -1"):
        sample_spec(-1)
