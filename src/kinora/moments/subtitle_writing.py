"""Cues → subtitle files of the formats that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from kinora.errors import InputError
from kinora.moments.moment import Cue
from kinora.moments.subtitles import cues_to_webvtt
from kinora.timebase import format_timecode


def write_subtitles(cues: Sequence[Cue], form: str, language: str = "") -> str:
    """Return the text of a subtitle file.

    Raises:
        InputError: no such format.
    """
    if form not in FORMATS:
        raise InputError(f"{form[:10]!r} is no subtitle format that is written; accepted: {', '.join(FORMATS)}")
    return _WRITERS[form](cues, language)


def _srt(cues: Sequence[Cue], language: str) -> str:
    blocks = []
    for number, cue in enumerate(cues, start=1):
        start, end = (_clock(at).replace(".", ",") for at in (cue.start_seconds, cue.end_seconds))
        blocks.append(f"{number}\n{start} --> {end}\n{_lines(_said(cue))}\n")
    return "\n".join(blocks)


def _txt(cues: Sequence[Cue], language: str) -> str:
    return "".join(f"{format_timecode(cue.start_seconds)} {' '.join(_said(cue).split())}\n" for cue in cues)


def _ttml(cues: Sequence[Cue], language: str) -> str:
    rows = [
        f'   <p begin="{_clock(cue.start_seconds)}" end="{_clock(cue.end_seconds)}">'
        + "<br/>".join(escape(line) for line in _lines(_said(cue)).splitlines())
        + "</p>"
        for cue in cues
    ]
    head = f'<tt xmlns="http://www.w3.org/ns/ttml" xml:lang={quoteattr(language)}>\n <body>\n  <div>\n'
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + head + "\n".join(rows) + "\n  </div>\n </body>\n</tt>\n"


def _clock(seconds: float) -> str:
    milliseconds = max(0, round(seconds * 1000))
    whole = milliseconds // 1000
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{milliseconds % 1000:03d}"


def _said(cue: Cue) -> str:
    return f"{cue.speaker.strip()}: {cue.text}" if cue.speaker.strip() else cue.text


def _lines(text: str) -> str:
    """Return the text without empty lines, which would end a cue."""
    return "\n".join(line for line in text.splitlines() if line.strip()).replace("-->", "→")


_WRITERS: dict[str, Callable[[Sequence[Cue], str], str]] = {
    "srt": _srt,
    "vtt": lambda cues, language: cues_to_webvtt(cues),
    "ttml": _ttml,
    "txt": _txt,
}
FORMATS = tuple(_WRITERS)
