"""When the pictures of a media segment are shown, read from its own boxes (ISO/IEC 14496-12, 8.8).

FFmpeg's HLS muxer lists sums of packet durations as the lengths of segments, which are wrong wherever frames are
irregular or some were let go. Players trust the list when they seek, so it is made anew from the segments themselves.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import UnreadableMedia

_HEAD_BYTES = 8
# Flags of `tfhd` and `trun`: which fields are there.
_TFHD_BASE_OFFSET, _TFHD_DESCRIPTION, _TFHD_DURATION, _TFHD_SIZE = 0x1, 0x2, 0x8, 0x10
_TRUN_OFFSET, _TRUN_FIRST_FLAGS = 0x1, 0x4
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION = 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True)
class SegmentTimes:
    """First and last instant of a segment in ticks of its track."""

    start: int
    end: int


def timescale_of(init: Path) -> int:
    """Return the ticks a second of the one track of an initialisation segment."""
    for kind, body in _boxes(init.read_bytes(), into=("moov", "trak", "mdia")):
        if kind == b"mdhd":
            is_long = body[0] == 1
            (timescale,) = struct.unpack_from(">I", body, 20 if is_long else 12)
            return int(timescale)
    raise UnreadableMedia(f"{init.name} describes no track")


def times_of(segment: Path) -> SegmentTimes:
    """Return when the first sample of a segment is shown and when the last one ends."""
    starts: list[int] = []
    ends: list[int] = []
    decode_time = default_duration = 0
    for kind, body in _boxes(_movie_fragments(segment), into=("moof", "traf")):
        if kind == b"tfhd":
            default_duration = _default_duration(body)
        elif kind == b"tfdt":
            (decode_time,) = struct.unpack_from(">Q" if body[0] == 1 else ">I", body, 4)
        elif kind == b"trun":
            for duration, offset in _samples(body, default_duration):
                starts.append(decode_time + offset)
                ends.append(decode_time + offset + duration)
                decode_time += duration
    if not starts:
        raise UnreadableMedia(f"{segment.name} holds no samples")
    return SegmentTimes(min(starts), max(ends))


def _movie_fragments(segment: Path) -> bytes:
    """Return the `moof` boxes of a segment, leaving the media data unread."""
    found = []
    with segment.open("rb") as file:
        while len(head := file.read(_HEAD_BYTES)) == _HEAD_BYTES:
            size, kind = struct.unpack(">I4s", head)
            if size < _HEAD_BYTES:
                break
            if kind == b"moof":
                found.append(head + file.read(size - _HEAD_BYTES))
            else:
                file.seek(size - _HEAD_BYTES, 1)
    return b"".join(found)


def _boxes(data: bytes, *, into: tuple[str, ...]) -> Iterator[tuple[bytes, bytes]]:
    """Yield (type, body) of each box, those named in `into` opened instead."""
    place = 0
    while place + _HEAD_BYTES <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        if size < _HEAD_BYTES:
            return
        body = data[place + _HEAD_BYTES : place + size]
        if kind.decode("latin-1") in into:
            yield from _boxes(body, into=into)
        else:
            yield kind, body
        place += size


def _flags(body: bytes) -> int:
    return int.from_bytes(body[1:4], "big")


def _default_duration(body: bytes) -> int:
    flags = _flags(body)
    if not flags & _TFHD_DURATION:
        return 0
    place = 8 + 8 * bool(flags & _TFHD_BASE_OFFSET) + 4 * bool(flags & _TFHD_DESCRIPTION)
    return int.from_bytes(body[place : place + 4], "big")


def _samples(body: bytes, default_duration: int) -> Iterator[tuple[int, int]]:
    """Yield (duration, composition offset) of each sample of a `trun` box."""
    flags = _flags(body)
    (count,) = struct.unpack_from(">I", body, 4)
    place = 8 + 4 * bool(flags & _TRUN_OFFSET) + 4 * bool(flags & _TRUN_FIRST_FLAGS)
    for _ in range(count):
        duration, offset = default_duration, 0
        for flag in (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION):
            if not flags & flag:
                continue
            field = body[place : place + 4]
            place += 4
            if flag == _TRUN_DURATION:
                duration = int.from_bytes(field, "big")
            elif flag == _TRUN_COMPOSITION:
                offset = int.from_bytes(field, "big", signed=body[0] == 1)
        yield duration, offset
