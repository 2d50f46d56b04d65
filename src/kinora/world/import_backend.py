"""Read frames and poses that another engine made: Unreal, Unity, a NeRF or a Gaussian splat.

A folder with `manifest.json` beside numbered pictures; docs/worlds.md describes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from pydantic import TypeAdapter, ValidationError

from kinora.errors import InputError
from kinora.world.captions import Captions
from kinora.world.render import Poses, Rendered
from kinora.world.spec import WorldSpec
from kinora.world.torch_renderer import Size

_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class ImportedFrame:
    """One frame of a manifest: file names relative to it, and the camera as a 4 x 4 matrix, camera to world (OpenCV).

    The camera looks along +z, x to the right, y down; world z is up, metres.
    """

    rgb: str
    camera_to_world: tuple[tuple[float, float, float, float], ...]
    depth: str | None = None  # .npy, float32 metres along the view axis
    segmentation: str | None = None  # .png of 8-bit labels


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` holds. `half_angle` is the tangent of half the picture angle of the shorter side."""

    fps: float
    half_angle: float
    captions: tuple[str, ...]
    frames: tuple[ImportedFrame, ...]
    source: str = ""


def read_manifest(folder: Path) -> Manifest:
    """Read and check a manifest.

    Raises:
        InputError: it is missing or not as described; the sentence names the field.
    """
    path = folder / "manifest.json"
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise InputError(f"no readable manifest.json in {folder}", hint="docs/worlds.md shows one")
    try:
        manifest = TypeAdapter(Manifest).validate_python(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        fault = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise InputError(f"{path}: {fault}", hint="docs/worlds.md shows one") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON: {error}") from error
    if not manifest.frames or not manifest.captions:
        raise InputError(
            f"{path} lists {len(manifest.frames)} frames and {len(manifest.captions)} captions; needs both"
        )
    for number, frame in enumerate(manifest.frames):
        if len(frame.camera_to_world) not in (3, 4):
            raise InputError(
                f"{path}: frames.{number}.camera_to_world has {len(frame.camera_to_world)} rows; expected 4"
            )
    return manifest


def import_clip(folder: Path, spec: WorldSpec, size: Size, *, num_frames: int) -> Rendered:
    """Read up to `num_frames` frames, brought to `size`; `spec` stays beside them as given."""
    manifest = read_manifest(folder)
    frames = manifest.frames[:num_frames]
    rgb = np.stack([_picture(folder, frame.rgb, size, "RGB") for frame in frames])
    depth = np.stack([_depth(folder, frame.depth, size) for frame in frames])
    labels = np.stack([_labels(folder, frame.segmentation, size) for frame in frames])
    missing = [
        name
        for name, absent in (("depth", frames[0].depth is None), ("labels", frames[0].segmentation is None))
        if absent
    ]
    note = f"The manifest gives no {' and no '.join(missing)}: zeros." if missing else ""
    captions = Captions(manifest.captions[0], manifest.captions[-1], manifest.captions)
    return Rendered(rgb, depth, labels, _poses(manifest, frames), captions, spec, "import", note)


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"{name!r} leads out of {folder}; files of a manifest lie in its folder")
    if not path.is_file():
        raise InputError(f"the manifest names {name!r}, which is not in {folder}")
    return path


def _picture(folder: Path, name: str, size: Size, mode: str) -> NDArray[np.uint8]:
    try:
        with Image.open(_inside(folder, name)) as opened:
            way = Image.Resampling.NEAREST if mode == "L" else Image.Resampling.LANCZOS
            return np.asarray(opened.convert(mode).resize((size.width, size.height), way), np.uint8)
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(f"{name!r} is no picture that can be read: {error}") from error


def _depth(folder: Path, name: str | None, size: Size) -> NDArray[np.float32]:
    if name is None:
        return np.zeros((size.height, size.width), np.float32)
    try:
        full = np.load(_inside(folder, name), allow_pickle=False)
    except ValueError as error:
        raise InputError(f"{name!r} is no array of numbers: {error}") from error
    if full.ndim != 2:
        raise InputError(f"{name!r} has the shape {full.shape}; expected (height, width)")
    rows = ((np.arange(size.height) + 0.5) * full.shape[0] / size.height).astype(int)
    columns = ((np.arange(size.width) + 0.5) * full.shape[1] / size.width).astype(int)
    sampled: NDArray[np.float32] = full[rows][:, columns].astype(np.float32)
    return sampled


def _labels(folder: Path, name: str | None, size: Size) -> NDArray[np.uint8]:
    if name is None:
        return np.zeros((size.height, size.width), np.uint8)
    return _picture(folder, name, size, "L")


def _poses(manifest: Manifest, frames: tuple[ImportedFrame, ...]) -> Poses:
    count = len(frames)
    matrices: NDArray[Any] = np.array([frame.camera_to_world[:3] for frame in frames], np.float32)
    axes = matrices[:, :, :3].transpose(0, 2, 1).copy()
    axes[:, 1] *= -1  # OpenCV's y points down
    return Poses(
        np.arange(count, dtype=np.float32) / manifest.fps, matrices[:, :, 3], axes,
        np.full(count, manifest.half_angle, np.float32), np.zeros((count, 0, 3), np.float32),
        np.zeros((count, 0, 3, 3), np.float32),
    )  # fmt: skip
