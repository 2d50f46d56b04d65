"""Scenes → flat lists of solids: every thing, every part of a figure, every drop, at every frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kinora.world import shapes
from kinora.world.falling import drops, falls
from kinora.world.figures import FIGURES, Act, figure_parts
from kinora.world.kinds import COLOURS_SRGB
from kinora.world.simulate import Trajectory
from kinora.world.solids import Solids
from kinora.world.spec import WorldSpec

Values = NDArray[Any]
_DROP_COLOURS = {"snow": (0.97, 0.98, 1.0), "rain": (0.70, 0.74, 0.80)}
_WALKING_MPS = 0.5


class _Rows:
    """Columns that grow: kind, frame, centre, rotation, half size, param, colour, label."""

    def __init__(self) -> None:
        self.columns: list[list[Values]] = [[] for _ in range(8)]

    def add(
        self, kind: str, frames: Values, centre: Values, rotation: Values, half: Values, more: tuple[Values, Any, int]
    ) -> None:  # fmt: skip
        param, colour, label = more
        count = len(frames)
        rows = (
            np.full(count, shapes.KINDS.index(kind)), frames, centre, rotation, half, param,
            np.tile(colour, (count, 1)), np.full(count, label),
        )  # fmt: skip
        for column, row in zip(self.columns, rows, strict=True):
            column.append(row)


def solids_of(specs: Sequence[WorldSpec], paths: Sequence[Trajectory], device: str) -> Solids:
    """List every thing at every frame where it is there, sorted by kind; labels are 1 + the thing's index."""
    rows = _Rows()
    for number, (spec, path) in enumerate(zip(specs, paths, strict=True)):
        frames = np.arange(len(path.seconds_T)) + number * len(path.seconds_T)
        for place, thing in enumerate(spec.things):
            if thing.shape in FIGURES:
                _add_figure(rows, spec, path, place, frames)
            else:
                _add_thing(rows, spec, path, place, frames)
    return _sorted(rows.columns, device)


def drops_of(specs: Sequence[WorldSpec], paths: Sequence[Trajectory], pixel: float, device: str) -> Solids | None:
    """List the drops of rain and flakes of snow; None where nothing falls."""
    rows = _Rows()
    for number, (spec, path) in enumerate(zip(specs, paths, strict=True)):
        if falls(spec):
            centre, half, stretch, frame = drops(spec, path, pixel)
            rotation = np.tile(np.eye(3, dtype=np.float32), (len(frame), 1, 1))
            dark = 0.45 if spec.light.time == "night" else 1.0
            colour = tuple(part * dark for part in _DROP_COLOURS[spec.weather.name])
            frames = frame + number * len(path.seconds_T)
            rows.add("capsule", frames, centre, rotation, half, (stretch, colour, 0))
    return _sorted(rows.columns, device) if rows.columns[0] else None


def _add_thing(rows: _Rows, spec: WorldSpec, path: Trajectory, place: int, frames: Values) -> None:
    thing = spec.things[place]
    there = path.scales_TK[:, place] > 0.02
    scale = path.scales_TK[there, place][:, None]
    centre = path.positions_TK3[there, place].copy()
    centre[:, 2] -= float(np.float32(thing.position_m[2])) * (1 - scale[:, 0])
    half = np.array(thing.half_size_m, np.float32) * scale
    param = np.zeros(int(there.sum()))
    if thing.shape == "capsule":
        param += max(thing.half_size_m[2] / thing.half_size_m[0] - 1, 0.01)
        half = np.repeat(half[:, :1], 3, 1)
    rotation = path.rotations_TK33[there, place]
    rows.add(thing.shape, frames[there], centre, rotation, half, (param, COLOURS_SRGB[thing.colour], place + 1))


def _add_figure(rows: _Rows, spec: WorldSpec, path: Trajectory, place: int, frames: Values) -> None:
    thing = spec.things[place]
    root = path.positions_TK3[:, place].astype(np.float64)
    act = Act(
        path.seconds_T.astype(np.float64), path.walked_TK[:, place].astype(np.float64),
        np.clip(path.pace_TK[:, place].astype(np.float64) / _WALKING_MPS, 0, 1), thing.motion.name,
        thing.motion.start_seconds, thing.motion.rate,
    )  # fmt: skip
    for part in figure_parts(thing, root, path.rotations_TK33[:, place].astype(np.float64), act):
        more = (part.param_T, part.colour, place + 1)
        rows.add(part.kind, frames, part.centre_T3, part.rotation_T33, part.half_T3, more)


def _sorted(columns: list[list[Values]], device: str) -> Solids:
    kind, frame, centre, rotation, half, param, colour, label = (
        np.concatenate(column) if column else np.zeros(0) for column in columns
    )
    order = np.argsort(kind, kind="stable")
    counts = np.bincount(kind.astype(int), minlength=len(shapes.KINDS))

    def real(values: Values, *shape: int) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values.reshape(-1, *shape)[order], dtype=np.float32)).to(device)

    def whole(values: Values, dtype: type) -> Tensor:
        return torch.from_numpy(values[order].astype(dtype)).to(device)

    return Solids(
        whole(kind, np.int64), whole(frame, np.int64), real(centre, 3), real(rotation, 3, 3), real(half, 3),
        torch.from_numpy(param[order].astype(np.float32)).to(device), real(colour, 3), whole(label, np.uint8),
        tuple(int(count) for count in counts),
    )  # fmt: skip
