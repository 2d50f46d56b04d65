"""Take stretches out of a film without encoding: packets are copied, each stretch from a key-frame on.

For use inside confined children. What is kept is the picture and the sound that are the film; nothing else of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from kinora.errors import UnreadableMedia
from kinora.media.demux import main_audio, main_video, open_media, zero_seconds
from kinora.media.facts import Chapter

_ROUNDING_SECONDS = 1e-4
_MILLISECONDS = Fraction(1, 1000)


@dataclass(frozen=True)
class Piece:
    """A stretch `[start, end)` of a file, in seconds from its first shown frame."""

    path: Path
    start_seconds: float
    end_seconds: float


def sync_seconds(path: Path) -> list[float]:
    """Return when the key-frames are shown, from 0; none where there is no picture. No frame is decoded.

    Raises:
        UnreadableMedia: no container that can be read.
    """
    with open_media(path) as container:
        stream = main_video(container)
        if stream is None:
            return []
        zero, times = zero_seconds(container), []
        for packet in container.demux(stream):
            if packet.is_keyframe and packet.pts is not None and packet.time_base is not None:
                times.append(round(float(packet.pts * packet.time_base) - zero, 6))
        return sorted(times)


def join_copies(
    pieces: Sequence[Piece], target: Path, chapters: Sequence[Chapter], report: Callable[[float, str], None]
) -> list[float]:
    """Write the pieces one after the other; each must begin at a key-frame. Return the length of each as it became.

    A piece ends a few frames late where later frames are needed to show those that were asked for.

    Raises:
        UnreadableMedia: a piece has neither picture nor sound that can be copied.
    """
    with av.open(str(target), "w") as output:
        joiner, lengths = _Joiner(output), []
        for number, piece in enumerate(pieces):
            before = joiner.length_seconds
            joiner.add(piece)
            lengths.append(joiner.length_seconds - before)
            report((number + 1) / len(pieces), "Copying")
        if not joiner.length_seconds:
            raise UnreadableMedia("nothing could be copied out of the file")
        output.set_chapters([_chapter(number, chapter) for number, chapter in enumerate(chapters, start=1)])
    return lengths


def _chapter(number: int, chapter: Chapter) -> Any:
    start, end = (round(seconds * 1000) for seconds in (chapter.start_seconds, chapter.end_seconds))
    return {"id": number, "start": start, "end": end, "time_base": _MILLISECONDS, "metadata": {"title": chapter.title}}


class _Joiner:
    """Copies packets of piece after piece into one file, in time order."""

    def __init__(self, output: OutputContainer) -> None:
        self._output = output
        self._made: dict[str, Any] = {}
        self._last_dts: dict[str, int] = {}
        self.length_seconds = 0.0

    def add(self, piece: Piece) -> None:
        with open_media(piece.path) as container:
            streams: dict[str, Any] = {"video": main_video(container), "audio": main_audio(container)}
            streams = {kind: stream for kind, stream in streams.items() if stream is not None}
            for kind, stream in streams.items():
                if kind not in self._made:
                    self._made[kind] = self._output.add_stream_from_template(stream)
            zero = zero_seconds(container)
            start = zero + piece.start_seconds
            container.seek(max(0, int((start + _ROUNDING_SECONDS) * av.time_base)), backward=True)
            self._copy(container, streams, start, zero + piece.end_seconds)

    def _copy(self, container: Any, streams: dict[str, Any], start: float, end: float) -> None:
        offset, ended = self.length_seconds, set[str]()
        has_begun = "video" not in streams
        for packet in container.demux(*streams.values()):
            if packet.dts is None or packet.pts is None:
                continue
            kind = packet.stream.type
            base = packet.time_base
            shown, decoded = float(packet.pts * base), float(packet.dts * base)
            if decoded >= end - _ROUNDING_SECONDS:
                ended.add(kind)
                if len(ended) == len(streams):
                    return
                continue
            if kind == "video" and packet.is_keyframe and shown >= start - _ROUNDING_SECONDS:
                has_begun = True
            if shown < start - _ROUNDING_SECONDS or (kind == "video" and not has_begun):
                continue
            self._put(kind, packet, offset - start)

    def _put(self, kind: str, packet: Any, move_seconds: float) -> None:
        move = round(move_seconds / packet.time_base)
        until = float((packet.pts + move + (packet.duration or 0)) * packet.time_base)
        packet.pts += move
        packet.dts = max(packet.dts + move, self._last_dts.get(kind, packet.dts + move - 1) + 1)
        self._last_dts[kind] = packet.dts
        if packet.dts > packet.pts:
            return
        if kind == "video" or "video" not in self._made:
            self.length_seconds = max(self.length_seconds, until)
        packet.stream = self._made[kind]
        self._output.mux(packet)
