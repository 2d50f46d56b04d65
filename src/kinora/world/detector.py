"""Read a clip back into what it shows, from its pixels alone, and say whether that is what was asked for.

Try it: `score_clip(rgb_THWC, 8.0, spec)` → {"count": True, "colour": True, …, "all": False}
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate, max_pool2d

from kinora.world.detector_net import CAMERA_MOVES, SIDE, camera_input, load_networks
from kinora.world.kinds import OBJECT_COLOURS, OBJECT_SHAPES
from kinora.world.spec import Thing, WorldSpec
from kinora.world.statements import Sighted, direction_seen, first_direction, is_left_of, place_holds, speed_seen
from kinora.world.tracks import Peak, Track, follow

Array = NDArray[np.float32]
_LEAST_HEAT = 0.33
_MOST_PEAKS = 8
_MOST_THINGS = 3


@dataclass(frozen=True)
class ParsedThing:
    """A thing followed through a clip; places in shorter sides of the picture from its centre, NaN where unseen."""

    colour: str
    shape: str
    track: Sighted
    colour_shares: Array  # one share a colour of `OBJECT_COLOURS`
    shape_shares: Array


@dataclass(frozen=True)
class ParsedClip:
    """What a clip shows."""

    things: tuple[ParsedThing, ...]
    camera: str
    camera_shares: Array


def parse_clip(rgb_THWC: NDArray[np.uint8], fps: float) -> ParsedClip:
    """Find the things of a clip, follow them, and tell how the camera moves."""
    pixels = torch.from_numpy(np.ascontiguousarray(rgb_THWC)).permute(0, 3, 1, 2).float() / 255
    scale = SIDE / min(pixels.shape[-2:])
    size = tuple(max(8, round(side * scale / 8) * 8) for side in pixels.shape[-2:])
    if size != tuple(pixels.shape[-2:]):
        pixels = interpolate(pixels, size=size, mode="bilinear", align_corners=False, antialias=True)
    things, camera = load_networks()
    with torch.no_grad():
        maps = things(pixels)
        shares = camera(camera_input(pixels)[None])[0].softmax(0).numpy()
    tracks = follow([_peaks(frame) for frame in maps], fps)
    return ParsedClip(tuple(_thing(track, fps) for track in tracks), CAMERA_MOVES[int(shares.argmax())], shares)


def _peaks(maps_CHW: torch.Tensor) -> list[Peak]:
    """List the centres of one picture, the surest first."""
    heat = maps_CHW[0].sigmoid()
    is_top = (max_pool2d(heat[None, None], 3, 1, 1)[0, 0] == heat) & (heat > _LEAST_HEAT)
    rows, columns = is_top.nonzero(as_tuple=True)
    order = heat[rows, columns].argsort(descending=True)[: _MOST_PEAKS * 2]
    height, width = heat.shape
    side = min(height, width)
    found: list[Peak] = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        at = maps_CHW[:, row, column]
        x = (column + 0.5 + float(at[-2].clamp(-1, 1)) - width / 2) / side
        y = (row + 0.5 + float(at[-1].clamp(-1, 1)) - height / 2) / side
        radius = float(at[-3].clamp(-1, 3.5).exp()) / side
        if any(np.hypot(x - other.x, y - other.y) < 0.7 * max(radius, other.radius) for other in found):
            continue
        colours, shapes = torch.split(at[1:-3], [len(OBJECT_COLOURS), len(OBJECT_SHAPES)])
        found.append(
            Peak(x, y, radius, float(heat[row, column]), colours.softmax(0).numpy(), shapes.softmax(0).numpy())
        )
    return found[:_MOST_PEAKS]


def _thing(track: Track, fps: float) -> ParsedThing:
    colours, shapes = track.colour_shares(), track.shape_shares()
    columns = [np.full(track.num_frames, np.nan, np.float32) for _ in range(3)]
    for frame, peak in track.peaks.items():
        for column, value in zip(columns, (peak.x, peak.y, peak.radius), strict=True):
            column[frame] = value
    seconds = np.arange(track.num_frames, dtype=np.float32) / fps
    sighted = Sighted(seconds, columns[0], columns[1], columns[2])
    return ParsedThing(
        OBJECT_COLOURS[int(colours.argmax())], OBJECT_SHAPES[int(shapes.argmax())], sighted, colours, shapes
    )


def score_clip(rgb_THWC: NDArray[np.uint8], fps: float, spec: WorldSpec) -> dict[str, bool]:
    """Say, attribute by attribute, whether a clip shows what the scene's captions state; "all" joins them."""
    return score_parsed(parse_clip(rgb_THWC, fps), spec)


def score_parsed(parsed: ParsedClip, spec: WorldSpec) -> dict[str, bool]:
    """Score what was read from a clip against a scene of solid things."""
    scores = {"count": len(parsed.things) == len(spec.things)}
    matched = _matched(parsed, spec)
    pairs = list(zip(spec.things, matched, strict=True))
    scores["colour"] = all(found is not None and found.colour == thing.colour for thing, found in pairs)
    scores["shape"] = all(found is not None and found.shape == thing.shape for thing, found in pairs)
    scores |= _score_places(spec, matched)
    going = [(t, f) for t, f in pairs if t.motion.direction is not None]
    if going:
        scores["direction"] = all(f is not None and _direction(t, f) == t.motion.direction for t, f in going)
    timed = [(t, f) for t, f in pairs if t.motion.name in ("roll", "slide")]
    if timed and spec.camera.move == "still":
        scores["speed"] = all(
            f is not None and speed_seen(f.track, t.motion.direction or "left") == t.motion.speed for t, f in timed
        )
    scores["camera"] = parsed.camera == spec.camera.move
    return scores | {"all": all(scores.values())}


def _direction(thing: Thing, found: ParsedThing) -> str | None:
    return first_direction(found.track) if thing.motion.name == "hit" else direction_seen(found.track)


def _score_places(spec: WorldSpec, matched: list[ParsedThing | None]) -> dict[str, bool]:
    held = [
        found is not None and place_holds(found.track, thing.place)
        for thing, found in zip(spec.things, matched, strict=True)
        if thing.place is not None
    ]
    if spec.relation is not None:
        first, second = matched[spec.relation.subject], matched[spec.relation.other]
        if spec.relation.word == "right of":
            first, second = second, first
        held.append(first is not None and second is not None and is_left_of(first.track, second.track))
    return {"place": all(held)} if held else {}


def _matched(parsed: ParsedClip, spec: WorldSpec) -> list[ParsedThing | None]:
    """Give each thing that was asked for the found thing that suits it best, all at once."""
    found: list[ParsedThing | None] = [*parsed.things[:_MOST_PEAKS], *([None] * len(spec.things))]
    if not spec.things:
        return []
    return list(max(permutations(found, len(spec.things)), key=lambda chosen: _suits(chosen, spec)))


def _suits(chosen: Iterable[ParsedThing | None], spec: WorldSpec) -> float:
    total, chosen = 0.0, list(chosen)
    for thing, one in zip(spec.things, chosen, strict=True):
        if one is None:
            continue
        total += 0.5 + 2.0 * (one.colour == thing.colour) + 1.5 * (one.shape == thing.shape)
        if thing.place is not None:
            total += 0.5 * place_holds(one.track, thing.place)
        if thing.motion.direction is not None:
            total += 0.5 * (_direction(thing, one) == thing.motion.direction)
        elif thing.motion.name == "still":
            total += 0.5 * (direction_seen(one.track) is None)
    return total + 0.25 * _score_places(spec, chosen).get("place", False)


def state_vector(parsed: ParsedClip) -> Array:
    """Return a clip's parsed state as one row of numbers, for `frechet_distance`."""
    rows = []
    for one in sorted(parsed.things, key=lambda thing: thing.track.mean()[0])[:_MOST_THINGS]:
        rows.append(np.concatenate([[1.0], one.track.mean(), one.track.slope(), one.colour_shares, one.shape_shares]))
    width = 1 + 3 + 3 + len(OBJECT_COLOURS) + len(OBJECT_SHAPES)
    rows += [np.zeros(width)] * (_MOST_THINGS - len(rows))
    return np.concatenate([[len(parsed.things)], *rows, parsed.camera_shares]).astype(np.float32)


def frechet_distance(first_NC: Array, second_NC: Array) -> float:
    """Return the Fréchet distance of two sets of rows, each taken as a Gaussian (Dowson & Landau 1982)."""
    gap = first_NC.mean(0) - second_NC.mean(0)
    covariances = [np.cov(rows.astype(np.float64), rowvar=False) for rows in (first_NC, second_NC)]
    roots = np.sqrt(np.maximum(np.linalg.eigvals(covariances[0] @ covariances[1]).real, 0))
    return float(max(gap @ gap + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * roots.sum(), 0.0))
