"""MuJoCo as physics and, where the machine has EGL or OSMesa, as renderer.

Solid things that roll, slide, fall, bounce, jump or hit are rigid bodies with six freedoms: they may topple. What is
led by hand (spin, orbit, grow, appear) and figures follow Kinora's own simulation.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from kinora.errors import InputError
from kinora.world.captions import captions_of
from kinora.world.figures import FIGURES
from kinora.world.kinds import COLOURS_SRGB
from kinora.world.looks import GROUND_LOOKS, LIGHT_LOOKS, sun_direction
from kinora.world.render import Rendered, draw_path, poses_of
from kinora.world.shapes import RING_TUBE
from kinora.world.simulate import Trajectory, simulate
from kinora.world.spec import Thing, WorldSpec
from kinora.world.torch_renderer import Size

_DYNAMIC = ("still", "roll", "slide", "bounce", "fall", "jump", "hit")
_STEP_SECONDS = 0.002
_RING_PIECES = 20
_NEAR_M, _FAR_M = 0.05, 200.0
_SIMPLE = {"ball": "ellipsoid", "cube": "box", "cylinder": "cylinder"}


def render_with_mujoco(spec: WorldSpec, size: Size, *, num_frames: int, fps: float) -> Rendered:
    """Let MuJoCo move the things; draw with it where it can, else with the torch renderer, and say so."""
    if spec.family == "landscapes":
        raise InputError("MuJoCo has no height-field landscapes here; render landscapes with the torch backend")
    model = mujoco.MjModel.from_xml_string(mjcf_of(spec, size))
    path, states = run(spec, model, num_frames=num_frames, fps=fps)
    if any(thing.shape in FIGURES for thing in spec.things):
        return draw_path(spec, path, size, backend="mujoco", note="Figures are drawn by the torch renderer.")
    context = _gl_context()
    if context is None:
        note = "MuJoCo finds neither EGL nor OSMesa on this machine: its physics moved the things, torch drew them."
        return draw_path(spec, path, size, backend="mujoco", note=note)
    return _photographed(spec, model, path, states, size)


def mjcf_of(spec: WorldSpec, size: Size) -> str:
    """Return the scene as an MJCF document."""
    look, ground = LIGHT_LOOKS[spec.light.time], GROUND_LOOKS[spec.ground].colour
    sun = sun_direction(spec.light)
    bodies = "\n".join(_body(number, thing) for number, thing in enumerate(spec.things) if thing.shape not in FIGURES)
    meshes = "\n".join(_mesh(number, thing) for number, thing in enumerate(spec.things) if thing.shape in _POINTS)
    return f"""<mujoco>
  <option timestep="{_STEP_SECONDS}" gravity="0 0 -9.81" integrator="implicitfast"/>
  <statistic extent="1" center="0 0 1"/>
  <visual>
    <global offwidth="{size.width}" offheight="{size.height}"/>
    <map znear="{_NEAR_M}" zfar="{_FAR_M}" shadowclip="6"/> <quality shadowsize="1024" offsamples="0"/>
    <headlight ambient="{_row(look.ambient)}" diffuse="0 0 0" specular="0 0 0"/>
  </visual>
  <asset>
    <texture name="sky" type="skybox" builtin="gradient" rgb1="{_row(look.horizon)}" rgb2="{_row(look.zenith)}"
      width="64" height="64"/>
    <texture name="ground" type="2d" builtin="checker" rgb1="{_row(ground)}"
      rgb2="{_row(tuple(part * 0.93 for part in ground))}" width="64" height="64"/>
    <material name="ground" texture="ground" texrepeat="30 30" specular="0"/>
    {meshes}
  </asset>
  <worldbody>
    <light directional="true" dir="{_row(-part for part in sun)}" pos="{_row(8 * part for part in sun)}"
      diffuse="{_row(look.sun)}" castshadow="true"/>
    <geom name="ground" type="plane" size="60 60 1" material="ground" friction="0.9 0.005 0.0001"/>
    {bodies}
  </worldbody>
</mujoco>"""


def _row(values: Any) -> str:
    return " ".join(f"{value:.5g}" for value in values)


def _body(number: int, thing: Thing) -> str:
    is_free = thing.motion.name in _DYNAMIC
    damping = _damping(thing.restitution if thing.motion.name == "bounce" else 0.05)
    contact = f'solref="0.02 {damping:.4f}"' if is_free else 'contype="0" conaffinity="0"'
    slides = thing.motion.name == "slide"
    friction = f"{thing.friction if slides else 0.8:.4f} 0.005 0.0001"
    finish = f'rgba="{_row(COLOURS_SRGB[thing.colour])} 1" density="300" friction="{friction}" {contact}'
    if slides:
        finish += ' priority="1"'
    geoms = "".join(f"<geom {shape} {finish}/>" for shape in _geoms(number, thing))
    kind = "<freejoint/>" if is_free else ""
    return f'<body name="thing{number}" mocap="{"false" if is_free else "true"}">{kind}{geoms}</body>'


def _damping(restitution: float) -> float:
    """Return the damping ratio of a spring that gives this share of the speed back."""
    bounce = math.log(max(restitution, 0.02))
    return -bounce / math.hypot(math.pi, bounce)


def _geoms(number: int, thing: Thing) -> list[str]:
    half = thing.half_size_m
    if thing.shape in _SIMPLE:
        size = half[::2] if thing.shape == "cylinder" else half
        return [f'type="{_SIMPLE[thing.shape]}" size="{_row(size)}"']
    if thing.shape == "capsule":
        return [f'type="capsule" size="{_row((half[0], max(half[2] - half[0], 0.01)))}"']
    if thing.shape == "ring":
        return [f'type="capsule" size="{half[0] * RING_TUBE:.5g}" fromto="{_row(ends)}"' for ends in _ring(half[0])]
    return [f'type="mesh" mesh="mesh{number}"']


def _ring(radius: float) -> list[list[float]]:
    """Return the ends of the pieces that make up a ring about z."""
    middle = radius * (1 - RING_TUBE)
    angles = [2 * math.pi * piece / _RING_PIECES for piece in range(_RING_PIECES + 1)]
    points = [(middle * math.cos(angle), middle * math.sin(angle), 0.0) for angle in angles]
    return [[*first, *second] for first, second in pairwise(points)]


_POINTS = {
    "cone": [(math.cos(k * math.pi / 16), math.sin(k * math.pi / 16), -1.0) for k in range(32)] + [(0.0, 0.0, 1.0)],
    "pyramid": [(-1.0, -1.0, -1.0), (1.0, -1.0, -1.0), (1.0, 1.0, -1.0), (-1.0, 1.0, -1.0), (0.0, 0.0, 1.0)],
}


def _mesh(number: int, thing: Thing) -> str:
    points = [tuple(a * b for a, b in zip(point, thing.half_size_m, strict=True)) for point in _POINTS[thing.shape]]
    return f'<mesh name="mesh{number}" vertex="{" ".join(_row(point) for point in points)}"/>'


def run(
    spec: WorldSpec, model: mujoco.MjModel, *, num_frames: int, fps: float
) -> tuple[Trajectory, list[NDArray[np.float64]]]:
    """Step MuJoCo; return where everything is at each frame, and MuJoCo's own state there."""
    led = simulate(spec, num_frames=num_frames, fps=fps)
    data = mujoco.MjData(model)
    positions, rotations = led.positions_TK3.copy(), led.rotations_TK33.copy()
    _place(spec, led, model, data)
    jumped: dict[int, float] = {}
    states = []
    for frame in range(num_frames):
        while data.time < frame / fps - _STEP_SECONDS / 2:
            _spring(spec, model, data, jumped)
            _hold(spec, model, data)
            mujoco.mj_step(model, data)
        _lead(spec, led, frame, model, data)
        mujoco.mj_forward(model, data)
        states.append(_state(model, data))
        for number, thing in enumerate(spec.things):
            if thing.motion.name in _DYNAMIC and thing.shape not in FIGURES:
                body = data.body(f"thing{number}")
                rotations[frame, number], positions[frame, number] = body.xmat.reshape(3, 3), body.xpos
    return replace(led, positions_TK3=positions, rotations_TK33=rotations), states


def _place(spec: WorldSpec, led: Trajectory, model: mujoco.MjModel, data: mujoco.MjData) -> None:
    for number, thing in enumerate(spec.things):
        if thing.shape in FIGURES or thing.motion.name not in _DYNAMIC:
            continue
        joint = data.joint(model.body(f"thing{number}").jntadr[0])
        quaternion = np.zeros(4)
        mujoco.mju_mat2Quat(quaternion, led.rotations_TK33[0, number].astype(np.float64).reshape(-1))
        joint.qpos[:3], joint.qpos[3:] = thing.position_m, quaternion
        if thing.motion.name == "jump":
            continue
        velocity = np.array(thing.motion.velocity_mps)
        joint.qvel[:3] = velocity
        if thing.motion.name in ("roll", "hit"):
            turn = np.array([-velocity[1], velocity[0], 0.0]) / thing.half_size_m[0]
            joint.qvel[3:] = led.rotations_TK33[0, number].astype(np.float64).T @ turn  # in the body's own axes
    _lead(spec, led, 0, model, data)
    mujoco.mj_forward(model, data)


def _hold(spec: WorldSpec, model: mujoco.MjModel, data: mujoco.MjData) -> None:
    """Keep what has not begun to fall where it waits."""
    for number, thing in enumerate(spec.things):
        if thing.motion.name == "fall" and data.time < thing.motion.start_seconds:
            joint = data.joint(model.body(f"thing{number}").jntadr[0])
            joint.qpos[:3], joint.qvel[:] = thing.position_m, 0.0


def _spring(spec: WorldSpec, model: mujoco.MjModel, data: mujoco.MjData, jumped: dict[int, float]) -> None:
    """Push a jumper off when its time has come and whenever it has come to rest again."""
    for number, thing in enumerate(spec.things):
        if thing.motion.name != "jump" or thing.shape in FIGURES or data.time < thing.motion.start_seconds:
            continue
        joint = data.joint(model.body(f"thing{number}").jntadr[0])
        low = joint.qpos[2] < thing.position_m[2] + 0.02
        if low and abs(joint.qvel[2]) < 0.3 and data.time - jumped.get(number, -9.0) > 0.3:
            joint.qvel[2] = thing.motion.velocity_mps[2]
            jumped[number] = data.time


def _lead(spec: WorldSpec, led: Trajectory, frame: int, model: mujoco.MjModel, data: mujoco.MjData) -> None:
    """Put what is led by hand where Kinora's own simulation has it."""
    for number, thing in enumerate(spec.things):
        if thing.shape in FIGURES or thing.motion.name in _DYNAMIC:
            continue
        body = model.body(f"thing{number}")
        scale = float(led.scales_TK[frame, number])
        place = led.positions_TK3[frame, number].astype(np.float64)
        place[2] -= thing.position_m[2] * (1 - scale) + (50.0 if scale < 0.02 else 0.0)
        quaternion = np.zeros(4)
        mujoco.mju_mat2Quat(quaternion, led.rotations_TK33[frame, number].astype(np.float64).reshape(-1))
        data.mocap_pos[body.mocapid[0]], data.mocap_quat[body.mocapid[0]] = place, quaternion


def _state(model: mujoco.MjModel, data: mujoco.MjData) -> NDArray[np.float64]:
    return np.concatenate([data.qpos, data.mocap_pos.reshape(-1), data.mocap_quat.reshape(-1)])


def _gl_context() -> Any:
    """Return the class of MuJoCo's off-screen context; None where the system has neither EGL nor OSMesa."""
    for name in ("egl", "osmesa"):
        try:
            module = __import__(f"mujoco.{name}", fromlist=["GLContext"])
            module.GLContext(8, 8).free()
        except (ImportError, RuntimeError, AttributeError, OSError):
            continue
        return module.GLContext
    return None


def _photographed(
    spec: WorldSpec, model: mujoco.MjModel, path: Trajectory, states: list[NDArray[np.float64]], size: Size
) -> Rendered:  # fmt: skip
    """Draw each state with MuJoCo from the scene's own camera."""
    from mujoco.rendering.classic import gl_context
    from mujoco.rendering.classic.renderer import Renderer

    gl_context.GLContext = _gl_context()
    data = mujoco.MjData(model)
    pictures: dict[str, list[NDArray[Any]]] = {"rgb": [], "depth": [], "labels": []}
    with Renderer(model, size.height, size.width) as renderer:
        for frame, state in enumerate(states):
            _restore(model, data, state)
            _grow(spec, model, path.scales_TK[frame])
            renderer.update_scene(data)
            _aim(renderer.scene, path, frame, size)
            pictures["rgb"].append(renderer.render().copy())
            renderer.enable_depth_rendering()
            pictures["depth"].append(renderer.render().copy())
            renderer.enable_segmentation_rendering()
            pictures["labels"].append(_labels(model, renderer.render(), len(spec.things)))
            renderer.disable_segmentation_rendering()
    return Rendered(
        np.stack(pictures["rgb"]), np.stack(pictures["depth"]).astype(np.float32), np.stack(pictures["labels"]),
        poses_of(path), captions_of(spec), spec, "mujoco",
    )  # fmt: skip


def _restore(model: mujoco.MjModel, data: mujoco.MjData, state: NDArray[np.float64]) -> None:
    data.qpos[:] = state[: model.nq]
    data.mocap_pos[:] = state[model.nq : model.nq + 3 * model.nmocap].reshape(-1, 3)
    data.mocap_quat[:] = state[model.nq + 3 * model.nmocap :].reshape(-1, 4)
    mujoco.mj_forward(model, data)


def _grow(spec: WorldSpec, model: mujoco.MjModel, scales_K: NDArray[np.float32]) -> None:
    """Give simple shapes the size they have at a frame."""
    for number, thing in enumerate(spec.things):
        if thing.shape in _SIMPLE and scales_K[number] < 1:
            half = (*thing.half_size_m[::2], 0.0) if thing.shape == "cylinder" else thing.half_size_m
            model.geom_size[model.body(f"thing{number}").geomadr[0]] = np.array(half) * max(
                float(scales_K[number]), 0.01
            )


def _aim(scene: Any, path: Trajectory, frame: int, size: Size) -> None:
    camera = path.camera
    shorter = min(size.height, size.width)
    half_height = float(camera.half_angle_T[frame]) * size.height / shorter * _NEAR_M
    half_width = float(camera.half_angle_T[frame]) * size.width / shorter * _NEAR_M
    for eye in scene.camera:
        eye.pos, eye.forward, eye.up = (
            camera.positions_T3[frame], camera.axes_T33[frame, 2], camera.axes_T33[frame, 1],
        )  # fmt: skip
        eye.frustum_center, eye.frustum_width = 0.0, half_width
        eye.frustum_bottom, eye.frustum_top = -half_height, half_height


def _labels(model: mujoco.MjModel, seen_HW2: NDArray[np.int32], num_things: int) -> NDArray[np.uint8]:
    """Turn geoms into labels: 1 + the thing's index."""
    table = np.zeros(model.ngeom + 1, np.uint8)
    for number in range(num_things):
        body = model.body(f"thing{number}")
        table[int(body.geomadr[0]) : int(body.geomadr[0]) + int(body.geomnum[0])] = number + 1
    is_geom = seen_HW2[..., 1] == int(mujoco.mjtObj.mjOBJ_GEOM)
    labels: NDArray[np.uint8] = table[np.where(is_geom, seen_HW2[..., 0], model.ngeom)]
    return labels
