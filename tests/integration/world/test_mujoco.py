"""MuJoCo beside the renderer of our own: the same scene, the same depth."""

from __future__ import annotations

import numpy as np
import pytest

from kinora.errors import InputError
from kinora.world.mujoco_backend import mjcf_of, run
from kinora.world.render import render
from kinora.world.sample import sample_spec
from kinora.world.torch_renderer import Size


@pytest.mark.parametrize("seed", [0, 300, 401, 410])
def test_both_renderers_agree_on_the_first_picture(seed: int) -> None:
    spec = sample_spec(seed)
    ours = render(spec, height=72, width=128, num_frames=2, fps=8)
    theirs = render(spec, backend="mujoco", height=72, width=128, num_frames=2, fps=8)
    assert (ours.segmentation_THW[0] == theirs.segmentation_THW[0]).mean() > 0.98
    both = (ours.segmentation_THW[0] > 0) & (ours.segmentation_THW[0] == theirs.segmentation_THW[0])
    if both.any():
        assert np.median(np.abs(ours.depth_THW[0] - theirs.depth_THW[0])[both]) < 0.03
    assert theirs.backend == "mujoco" and (theirs.note == "" or "EGL" in theirs.note)


def test_rigid_bodies_fall_and_rest_on_the_ground() -> None:
    import mujoco

    spec = next(s for s in map(sample_spec, range(200)) if [t.motion.name for t in s.things] == ["fall"])
    model = mujoco.MjModel.from_xml_string(mjcf_of(spec, Size(64, 64)))
    path, _ = run(spec, model, num_frames=33, fps=16)
    height = path.positions_TK3[:, 0, 2]
    assert height[0] > height[-1] + 1.5
    assert height[-1] < 1.5 and height.min() > 0.1


def test_landscapes_are_refused_and_figures_say_who_drew_them() -> None:
    with pytest.raises(InputError, match="torch backend"):
        render(sample_spec(1, family="landscapes"), backend="mujoco", height=32, width=32, num_frames=1, fps=8)
    made = render(sample_spec(1, family="figures"), backend="mujoco", height=32, width=32, num_frames=2, fps=8)
    assert "torch" in made.note and (made.segmentation_THW > 0).any()
