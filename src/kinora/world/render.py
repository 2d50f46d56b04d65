"""One scene → pictures with exact depth, labels and poses, by the backend of choice.

Try it: `render(sample_spec(7), height=288, width=512, num_frames=33, fps=16).rgb_THWC.shape`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from kinora.errors import InputError
from kinora.world.captions import Captions, captions_of
from kinora.world.simulate import Trajectory, simulate
from kinora.world.spec import WorldSpec
from kinora.world.torch_renderer import Pictures, Size, draw_scenes

Backend = Literal["torch", "mujoco", "import"]
_PIXELS_AT_ONCE = 700_000


@dataclass(frozen=True)
class Poses:
    """Where the camera and the things are at each frame: metres; axes have the rows right, up, forward.

    `half_angle_T` is the tangent of half the picture angle of the shorter side.
    """

    seconds_T: NDArray[np.float32]
    camera_positions_T3: NDArray[np.float32]
    camera_axes_T33: NDArray[np.float32]
    half_angle_T: NDArray[np.float32]
    thing_positions_TK3: NDArray[np.float32]
    thing_rotations_TK33: NDArray[np.float32]


@dataclass(frozen=True)
class Rendered:
    """A rendered scene. Labels: 0 the backdrop, 1 + the thing's index; depth along the view axis."""

    rgb_THWC: NDArray[np.uint8]
    depth_THW: NDArray[np.float32]
    segmentation_THW: NDArray[np.uint8]
    poses: Poses
    captions: Captions
    spec: WorldSpec
    backend: str
    note: str = ""  # what the backend could not do itself, in a sentence


def render(  # noqa: PLR0913  (the contract of the room)
    spec: WorldSpec, *, backend: Backend = "torch", height: int, width: int, num_frames: int, fps: float,
    folder: Path | None = None,
) -> Rendered:  # fmt: skip
    """Render a scene.

    `torch` simulates and draws everything here; `mujoco` lets MuJoCo's rigid bodies move the solid things and draws
    with MuJoCo where the machine has EGL or OSMesa; `import` reads frames and poses from `folder`.

    Raises:
        InputError: an impossible size, an unknown backend, or a folder that is not what docs/worlds.md describes.
    """
    if min(height, width) < 8 or num_frames < 1 or fps <= 0:
        raise InputError(f"can't render {num_frames} frames of {width}x{height} at {fps} fps; at least 1 frame of 8x8")
    size = Size(height, width)
    if backend == "torch":
        return _drawn(spec, simulate(spec, num_frames=num_frames, fps=fps), size)
    if backend == "mujoco":
        from kinora.world.mujoco_backend import render_with_mujoco

        return render_with_mujoco(spec, size, num_frames=num_frames, fps=fps)
    if backend == "import":
        from kinora.world.import_backend import import_clip

        if folder is None:
            raise InputError("the import backend needs `folder`: frames and manifest.json")
        return import_clip(folder, spec, size, num_frames=num_frames)
    raise InputError(f"no backend {backend!r}; expected torch, mujoco or import")


def _drawn(spec: WorldSpec, path: Trajectory, size: Size) -> Rendered:
    return draw_path(spec, path, size, backend="torch")


def draw_path(spec: WorldSpec, path: Trajectory, size: Size, *, backend: str, note: str = "") -> Rendered:
    """Draw a scene whose motion is known with the torch renderer, a few frames at a time."""
    parts = [draw_scenes([spec], [some], size, "cpu", with_depth=True) for some in _portions(path, size)]

    def joined(name: str) -> NDArray[np.generic]:
        tensors: list[torch.Tensor] = [getattr(part, name)[0] for part in parts]
        return torch.cat(tensors).numpy()

    rgb, depth, labels = joined("rgb_BTHW3"), joined("depth_BTHW"), joined("labels_BTHW")
    return Rendered(
        rgb.astype(np.uint8, copy=False), depth.astype(np.float32, copy=False), labels.astype(np.uint8, copy=False),
        poses_of(path), captions_of(spec), spec, backend, note,
    )  # fmt: skip


def _portions(path: Trajectory, size: Size) -> Iterator[Trajectory]:
    at_once = max(1, _PIXELS_AT_ONCE // (size.height * size.width))
    for first in range(0, len(path.seconds_T), at_once):
        yield path.frames(slice(first, first + at_once))


def poses_of(path: Trajectory) -> Poses:
    """Return the poses of a run."""
    camera = path.camera
    return Poses(
        path.seconds_T, camera.positions_T3, camera.axes_T33, camera.half_angle_T, path.positions_TK3,
        path.rotations_TK33,
    )  # fmt: skip


__all__ = ["Backend", "Pictures", "Poses", "Rendered", "draw_path", "poses_of", "render"]
