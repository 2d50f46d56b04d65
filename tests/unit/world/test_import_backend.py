"""Folders of frames and poses from other engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kinora.errors import InputError
from kinora.world.import_backend import read_manifest
from kinora.world.render import render
from kinora.world.sample import sample_spec

EYE = [[1, 0, 0, 0], [0, 0, 1, -5], [0, -1, 0, 2], [0, 0, 0, 1]]


def write(folder: Path, **changes: Any) -> Path:
    folder.mkdir(exist_ok=True)
    frames = []
    for number in range(3):
        Image.fromarray(np.full((20, 40, 3), 40 * number, np.uint8)).save(folder / f"{number}.png")
        np.save(folder / f"{number}.npy", np.full((20, 40), 5.0 + number, np.float32))
        frames.append({"rgb": f"{number}.png", "depth": f"{number}.npy", "camera_to_world": EYE})
    manifest = {"fps": 10, "half_angle": 0.5, "captions": ["a grey wall", "a wall"], "frames": frames, **changes}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_frames_depth_and_poses_come_in(tmp_path: Path) -> None:
    made = render(sample_spec(1), backend="import", folder=write(tmp_path), height=10, width=20, num_frames=9, fps=10)
    assert made.rgb_THWC.shape == (3, 10, 20, 3) and made.rgb_THWC[2, 0, 0, 0] == 80
    assert (made.depth_THW[1] == 6).all() and (made.segmentation_THW == 0).all()
    assert made.poses.camera_positions_T3[0].tolist() == [0, -5, 2]
    assert made.poses.camera_axes_T33[0].tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]  # right, up, forward
    assert made.captions.short == "a grey wall" and "no labels" in made.note


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fps": "quick"}, "fps"),
        ({"frames": []}, "0 frames"),
        ({"frames": [{"rgb": "0.png"}]}, "camera_to_world"),
        ({"frames": [{"rgb": "0.png", "camera_to_world": EYE[:1]}]}, "1 rows"),
    ],
)
def test_a_wrong_manifest_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_manifest(write(tmp_path, **changes))


@pytest.mark.parametrize("name", ["../outside.png", "/etc/hostname", "nowhere.png"])
def test_files_outside_or_missing_are_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "clip", frames=[{"rgb": name, "camera_to_world": EYE}])
    (tmp_path / "outside.png").write_bytes(b"x")
    with pytest.raises(InputError, match=r"folder|which is not in"):
        render(sample_spec(1), backend="import", folder=folder, height=10, width=20, num_frames=1, fps=10)


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no readable manifest"):
        read_manifest(tmp_path)
