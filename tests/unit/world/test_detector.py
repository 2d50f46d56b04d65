"""Tracks and what they say, without the networks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.world.test_captions import ball, scene

from kinora.world.detector import ParsedClip, ParsedThing, frechet_distance, score_parsed, state_vector
from kinora.world.kinds import OBJECT_COLOURS, OBJECT_SHAPES
from kinora.world.spec import Motion, Relation
from kinora.world.statements import Sighted, direction_seen, first_direction, place_holds, speed_seen
from kinora.world.tracks import Peak, follow

SECONDS = np.arange(17, dtype=np.float32) / 8


def share(names: tuple[str, ...], name: str) -> NDArray[np.float32]:
    return np.array([0.9 if one == name else 0.1 / (len(names) - 1) for one in names], np.float32)


def peak(x: float, y: float = 0.05, colour: str = "red", shape: str = "ball", radius: float = 0.1) -> Peak:
    return Peak(x, y, radius, 0.9, share(OBJECT_COLOURS, colour), share(OBJECT_SHAPES, shape))  # type: ignore[arg-type]


def sighted(x: Callable[[float], float], y: Callable[[float], float] = lambda _: 0.05, grows: float = 0.0) -> Sighted:
    columns = [np.array([f(float(s)) for s in SECONDS], np.float32) for f in (x, y)]
    return Sighted(SECONDS, columns[0], columns[1], (0.1 * np.exp(grows * SECONDS)).astype(np.float32))


def found(colour: str, track: Sighted, shape: str = "ball") -> ParsedThing:
    return ParsedThing(colour, shape, track, share(OBJECT_COLOURS, colour), share(OBJECT_SHAPES, shape))


def parsed(*things: ParsedThing, camera: str = "still") -> ParsedClip:
    return ParsedClip(things, camera, np.full(7, 1 / 7, np.float32))


def test_a_track_goes_on_behind_what_hides_it() -> None:
    frames = [[peak(-0.4 + 0.05 * n)] if not 6 <= n <= 9 else [] for n in range(17)]
    tracks = follow(frames, 8)
    assert len(tracks) == 1 and len(tracks[0].peaks) == 13


def test_two_alike_that_stand_side_by_side_stay_two() -> None:
    assert len(follow([[peak(-0.2), peak(0.2)] for _ in range(17)], 8)) == 2


def test_two_that_cross_keep_their_colours() -> None:
    frames = [[peak(-0.4 + 0.05 * n), peak(0.4 - 0.05 * n, colour="blue")] for n in range(17)]
    tracks = sorted(follow(frames, 8), key=lambda track: track.peaks[0].x)
    assert [OBJECT_COLOURS[int(track.colour_shares().argmax())] for track in tracks] == ["red", "blue"]
    assert tracks[0].peaks[16].x == pytest.approx(0.4)


def test_a_flicker_is_no_thing() -> None:
    frames = [[peak(0.0)] + ([peak(0.4, colour="green")] if n == 5 else []) for n in range(17)]
    assert len(follow(frames, 8)) == 1


def test_directions_and_speeds() -> None:
    assert direction_seen(sighted(lambda s: -0.25 * s)) == "left"
    assert direction_seen(sighted(lambda s: 0.25 * s)) == "right"
    assert direction_seen(sighted(lambda s: 0.0, lambda s: 0.07 * s, grows=0.22)) == "towards"
    assert direction_seen(sighted(lambda s: 0.0, lambda s: -0.07 * s, grows=-0.22)) == "away"
    assert direction_seen(sighted(lambda s: 0.1)) is None
    assert [speed_seen(sighted(lambda s, v=v: v * s), "left") for v in (0.10, 0.23, 0.39)] == ["slow", None, "fast"]
    assert first_direction(sighted(lambda s: min(s, 0.6) * 0.5 - max(s - 0.6, 0) * 0.6)) == "right"


def test_places() -> None:
    assert place_holds(sighted(lambda s: -0.3), "left") and not place_holds(sighted(lambda s: -0.3), "middle")
    assert place_holds(sighted(lambda s: 0.02), "middle") and not place_holds(sighted(lambda s: 0.02), "right")
    assert place_holds(sighted(lambda s: 0.0, lambda s: 0.2), "near")
    assert place_holds(sighted(lambda s: 0.0, lambda s: -0.08), "far")


def test_a_clip_that_shows_what_was_asked_scores_all() -> None:
    spec = scene(
        ball(motion=Motion("roll", "left", "fast", (-2.5, 0, 0))), ball("blue"), relation=Relation(0, "left of", 1)
    )
    rolling, standing = found("red", sighted(lambda s: 0.35 - 0.4 * s)), found("blue", sighted(lambda s: 0.3))
    assert score_parsed(parsed(standing, rolling), spec) == {
        "count": True, "colour": True, "shape": True, "place": True, "direction": True, "speed": True, "camera": True,
        "all": True,
    }  # fmt: skip


def test_each_fault_is_charged_to_its_attribute() -> None:
    spec = scene(ball(motion=Motion("roll", "left", None, (-1.5, 0, 0))), ball("blue"))
    rolling, standing = found("red", sighted(lambda s: -0.23 * s)), found("blue", sighted(lambda s: 0.3))

    def wrong(*things: ParsedThing, camera: str = "still") -> set[str]:
        return {name for name, is_right in score_parsed(parsed(*things, camera=camera), spec).items() if not is_right}

    assert wrong(rolling, standing) == set()
    assert wrong(rolling, standing, found("green", sighted(lambda s: 0.0))) == {"count", "all"}
    assert wrong(found("green", rolling.track), standing) == {"colour", "all"}
    assert wrong(found("red", rolling.track, "cube"), standing) == {"shape", "all"}
    assert wrong(found("red", sighted(lambda s: 0.23 * s)), standing) == {"direction", "all"}
    assert wrong(found("red", sighted(lambda s: -0.5 * s)), standing) == {"speed", "all"}
    assert wrong(rolling, standing, camera="zoom_in") == {"camera", "all"}
    assert {"count", "colour", "shape", "direction"} <= wrong(standing)
    assert {"count", "colour", "shape"} <= wrong()


def test_the_frechet_distance_is_nought_for_the_same_and_grows() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(400, 12)).astype(np.float32)
    assert frechet_distance(rows, rows) == pytest.approx(0, abs=1e-3)
    assert frechet_distance(rows, rows + 1) == pytest.approx(12, rel=0.01)
    assert frechet_distance(rows, rows * 2) == pytest.approx(rows.var(0, ddof=1).sum(), rel=0.02)


def test_state_vectors_have_one_length() -> None:
    one = found("red", sighted(lambda s: 0.1 * s))
    assert len({len(state_vector(parsed(*[one] * count))) for count in range(5)}) == 1
