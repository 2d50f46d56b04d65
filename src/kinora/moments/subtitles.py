"""Subtitle files → cues, and cues → WebVTT: SubRip, WebVTT, ASS/SSA, TTML/DFXP, of any encoding, from anyone.

Nothing in a file is trusted: its size, its number of cues, its times, its markup and its XML are all bounded,
and what comes out is plain text. Whoever shows it still escapes it, as `cues_to_webvtt` does.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import PurePath

from kinora.errors import SubtitlesRefused
from kinora.moments.language import normalise_language
from kinora.moments.moment import Cue
from kinora.moments.sidecars import SUBTITLE_SUFFIXES, sidecars_of
from kinora.moments.subtitle_encoding import decode_subtitles
from kinora.moments.subtitle_formats import parse_ass, parse_srt, parse_vtt
from kinora.moments.subtitle_markup import plain_text
from kinora.moments.ttml import parse_ttml
from kinora.timebase import format_timecode

__all__ = ["SUBTITLE_SUFFIXES", "cues_to_webvtt", "parse_subtitles", "sidecars_of", "tidy_cues"]

MAX_SUBTITLE_BYTES = 10 * 2**20
MAX_CUES = 50_000
_MAX_SECONDS = 100 * 3600.0
_TOUCHING_SECONDS = 0.03  # roll-up captions repeat their lines without a gap
_PAINTED_SECONDS = 1.0  # paint-on captions grow word by word, each state shorter than this
_MIN_CUE_SECONDS = 0.5


def parse_subtitles(data: bytes, name: str) -> list[Cue]:
    """Return the cues of a subtitle file in order of time; `name` is used for messages and to guess its encoding.

    Raises:
        SubtitlesRefused: too large, too many cues, no subtitle format we read, or no words at a time in it.
    """
    shown_name = plain_text(PurePath(name).name)[:80] or "the file"
    if len(data) > MAX_SUBTITLE_BYTES:
        raise SubtitlesRefused(
            f"{shown_name} has {len(data):,} bytes; subtitle files of at most {MAX_SUBTITLE_BYTES:,} are read"
        )
    text = decode_subtitles(data, language=_language_in(name)).lstrip("\ufeff \t\r\n")
    cues = list(islice(_parse(text, shown_name), MAX_CUES + 1))
    if len(cues) > MAX_CUES:
        raise SubtitlesRefused(f"{shown_name} has more than {MAX_CUES:,} cues; split it")
    tidy = tidy_cues(cues)
    if not tidy:
        raise SubtitlesRefused(
            f"{shown_name} holds no words at a time; a cue is a line such as 00:00:01,000 --> 00:00:04,000 and words"
        )
    return tidy


def _language_in(name: str) -> str:
    for part in reversed(re.split(r"[._\s]", PurePath(name).stem[-200:])):
        if language := normalise_language(part):
            return language
    return ""


def _parse(text: str, shown_name: str) -> Iterable[Cue]:
    head = text[:20_000]
    if head.startswith("WEBVTT"):
        return parse_vtt(text)
    if head.startswith(("<?xml", "<!DOCTYPE")) or (head.startswith("<") and ("<tt" in head or ":tt" in head)):
        return parse_ttml(text)
    if "[script info]" in head.lower() or re.search(r"^Dialogue\s*:", head, re.MULTILINE):
        return parse_ass(text)
    if "->" in text:
        return parse_srt(text)
    raise SubtitlesRefused(
        f"{shown_name} is no subtitle file that can be read; accepted: SRT, WebVTT, ASS/SSA and TTML/DFXP text"
    )


def tidy_cues(cues: Iterable[Cue]) -> list[Cue]:
    """Return cues in order, with sane times, repeated ones dropped and roll-up captions joined.

    Use it for cues from any source: files, embedded tracks, speech.
    """
    timed = sorted(filter(None, map(_with_sane_start, cues)), key=lambda cue: (cue.start_seconds, cue.end_seconds))
    distinct = list(dict.fromkeys(timed))
    return _join_roll_up(_with_sane_ends(distinct))


def _with_sane_start(cue: Cue) -> Cue | None:
    if not (math.isfinite(cue.start_seconds) and math.isfinite(cue.end_seconds)) or not cue.text:
        return None
    if cue.start_seconds >= _MAX_SECONDS or cue.end_seconds < 0:
        return None
    return dataclasses.replace(
        cue, start_seconds=max(0.0, cue.start_seconds), end_seconds=min(_MAX_SECONDS, cue.end_seconds)
    )


def _with_sane_ends(cues: Sequence[Cue]) -> list[Cue]:
    """Give a cue that ends at or before its start the time in which its words can be read."""
    sane = []
    for position, cue in enumerate(cues):
        if cue.end_seconds <= cue.start_seconds:
            following = cues[position + 1].start_seconds if position + 1 < len(cues) else math.inf
            reading = min(7.0, 1.0 + len(cue.text) / 15)
            end = max(cue.start_seconds + _MIN_CUE_SECONDS, min(following, cue.start_seconds + reading))
            cue = dataclasses.replace(cue, end_seconds=end)
        sane.append(cue)
    return sane


def _join_roll_up(cues: Sequence[Cue]) -> list[Cue]:
    joined: list[Cue] = []
    shown: list[str] = []  # the lines on the screen with the last cue, among them lines already joined
    for cue in cues:
        last = joined[-1] if joined else None
        lines = cue.text.split("\n")
        if last is None or not _touches(last, cue):
            joined.append(cue)
        elif cue.text == last.text or lines == shown:
            joined[-1] = dataclasses.replace(last, end_seconds=max(last.end_seconds, cue.end_seconds))
        elif _is_painted_on(last, cue):
            joined[-1] = dataclasses.replace(cue, start_seconds=last.start_seconds)
        else:
            fresh = lines[_num_repeated(shown, lines) :]
            if fresh:
                joined.append(dataclasses.replace(cue, text="\n".join(fresh)))
            else:
                joined[-1] = dataclasses.replace(last, end_seconds=max(last.end_seconds, cue.end_seconds))
        shown = lines
    return joined


def _touches(last: Cue, cue: Cue) -> bool:
    return cue.speaker == last.speaker and abs(cue.start_seconds - last.end_seconds) <= _TOUCHING_SECONDS


def _is_painted_on(last: Cue, cue: Cue) -> bool:
    is_short = last.end_seconds - last.start_seconds <= _PAINTED_SECONDS
    return is_short and cue.text.startswith(last.text) and len(cue.text) > len(last.text)


def _num_repeated(shown: Sequence[str], lines: Sequence[str]) -> int:
    """Return how many first lines of a cue are the last lines of the one before it."""
    for num in range(min(len(shown), len(lines)), 0, -1):
        if list(shown[-num:]) == list(lines[:num]):
            return num
    return 0


def cues_to_webvtt(cues: Iterable[Cue]) -> str:
    """Return WebVTT text of the cues, everything in them escaped."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        text = _escaped("\n".join(line for line in cue.text.splitlines() if line.strip()))
        if not text:
            continue
        start = max(0.0, cue.start_seconds)
        end = max(start + 0.001, cue.end_seconds)
        voice = f"<v {_escaped(' '.join(cue.speaker.split()))}>" if cue.speaker.strip() else ""
        times = f"{format_timecode(start, with_milliseconds=True)} --> {format_timecode(end, with_milliseconds=True)}"
        blocks.append(f"{times}\n{voice}{text}\n")
    return "\n".join(blocks)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
