"""What a clip is made from: words, and pictures, clips or latents that are given at times. JSON in and out.

Every operation (text to video, extend, loop, remix …) is a `Request` with other conditions; see `operations.py`.
Loads no network library: the site and the plan read these too.

Try it: `Request(prompts=(TimedPrompt(0.0, "a red ball rolls left"),), seconds=2.0)`
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from kinora.errors import InputError

EMBEDDED_MODEL = "kinora-small"
ConditionKind = Literal["frame", "clip", "latent"]
Anchor = Literal["clock", "begin", "end"]


@dataclass(frozen=True)
class TimedPrompt:
    """What is to be seen from that second on."""

    at_seconds: float
    text: str


@dataclass(frozen=True)
class Condition:
    """A picture, a stretch of a video, or latents, that the new clip shows from `at_seconds` on.

    `strength` 1 keeps it as given; below, it may change as much as that share of noise allows. Of a video, the stretch
    `[from_seconds, to_seconds)` is taken; of a video as a frame, the picture at `from_seconds`. Latents begin at every
    few frames only: `anchor` says which end of a stretch keeps its place beside what is made, or that its clock does.
    """

    at_seconds: float
    kind: ConditionKind
    path: Path
    strength: float = 1.0
    from_seconds: float = 0.0
    to_seconds: float | None = None
    anchor: Anchor = "clock"


@dataclass(frozen=True)
class Start:
    """A stretch of a video that denoising starts from, in place of noise alone; a second one may melt into it."""

    path: Path
    from_seconds: float = 0.0
    to_seconds: float | None = None
    blend_path: Path | None = None
    blend_from_seconds: float = 0.0


@dataclass(frozen=True)
class Request:
    """Everything that decides a clip: with the same weights and machine, the same request gives the same pixels.

    `width`, `height` and `fps` are what the model makes; with `shown_…` above 0 the clip is finished to that size and
    rate, with the pixels of what was given (`finish.py`). `circle` is the stretch of the first condition's video that
    is shown before what is made, so that the clip plays in a circle.
    """

    prompts: tuple[TimedPrompt, ...] = (TimedPrompt(0.0, ""),)
    conditions: tuple[Condition, ...] = ()
    width: int = 64
    height: int = 64
    seconds: float = 2.0  # 0: one picture
    fps: float = 8.0
    start: Start | None = None
    noise: float = 1.0  # with `start`: how much of it is redone, 0 to 1
    seed: int = 0
    steps: int = 24
    guidance_scale: float = 3.0
    negative_prompt: str = ""
    model: str = EMBEDDED_MODEL  # the shipped model, a diffusers folder, or a hub id
    operation: str = "text_to_video"
    parents: tuple[str, ...] = field(default=())  # library ids of the videos that conditions came from
    shown_width: int = 0
    shown_height: int = 0
    shown_fps: float = 0.0
    circle: tuple[float, float] | None = None
    own_fps: float = 0.0  # of the video whose every picture stays, with in-betweens made

    @property
    def prompt(self) -> str:
        """Return the first prompt's words."""
        return self.prompts[0].text if self.prompts else ""


_MAX_SECONDS, _MAX_SIDE, _MAX_STEPS, _MAX_WORDS = 600.0, 4096, 200, 5000
_adapter: TypeAdapter[Request] = TypeAdapter(Request)


def request_to_json(request: Request) -> str:
    """Return the request as one JSON document."""
    return _adapter.dump_json(request, indent=2).decode()


def request_from_json(text: str) -> Request:
    """Return the request of a document that `request_to_json` wrote.

    Raises:
        InputError: it is something else.
    """
    try:
        return checked(_adapter.validate_json(text))
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the document"
        raise InputError(f"{where} of the request: {problem['msg']}", hint="docs/making.md shows a request") from error


def checked(request: Request) -> Request:
    """Return the request if every number is one that can be meant.

    Raises:
        InputError: the first that can't, with what is accepted.
    """
    limits = {
        "seconds": (request.seconds, 0.0, _MAX_SECONDS),
        "fps": (request.fps, 1.0, 120.0),
        "width": (request.width, 32, _MAX_SIDE),
        "height": (request.height, 32, _MAX_SIDE),
        "noise": (request.noise, 0.0, 1.0),
        "steps": (request.steps, 1, _MAX_STEPS),
        "guidance_scale": (request.guidance_scale, 0.0, 30.0),
        "seed": (request.seed, 0, 2**63 - 1),
        "shown_width": (request.shown_width, 0, _MAX_SIDE),
        "shown_height": (request.shown_height, 0, _MAX_SIDE),
        "shown_fps": (request.shown_fps, 0.0, 120.0),
        "own_fps": (request.own_fps, 0.0, 1000.0),
    }
    for name, (value, lowest, highest) in limits.items():
        if not lowest <= value <= highest:
            raise InputError(f"{name} was {value:g}; accepted: {lowest:g} to {highest:g}")
    if sum(len(prompt.text) for prompt in request.prompts) > _MAX_WORDS:
        raise InputError(f"the prompt has more than {_MAX_WORDS} characters", hint="say it shorter")
    for condition in request.conditions:
        _check_condition(condition, request.seconds)
    if request.circle and not 0.0 <= request.circle[0] < request.circle[1]:
        raise InputError(f"the circle was {request.circle[0]:g} to {request.circle[1]:g} s; accepted: start before end")
    return request


def _check_condition(condition: Condition, seconds: float) -> None:
    if not 0.0 <= condition.at_seconds <= seconds:
        raise InputError(f"a condition is at {condition.at_seconds:g} s; the clip lasts {seconds:g} s")
    if not 0.0 <= condition.strength <= 1.0:
        raise InputError(f"the strength of a condition was {condition.strength:g}; accepted: 0 to 1")
    if condition.to_seconds is not None and condition.to_seconds <= condition.from_seconds:
        raise InputError("a condition's stretch ends before it begins", hint="give from_seconds < to_seconds")
