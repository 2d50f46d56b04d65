"""What the tests run confined over many files at once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from kinora.config import Settings
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import KinoraError
from kinora.media.facts import MediaFile
from kinora.media.read_facts import FactLimits, read_facts

SETTINGS = Settings()
FACT_LIMITS = FactLimits(SETTINGS.max_pixels, SETTINGS.max_duration_seconds, SETTINGS.max_streams)


@dataclass(frozen=True)
class Verdict:
    """A file taken, or refused by a kind of error in one sentence."""

    facts: MediaFile | None
    kind: str
    message: str
    seconds: float


def judge_all(paths: list[Path]) -> list[Verdict]:
    """Read the facts of every file; runs in one confined child."""
    return [_judge(path) for path in paths]


def _judge(path: Path) -> Verdict:
    started = time.monotonic()
    try:
        facts, kind, message = read_facts(path, FACT_LIMITS), "", ""
    except KinoraError as error:
        facts, kind, message = None, error.kind, error.message
    return Verdict(facts, kind, message, time.monotonic() - started)


def judged(paths: list[Path], folder: Path) -> list[Verdict]:
    """Return what a confined child makes of these files, which lie under `folder`."""
    return confined_call(
        judge_all,
        arguments={"paths": paths},
        limits=Limits(cpu_seconds=120, wall_seconds=170, memory_bytes=2**31, output_bytes=2**24),
        read_paths=[folder],
        write_dir=None,
    )


def is_clear_refusal(verdict: Verdict) -> bool:
    """Return whether the file was refused with one sentence, for the file's own fault."""
    is_our_word = verdict.kind in ("UnreadableMedia", "UnsupportedMedia", "MediaTooLarge")
    return is_our_word and 10 < len(verdict.message) < 300 and "\n" not in verdict.message
