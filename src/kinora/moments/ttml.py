"""TTML and DFXP text → cues: a streaming XML reader that refuses document types, so no entity ever expands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from kinora.errors import SubtitlesRefused
from kinora.moments.moment import Cue
from kinora.moments.subtitle_formats import seconds_of_clock
from kinora.moments.subtitle_markup import plain_text

_MAX_DEPTH = 100
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6})|:(\d{1,3})(?:\.\d{1,3})?)?")
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|f|t)")
_DECLARED_ENCODING = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


@dataclass
class _Rates:
    frames_a_second: float = 30.0
    ticks_a_second: float = 1.0


@dataclass
class _Element:
    """An open element: its local name, its own times on the document's clock, the words that lie in it."""

    name: str
    start_seconds: float
    end_seconds: float | None
    has_own_times: bool
    agent: str
    words: list[str] = field(default_factory=list)


def _seconds(text: str | None, rates: _Rates) -> float | None:
    """Return the seconds of a TTML time expression (TTML2 §12.3.1), None where it is none."""
    given = (text or "").strip()[:40]
    if clock := _CLOCK.fullmatch(given):
        hours, minutes, seconds, fraction, frames = clock.groups()
        return seconds_of_clock("", hours, minutes, seconds, fraction) + int(frames or 0) / rates.frames_a_second
    if offset := _OFFSET.fullmatch(given):
        units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
        units |= {"f": 1.0 / rates.frames_a_second, "t": 1.0 / rates.ticks_a_second}
        return float(offset[1]) * units[offset[2]]
    return None


class _Reader:
    """Holds the open elements while expat walks through the document."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self._open: list[_Element] = []
        self._rates = _Rates()
        self._agent_names: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if not self._open and name != "tt":
            raise SubtitlesRefused(f"the XML begins with <{name[:40]}>, not <tt>: it is no TTML subtitle file")
        if len(self._open) >= _MAX_DEPTH:
            raise SubtitlesRefused(f"the TTML file nests deeper than {_MAX_DEPTH} elements; no subtitles need that")
        given = {_local(key): value for key, value in attributes.items()}
        if name == "tt":
            self._read_rates(given)
        if name == "br":
            self.text("\n")
        self._open.append(self._element(name, given))

    def _read_rates(self, given: dict[str, str]) -> None:
        frames = _positive(given.get("frameRate"), 30.0)
        numerator, _, denominator = given.get("frameRateMultiplier", "1 1").partition(" ")
        multiplier = _positive(numerator, 1.0) / _positive(denominator, 1.0)
        self._rates = _Rates(frames * multiplier, _positive(given.get("tickRate"), frames))

    def _element(self, name: str, given: dict[str, str]) -> _Element:
        parent = self._open[-1] if self._open else None
        origin = parent.start_seconds if parent else 0.0
        begin, end, length = (_seconds(given.get(key), self._rates) for key in ("begin", "end", "dur"))
        start = origin + (begin or 0.0)
        stop = origin + end if end is not None else start + length if length is not None else None
        has_own = begin is not None or stop is not None
        if not has_own and parent:
            stop = parent.end_seconds
        agent = given.get("agent", parent.agent if parent else "")
        if name == "agent":
            agent = given.get("id", "")
        return _Element(name, start, stop, has_own, agent)

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].words.append(data)

    def end(self, tag: str) -> None:
        closed = self._open.pop()
        words = "".join(closed.words)
        if closed.name == "name" and self._open and self._open[-1].name == "agent":
            self._agent_names[self._open[-1].agent] = plain_text(words).replace("\n", " ")[:120]
        elif closed.name == "p" or (closed.name == "span" and closed.has_own_times):
            self._add(closed, words)
        elif closed.name == "span" and self._open:
            self._open[-1].words.append(words)

    def _add(self, element: _Element, words: str) -> None:
        text = plain_text(words)
        if text and element.end_seconds is not None:
            speaker = self._agent_names.get(element.agent, "")
            self.cues.append(Cue(element.start_seconds, element.end_seconds, text, speaker))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _positive(text: str | None, default: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return default
    return value if 0 < value < 1e9 else default


def _refuse_doctype(*_: object) -> None:
    raise SubtitlesRefused(
        "the TTML file declares a document type or entities, which are refused: they can expand without end",
        hint="remove the <!DOCTYPE …> part",
    )


def _fold_space(data: str) -> str:
    """XML's own line breaks are layout, only <br/> breaks a line."""
    return re.sub(r"\s+", " ", data)


def parse_ttml(text: str) -> list[Cue]:
    """Return the cues of a TTML document.

    Raises:
        SubtitlesRefused: no TTML, broken XML, a DOCTYPE, or nested too deep.
    """
    reader = _Reader()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = lambda data: reader.text(_fold_space(data))
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    try:
        parser.Parse(_DECLARED_ENCODING.sub("", text).encode("utf-8", errors="replace"), True)
    except expat.ExpatError as error:
        raise SubtitlesRefused(f"the TTML file is broken XML: {error}") from error
    return reader.cues
