"""The create page's form: what its fields mean as an order, and what they show at first."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from kinora.errors import InputError
from kinora.generate.condition import Request, TimedPrompt
from kinora.generate.operations import OPERATIONS
from kinora.library.make_sizes import LEFT_OPEN, nearest_size, sizes
from kinora.library.models import Take, Video
from kinora.library.order import MAX_TAKES, From, Order, stretches_in
from kinora.timebase import parse_timecode

_SEEDS = 2**31
_USUAL_FPS = 8.0
DEFAULT_NOISE = 0.6
MAX_SECONDS = 8.0
# What can be made from one video or take, in the order of the menu; two of them take a second one.
FROM_ONE = ("remix", "extend", "extend_back", "loop", "recut", "interpolate")
FROM_TWO = ("connect", "blend")
_SOURCE = re.compile(r"(video|take):([A-Za-z0-9]{1,16})(?:@([0-9.]{1,12}))?")


@dataclass(frozen=True)
class Shown:
    """The values that the form shows."""

    prompt: str = ""
    seconds: float = 2.0
    size: str = "64x64"
    fps: float = _USUAL_FPS
    steps: int = 24
    guidance: float = 3.0
    noise: float = DEFAULT_NOISE
    negative: str = ""
    operation: str = ""


def _size_for(video: Video | None) -> str:
    return nearest_size(video.width, video.height) if video else sizes()[0]


def shown_for(source: Video | Take | None, prompt: str, operation: str) -> Shown:
    """Return what the form shows when it is opened from a video, a take, a search or the header."""
    offered = sizes()
    known = operation if operation in (*FROM_ONE, *FROM_TWO) else "remix" if source else ""
    if not isinstance(source, Take):
        return Shown(prompt=prompt[:2000], size=_size_for(source), operation=known)
    request = source.request
    size = f"{request.get('width')}x{request.get('height')}"
    if source.width > 0 and size not in offered:
        size = nearest_size(source.width, source.height)
    return Shown(
        prompt=prompt[:2000] or source.prompt,
        seconds=min(MAX_SECONDS, float(request.get("seconds", 2.0))),
        size=size if size in offered else offered[0],
        fps=float(request.get("fps", 8.0)),
        steps=int(request.get("steps", 24)),
        guidance=float(request.get("guidance_scale", 3.0)),
        negative=str(request.get("negative_prompt", "")),
        operation=known,
    )


def order_of(post: QueryDict) -> Order:
    """Return the order of a form that was sent.

    Raises:
        InputError: a field is no number, or names nothing.
    """
    width, height = _size(post.get("size", ""))
    seconds = _number(post, "seconds", 2.0)
    operation = post.get("operation", "")
    if operation and operation not in OPERATIONS:
        raise InputError(f"{operation[:40]!r} is no operation", hint="reload the page")
    fps = _number(post, "fps", _USUAL_FPS)
    if operation == "interpolate" and fps == _USUAL_FPS:  # the field was left alone: twice the video's own
        fps = LEFT_OPEN["fps"]
    settings = Request(
        model="", width=width, height=height, seconds=seconds, fps=fps,
        seed=_seed(post.get("seed", "")), steps=int(_number(post, "steps", 24)),
        guidance_scale=_number(post, "guidance", 3.0), negative_prompt=post.get("negative", "")[:2000],
        noise=_number(post, "noise", DEFAULT_NOISE) if operation in ("remix", "blend") else 1.0,
    )  # fmt: skip
    return Order(
        settings=settings,
        operation=operation,
        prompts=_prompts(post),
        videos=tuple(source_named(text) for text in post.getlist("source") if text) if operation else (),
        pictures=(*_pictures(post, seconds), *_card_pictures(post)),
        keep=stretches_in(post.get("keep", "")) if operation == "recut" else (),
        num_takes=min(MAX_TAKES, max(1, int(_number(post, "num_takes", 1)))),
        is_as_made=post.get("as_made") == "on",
    )


def source_named(text: str) -> From:
    """Return what `video:ID`, `take:ID` or `video:ID@SECONDS` names.

    Raises:
        InputError: it is something else.
    """
    found = _SOURCE.fullmatch(text)
    if not found:
        raise InputError(f"{text[:40]!r} names no video and no take", hint="reload the page")
    seconds = float(found[3]) if found[3] and found[3].count(".") <= 1 and found[3] != "." else 0.0
    return From(video=found[2], at_seconds=seconds) if found[1] == "video" else From(take=found[2], at_seconds=seconds)


def _prompts(post: QueryDict) -> tuple[TimedPrompt, ...]:
    first = post.get("prompt", "").strip()
    prompts = [TimedPrompt(0.0, first[:2000])] if first else []
    for at, words in zip(post.getlist("card_at"), post.getlist("card_words"), strict=False):
        if words.strip():
            prompts.append(TimedPrompt(_seconds(at), words.strip()[:2000]))
    return tuple(sorted(prompts, key=lambda prompt: prompt.at_seconds))


def _pictures(post: QueryDict, seconds: float) -> tuple[tuple[float, From], ...]:
    """Return the rows of pictures; their three fields come in the same order."""
    rows = zip(post.getlist("picture"), post.getlist("picture_when"), post.getlist("picture_at"), strict=False)
    found = []
    for name, when, at in rows:
        given = source_named(name) if ":" in name else From(file=name)
        found.append(({"first": 0.0, "last": seconds}.get(when, _seconds(at) if when == "at" else 0.0), given))
    return tuple(found)


def _card_pictures(post: QueryDict) -> tuple[tuple[float, From], ...]:
    """Return the pictures of the storyboard's cards, each shown at its card's second."""
    cards = zip(post.getlist("card_at"), post.getlist("card_picture"), strict=False)
    return tuple((_seconds(at), From(file=name)) for at, name in cards if name)


def _seconds(text: str) -> float:
    return parse_timecode(text.strip() or "0")


def _seed(text: str) -> int:
    if not text.strip():
        return secrets.randbelow(_SEEDS)
    if not (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 19):
        raise InputError(f"the seed is {text[:20]!r}; accepted: a whole number, or nothing for a new one each time")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{2,4})x([0-9]{2,4})", text or "64x64")
    if not found:
        raise InputError(f"the size is {text[:20]!r}; expected width x height, such as 128x64")
    return int(found[1]), int(found[2])


def _number(post: QueryDict, name: str, default: float) -> float:
    text: Any = post.get(name, "")
    try:
        number = float(text or default)
    except ValueError as error:
        raise InputError(f"{name} is {text[:20]!r}; expected a number") from error
    if not -1e9 < number < 1e9:
        raise InputError(f"{name} is {text[:20]!r}; expected a number that can be meant")
    return number
