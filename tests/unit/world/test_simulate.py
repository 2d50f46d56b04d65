"""Physics: falls, bounces, rolling, collisions, planted feet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.world.test_captions import ball, scene

from kinora.world.figures import bent, footfall
from kinora.world.simulate import GRAVITY_MPS2, simulate
from kinora.world.spec import CameraPath, Motion, Vector


def at(x: float, z: float = 0.6) -> Vector:
    return (x, 0.0, z)


def test_what_falls_gains_half_g_t_squared() -> None:
    spec = scene(ball(motion=Motion("fall"), restitution=0.0))
    spec = replace(spec, things=(replace(spec.things[0], position_m=at(0, 10.6)),))
    path = simulate(spec, num_frames=9, fps=8)
    fallen = 10.6 - path.positions_TK3[:, 0, 2]
    assert fallen == pytest.approx(GRAVITY_MPS2 * path.seconds_T**2 / 2, abs=0.06)


def test_a_bounce_gives_back_the_square_of_the_restitution() -> None:
    thing = replace(ball(motion=Motion("bounce"), restitution=0.8), position_m=at(0, 2.6))
    height = simulate(scene(thing), num_frames=200, fps=100).positions_TK3[:, 0, 2] - 0.6
    first = int(np.flatnonzero(np.diff(height) > 0)[0])
    assert height[first : first + 100].max() == pytest.approx(2.0 * 0.8**2, rel=0.06)
    assert height.min() >= -1e-6


def test_a_rolling_ball_turns_by_its_way_over_its_radius() -> None:
    thing = ball(motion=Motion("roll", "right", None, (1.2, 0, 0)), friction=0.0)
    path = simulate(scene(thing), num_frames=5, fps=8)
    travelled = path.positions_TK3[:, 0, 0] - path.positions_TK3[0, 0, 0]
    assert travelled == pytest.approx(1.2 * path.seconds_T, abs=1e-3)
    marked = path.rotations_TK33[:, 0] @ path.rotations_TK33[0, 0].T @ np.array([0.0, 0.0, 1.0])
    assert np.arctan2(marked[:, 0], marked[:, 2]) == pytest.approx(travelled / 0.6, abs=1e-3)


def test_a_collision_keeps_momentum_and_the_struck_one_leaves() -> None:
    runner = replace(ball(motion=Motion("hit", "right", None, (2.4, 0, 0), other=1), friction=0.0), position_m=at(-2))
    spec = scene(runner, replace(ball("blue", friction=0.0), position_m=at(0.2)))
    path = simulate(spec, num_frames=33, fps=16)
    speeds = np.diff(path.positions_TK3[:, :, 0], axis=0) * 16
    assert speeds[0] == pytest.approx([2.4, 0.0], abs=1e-4)
    assert speeds.sum(1) == pytest.approx(np.full(32, 2.4), abs=1e-3)
    assert speeds[-1, 1] > 1.2 > speeds[-1, 0]


def test_things_wait_jump_and_come_back() -> None:
    thing = ball(motion=Motion("jump", velocity_mps=(0, 0, 3.6), start_seconds=0.5), restitution=0.0)
    height = simulate(scene(thing), num_frames=25, fps=20).positions_TK3[:, 0, 2] - 0.6
    assert height[:10] == pytest.approx(0, abs=1e-6)
    assert height.max() == pytest.approx(3.6**2 / (2 * GRAVITY_MPS2), abs=0.05)


def test_an_orbit_keeps_its_distance() -> None:
    runner = replace(ball(motion=Motion("orbit", rate=150, other=1)), position_m=at(1.7))
    path = simulate(scene(runner, ball("blue")), num_frames=17, fps=8)
    gap = np.linalg.norm(path.positions_TK3[:, 0] - path.positions_TK3[:, 1], axis=-1)
    assert gap == pytest.approx(np.full(17, 1.7), abs=1e-3)


def test_the_frame_rate_does_not_change_what_happens() -> None:
    spec = scene(replace(ball(motion=Motion("bounce"), restitution=0.8), position_m=at(0, 2.0)))
    slow, quick = simulate(spec, num_frames=9, fps=4), simulate(spec, num_frames=33, fps=16)
    assert slow.positions_TK3 == pytest.approx(quick.positions_TK3[::4], abs=1e-5)


def test_cameras_do_what_they_say() -> None:
    still = scene(ball())
    assert simulate(still, num_frames=5, fps=8).camera.is_still
    panned = replace(still, camera=CameraPath("pan_left", amount=20.0), seconds=0.5)
    axes = simulate(panned, num_frames=5, fps=8).camera.axes_T33
    assert axes[0, 2, 0] > 0.1 and axes[-1, 2, 0] < -0.1  # from the right to the left
    zoomed = simulate(replace(still, camera=CameraPath("zoom_in", amount=1.6), seconds=0.5), num_frames=5, fps=8)
    assert zoomed.camera.half_angle_T[0] / zoomed.camera.half_angle_T[-1] == pytest.approx(1.6)


def test_a_standing_foot_stays_where_it_is() -> None:
    walked = np.linspace(0, 3, 400)
    ahead, lift = footfall(walked, 1.5, 0.0, 0.6, 0.1)
    place = walked + ahead
    stands = (walked / 1.5 % 1) < 0.6
    for start in np.flatnonzero(stands[1:] & ~stands[:-1]) + 1:
        while_standing = place[start : start + int(0.55 * 1.5 / 3 * 400)]
        assert np.ptp(while_standing) < 1e-9
    assert (lift[stands] == 0).all() and lift.max() == pytest.approx(0.1, abs=0.01)


def test_legs_keep_their_length() -> None:
    hips, feet = np.array([[0.0, 0, 0.9]] * 3), np.array([[0.0, 0.3, 0.1], [0, -0.4, 0.0], [0, 0.0, 0.4]])
    knees, ankles = bent(hips, feet, 0.45, 0.5, 1.0)
    assert np.linalg.norm(knees - hips, axis=1) == pytest.approx([0.45] * 3)
    assert np.linalg.norm(ankles - knees, axis=1) == pytest.approx([0.5] * 3)
