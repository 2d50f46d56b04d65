"""What a person asks for when clips are to be made. No Django here: commands read it before a library is open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from kinora.errors import InputError
from kinora.generate.condition import Request, TimedPrompt
from kinora.timebase import parse_timecode

MAX_TAKES = 16
_STRETCH = re.compile(r"\s*([0-9:.]+)\s*(?:-|–|to)\s*([0-9:.]+)\s*")


@dataclass(frozen=True)
class From:
    """One thing that is given: a video, a take, or a file that `keep_picture` or `keep_file` keeps."""

    video: str = ""
    take: str = ""
    file: str = ""
    at_seconds: float = 0.0  # where in it


@dataclass(frozen=True)
class Order:
    """What a person asks for: `settings` holds size, length, seed and the like, the rest what is made from what.

    Settings may leave size, length and rate open (`make_sizes.LEFT_OPEN`): what is given decides them.
    """

    settings: Request = field(default_factory=lambda: Request(model=""))
    operation: str = ""  # empty: what the material says
    prompts: tuple[TimedPrompt, ...] = ()
    videos: tuple[From, ...] = ()
    pictures: tuple[tuple[float, From], ...] = ()  # at a second of the new clip
    keep: tuple[tuple[float, float], ...] = ()
    num_takes: int = 1  # the same with the seeds that follow
    is_as_made: bool = False  # shown at the model's own size and rate, what is given as the model gives it back
    publish_as: dict[str, Any] = field(default_factory=dict)  # of `publish`; empty: a person decides later


def stretches_in(text: str) -> tuple[tuple[float, float], ...]:
    """Return the stretches of `0:00-0:01.5, 0:03-0:04`, in seconds.

    Raises:
        InputError: it is written otherwise, or ends before it begins.
    """
    found = []
    for part in filter(str.strip, text.split(",")):
        match = _STRETCH.fullmatch(part)
        if match is None:
            raise InputError(
                f"{part.strip()[:40]!r} is no stretch", hint="write it as 0:00-0:01.5, several with commas"
            )
        begin, end = parse_timecode(match[1]), parse_timecode(match[2])
        if end <= begin:
            raise InputError(f"{part.strip()[:40]!r} ends before it begins")
        found.append((begin, end))
    return tuple(found)
