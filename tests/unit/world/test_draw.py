"""Pictures: exact depth and labels, the nearer hides the farther, the same seed the same pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.unit.world.test_captions import ball, scene

from kinora.errors import InputError
from kinora.world.batches import render_clips
from kinora.world.project import sightings
from kinora.world.render import render
from kinora.world.sample import FamilyChoice, sample_spec
from kinora.world.simulate import simulate
from kinora.world.spec import CameraPath, Motion

LEVEL = CameraPath(position_m=(0.0, -6.0, 0.6), target_m=(0.0, 0.0, 0.6))


def test_depth_and_labels_of_a_ball_are_exact() -> None:
    made = render(replace(scene(ball()), camera=LEVEL), height=65, width=65, num_frames=1, fps=8)
    assert made.depth_THW[0, 32, 32] == pytest.approx(5.4, abs=1e-4)
    assert made.segmentation_THW[0, 32, 32] == 1 and made.segmentation_THW[0, 32, 5] == 0
    radius = 0.6 / np.sqrt(36 - 0.36) / 0.44 * 65 / 2
    assert (made.segmentation_THW == 1).sum() == pytest.approx(np.pi * radius**2, rel=0.03)
    red = made.rgb_THWC[0, 32, 32].astype(int)
    assert red[0] > 2 * red[1] and red[0] > 2 * red[2]


def test_the_ground_is_where_it_is() -> None:
    made = render(replace(scene(), camera=LEVEL), height=64, width=64, num_frames=1, fps=8)
    falls = (2 * 63.5 / 64 - 1) * 0.44
    assert made.depth_THW[0, 63, 32] == pytest.approx(0.6 / falls, rel=1e-4)
    assert made.depth_THW[0, 0, 32] == 1000


def test_the_nearer_hides_the_farther_and_throws_a_shadow() -> None:
    behind = replace(ball("blue"), position_m=(0.0, 2.0, 0.6))
    made = render(replace(scene(ball(), behind), camera=LEVEL), height=64, width=64, num_frames=1, fps=8)
    assert made.segmentation_THW[0, 32, 32] == 1


def test_the_ground_is_darker_in_a_shadow() -> None:
    made = render(scene(ball()), height=64, width=64, num_frames=1, fps=8)
    plain = render(scene(), height=64, width=64, num_frames=1, fps=8)
    darker = plain.rgb_THWC[0].astype(int).sum(-1) - made.rgb_THWC[0].astype(int).sum(-1)
    assert (darker[made.segmentation_THW[0] == 0] > 60).sum() > 20


def test_what_disappears_leaves_no_trace() -> None:
    gone = ball(motion=Motion("disappear", start_seconds=0.2, length_seconds=0.3))
    made = render(scene(gone), height=32, width=32, num_frames=9, fps=8)
    empty = render(scene(), height=32, width=32, num_frames=9, fps=8)
    assert (made.segmentation_THW[0] == 1).any()
    assert (made.rgb_THWC[-1] == empty.rgb_THWC[-1]).all()


@pytest.mark.parametrize("family", ["objects", "landscapes", "figures"])
def test_the_same_seeds_give_the_same_clips_however_they_are_batched(family: FamilyChoice) -> None:
    together = render_clips(range(4), height=32, width=48, num_frames=5, fps=8, family=family)
    assert together.pixels_BTHWC.shape == (4, 5, 32, 48, 3) and together.pixels_BTHWC.dtype == torch.uint8
    alone = render_clips([2], height=32, width=48, num_frames=5, fps=8, family=family)
    assert torch.equal(alone.pixels_BTHWC[0], together.pixels_BTHWC[2])
    assert alone.captions[0] == together.captions[2] and alone.specs[0] == together.specs[2]


@pytest.mark.parametrize("family", ["objects", "landscapes", "figures"])
def test_clips_move_unless_nothing_does(family: FamilyChoice) -> None:
    batch = render_clips(range(8), height=32, width=32, num_frames=9, fps=4, family=family)
    for clip, spec in zip(batch.pixels_BTHWC.numpy().astype(int), batch.specs, strict=True):
        is_still = spec.camera.move == "still" and all(thing.motion.name == "still" for thing in spec.things)
        if not (is_still or spec.family == "landscapes"):
            assert np.abs(clip[0] - clip[-1]).max() > 20 or np.abs(clip[0] - clip[4]).max() > 20, spec


def test_pictures_of_other_shapes_show_the_same_middle() -> None:
    spec = sample_spec(12)
    square = render(spec, height=48, width=48, num_frames=1, fps=8).segmentation_THW
    wide = render(spec, height=48, width=96, num_frames=1, fps=8).segmentation_THW
    assert (wide[:, :, 24:72] == square).mean() > 0.995


def test_sightings_fall_on_their_things() -> None:
    for seed in range(30):
        spec = sample_spec(seed)
        path = simulate(spec, num_frames=3, fps=1)
        made = render(spec, height=64, width=64, num_frames=3, fps=1)
        for frame, seen in enumerate(sightings(spec, path, width_over_height=1.0)):
            for one in seen:
                if one.is_plain and one.shape != "ring" and one.radius > 0.04:
                    label = made.segmentation_THW[frame, int(one.y * 64), int(one.x * 64)]
                    assert label == one.thing + 1, (seed, frame, one)


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="can't render"):
        render(scene(ball()), height=4, width=64, num_frames=1, fps=8)
    with pytest.raises(InputError, match="can't render 0 clips"):
        render_clips([], height=64, width=64, num_frames=5, fps=8)
    with pytest.raises(InputError, match="no backend"):
        render(scene(ball()), height=64, width=64, num_frames=1, fps=8, backend="crayon")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="needs `folder`"):
        render(scene(ball()), height=64, width=64, num_frames=1, fps=8, backend="import")
