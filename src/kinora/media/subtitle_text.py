"""The text tracks inside a file as (start, end, text), cleaned of mark-up.

For use inside confined children. Seconds count from the first shown frame.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.subtitle import AssSubtitle

from kinora.errors import UnreadableMedia
from kinora.media.demux import open_media, zero_seconds
from kinora.media.timing import packets

Cues = list[tuple[float, float, str]]

_MOST_CUES = 100_000
_MOST_LETTERS = 2_000
_UNKNOWN_LENGTH_SECONDS = 5.0
_LONGEST_SECONDS = 600.0

_ASS_DRAWING = re.compile(r"\{[^}]*\\p[1-9][^}]*\}.*?(?=\{[^}]*\\p0|$)", re.DOTALL)
_ASS_TAG = re.compile(r"\{[^}]*\}")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<\d\d:[\d:.]{3,12}>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0]+")


def embedded_cues(path: Path, stream_index: int) -> Cues:
    """Return the cues of one text track in order of their start.

    Raises:
        UnreadableMedia: the stream is no text track.
    """
    with open_media(path) as container:
        stream = _text_stream(path, container, stream_index)
        zero = zero_seconds(container)
        found: Cues = []
        for packet in packets(container, (stream,)):
            if packet.pts is None or packet.time_base is None:
                continue
            text = clean_text("\n".join(_lines(stream, packet)))
            start = float(packet.pts * packet.time_base) - zero
            length = float((packet.duration or 0) * packet.time_base)
            found.append((start, start + length, text))
            if len(found) >= _MOST_CUES:
                break
    return _with_ends(sorted(found, key=lambda cue: cue[0]))


def clean_text(text: str) -> str:
    """Return the words a person reads: no ASS or HTML mark-up, no drawings, no invisible letters."""
    text = _ASS_TAG.sub("", _ASS_DRAWING.sub("", text))
    text = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ").replace("\r", "\n")
    text = _MARKUP.sub("", html.unescape(_MARKUP.sub("", text)))
    lines = (_SPACES.sub(" ", _CONTROL.sub("", line)).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:_MOST_LETTERS]


def _text_stream(path: Path, container: InputContainer, stream_index: int) -> Stream:
    for stream in container.streams.subtitles:
        if stream.index == stream_index:
            return stream
    raise UnreadableMedia(f"stream {stream_index} of {path.name} is no subtitle track")


def _lines(stream: Stream, packet: Packet[Stream]) -> list[str]:
    if stream.codec_context is None:  # WebVTT as Matroska files of the web keep it: the words are the packet
        return [bytes(packet).decode("utf-8", "replace")]
    try:
        rects = packet.decode()
    except (av.FFmpegError, ValueError):
        return []
    return [_words(rect) for rect in rects if isinstance(rect, AssSubtitle)]


def _words(rect: AssSubtitle) -> str:
    """Return the text of `order,layer,style,name,left,right,vertical,effect,text`."""
    fields = rect.ass.decode("utf-8", "replace").split(",", 8)
    return fields[8] if len(fields) == 9 else rect.text.decode("utf-8", "replace")


def _with_ends(cues: Cues) -> Cues:
    """Give cues of unknown length an end, and leave out what is empty or lies before the film."""
    made: Cues = []
    for number, (start, end, text) in enumerate(cues):
        if end <= start:
            following = cues[number + 1][0] if number + 1 < len(cues) else start + _UNKNOWN_LENGTH_SECONDS
            end = min(max(following, start + 0.5), start + _UNKNOWN_LENGTH_SECONDS)
        end = min(end, start + _LONGEST_SECONDS)
        if text and end > 0:
            made.append((round(max(0.0, start), 3), round(end, 3), text))
    return made
