"""SubRip, WebVTT and ASS/SSA text → cues, one pass over lines, nothing trusted. TTML: see `ttml.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kinora.moments.moment import Cue
from kinora.moments.subtitle_markup import plain_from_ass, plain_from_tags, plain_text

_MAX_LINE_CHARACTERS = 20_000
_MAX_LINES_A_CUE = 50

_CLOCK = r"(-?)\s*(?:(\d{1,4})\s*:)?\s*(\d{1,3})\s*:\s*(\d{1,2})(?:\s*[.,:]\s*(\d{1,6}))?"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-{{1,2}}>\s*{_CLOCK}")
_ASS_CLOCK = re.compile(r"\s*(-?)\s*(\d{1,4}):(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,6}))?\s*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?(?:\s([^<>]{0,200}))?>", re.IGNORECASE)
_MAX_SPEAKER_CHARACTERS = 120


def seconds_of_clock(sign: str, hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    """Return the seconds of a clock's parts; `fraction` is the digits after the point."""
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    total = whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)
    return -total if sign else total


def lines_of(text: str) -> list[str]:
    """Return the lines, each cut at 20,000 characters; only real line ends break one."""
    return [line[:_MAX_LINE_CHARACTERS] for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _timing_of(line: str) -> tuple[float, float] | None:
    if "->" not in line:
        return None
    found = _TIMING.match(line[:200])
    if not found:
        return None
    parts = found.groups()
    return seconds_of_clock(*parts[:5]), seconds_of_clock(*parts[5:])


def parse_srt(text: str) -> Iterator[Cue]:
    """Yield the cues of SubRip text; blank lines inside a cue are its own, the next cue's number is not."""
    timing: tuple[float, float] | None = None
    collected: list[str] = []
    for line in lines_of(text):
        following = _timing_of(line)
        if following is None:
            if len(collected) < _MAX_LINES_A_CUE or line.strip().isdigit():
                collected.append(line)
            continue
        if timing:
            yield from _tagged_cue(timing, _without_number(collected))
        timing, collected = following, []
    if timing:
        yield from _tagged_cue(timing, collected)


def _without_number(lines: list[str]) -> list[str]:
    """Drop the number that stands above the next cue's time; a cue that says only a number keeps it."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    stands_directly_above = len(kept) == len(lines)
    follows_blank = len(kept) > 1 and not kept[-2].strip()
    if kept and kept[-1].strip().isdigit() and (stands_directly_above or follows_blank):
        kept.pop()
    return kept


def parse_vtt(text: str) -> Iterator[Cue]:
    """Yield the cues of WebVTT text; a cue ends at a blank line, so NOTE, STYLE and REGION blocks fall away."""
    timing: tuple[float, float] | None = None
    collected: list[str] = []
    for line in [*lines_of(text), ""]:
        following = _timing_of(line)
        if timing and (following or not line.strip()):
            yield from _tagged_cue(timing, collected)
            timing = None
        if following:
            timing, collected = following, []
        elif timing and len(collected) < _MAX_LINES_A_CUE:
            collected.append(line)


def _tagged_cue(timing: tuple[float, float], lines: list[str]) -> Iterator[Cue]:
    """Yield one cue for each voice that speaks in it."""
    text = "\n".join(lines)
    voices = list(_VOICE.finditer(text))
    starts = [0, *(voice.start() for voice in voices)]
    ends = [*(voice.start() for voice in voices), len(text)]
    names = ["", *(voice[1] or "" for voice in voices)]
    for start, end, name in zip(starts, ends, names, strict=True):
        if words := plain_from_tags(text[start:end]):
            yield Cue(timing[0], timing[1], words, _speaker(plain_from_tags(name)))


def _speaker(name: str) -> str:
    return plain_text(name).replace("\n", " ").strip("'\" ")[:_MAX_SPEAKER_CHARACTERS]


def parse_ass(text: str) -> Iterator[Cue]:
    """Yield the dialogue of ASS or SSA text; comments and drawings are left out."""
    columns = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    for line in lines_of(text):
        kind, _, rest = line.partition(":")
        kind = kind.strip().lower()
        if kind == "format" and "text" in rest.lower() and "start" in rest.lower():
            columns = [column.strip().lower() for column in rest.split(",")][:30]
        elif kind == "dialogue":
            values = dict(zip(columns, rest.split(",", len(columns) - 1), strict=False))
            start, end = _ASS_CLOCK.match(values.get("start", "")), _ASS_CLOCK.match(values.get("end", ""))
            words = plain_from_ass(values.get("text", ""))
            if start and end and words:
                name = _speaker(values.get("name", values.get("actor", "")))
                yield Cue(seconds_of_clock(*start.groups()), seconds_of_clock(*end.groups()), words, name)
