"""What a person asks for when clips are to be made. No Django here: commands read it before a library is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kinora.generate.condition import Request, TimedPrompt

MAX_TAKES = 16


@dataclass(frozen=True)
class From:
    """One thing that is given: a video, a take, or a file that `keep_picture` or `keep_file` keeps."""

    video: str = ""
    take: str = ""
    file: str = ""
    at_seconds: float = 0.0  # where in it


@dataclass(frozen=True)
class Order:
    """What a person asks for: `settings` holds size, length, seed and the like, the rest what is made from what."""

    settings: Request = field(default_factory=lambda: Request(model=""))
    operation: str = ""  # empty: what the material says
    prompts: tuple[TimedPrompt, ...] = ()
    videos: tuple[From, ...] = ()
    pictures: tuple[tuple[float, From], ...] = ()  # at a second of the new clip
    keep: tuple[tuple[float, float], ...] = ()
    num_takes: int = 1  # the same with the seeds that follow
    publish_as: dict[str, Any] = field(default_factory=dict)  # of `publish`; empty: a person decides later
