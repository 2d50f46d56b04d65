"""A rendition and its sound as one MP4 file, joined while it is sent: nothing is encoded, nothing stored twice.

The tracks of the two initialisation segments are put into one `moov`, and their fragments follow in turns (ISO/IEC
14496-12, 8.8). Only the track number and the fragment's number change, so every size is known beforehand.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import UnreadableMedia
from kinora.media.cmaf import INIT_NAME, segments_of

_HEAD_BYTES = 8
_KEPT = (b"moof", b"mdat")


@dataclass(frozen=True)
class _Part:
    """A piece of a segment file that goes into the joined one, and the track it belongs to."""

    path: Path
    offset: int
    size_bytes: int
    is_fragment_head: bool
    track: int


@dataclass(frozen=True)
class Joined:
    """The file to be: how long it is, and its bytes."""

    head: bytes
    parts: tuple[_Part, ...]

    @property
    def size_bytes(self) -> int:
        return len(self.head) + sum(part.size_bytes for part in self.parts)

    def blocks(self) -> Iterator[bytes]:
        """Give the bytes, a segment's box at a time."""
        yield self.head
        numbers = itertools.count(1)
        for part in self.parts:
            with part.path.open("rb") as file:
                file.seek(part.offset)
                data = file.read(part.size_bytes)
            yield _renumbered(data, part.track, next(numbers)) if part.is_fragment_head else data


def joined(folders: Sequence[Path]) -> Joined:
    """Return the join of CMAF folders of one track each (the picture first).

    Raises:
        UnreadableMedia: a folder is not whole.
    """
    found = [segments_of(folder) for folder in folders]
    if not found or not all(found):
        raise UnreadableMedia("a rendition is not whole", hint="have it encoded again")
    turns = itertools.zip_longest(*[[segment.path for segment in segments] for segments in found])
    parts = [
        part
        for turn in turns
        for track, path in enumerate(turn, start=1)
        if path is not None
        for part in _parts_of(path, track)
    ]
    return Joined(_head([folder / INIT_NAME for folder in folders]), tuple(parts))


def _parts_of(path: Path, track: int) -> Iterator[_Part]:
    end, offset = path.stat().st_size, 0
    with path.open("rb") as file:
        while offset + _HEAD_BYTES <= end:
            file.seek(offset)
            size, kind = struct.unpack(">I4s", file.read(_HEAD_BYTES))
            if size < _HEAD_BYTES or offset + size > end:
                raise UnreadableMedia(f"{path.name} is not whole", hint="have it encoded again")
            if kind in _KEPT:
                yield _Part(path, offset, size, kind == b"moof", track)
            offset += size


def _head(inits: Sequence[Path]) -> bytes:
    """Return `ftyp` and a `moov` that holds the tracks of all, numbered from 1."""
    boxes = [dict(_boxes(path.read_bytes())) for path in inits]
    inner = [dict(_boxes(box[b"moov"])) for box in boxes]
    mvhd = bytearray(inner[0][b"mvhd"])
    mvhd[-4:] = struct.pack(">I", len(inits) + 1)  # the next track's number
    tracks = b"".join(_box(b"trak", _with_track_number(moov[b"trak"], n)) for n, moov in enumerate(inner, start=1))
    extends = b"".join(
        _box(b"trex", _put(dict(_boxes(moov[b"mvex"]))[b"trex"], 4, n)) for n, moov in enumerate(inner, start=1)
    )
    moov = _box(b"mvhd", bytes(mvhd)) + tracks + _box(b"mvex", extends)
    return _box(b"ftyp", boxes[0][b"ftyp"]) + _box(b"moov", moov)


def _with_track_number(trak: bytes, number: int) -> bytes:
    made = b""
    for kind, body in _boxes(trak):
        is_long = kind == b"tkhd" and body[0] == 1
        made += _box(kind, _put(body, 20 if is_long else 12, number) if kind == b"tkhd" else body)
    return made


def _renumbered(moof: bytes, track: int, fragment: int) -> bytes:
    """Return a `moof` with its own number and its one track's; no box changes its size, so offsets stay true."""
    data = bytearray(moof)
    offset = _HEAD_BYTES
    for kind, body in _boxes(moof[_HEAD_BYTES:]):
        if kind == b"mfhd":
            data[offset + 12 : offset + 16] = struct.pack(">I", fragment)
        if kind == b"traf":
            place = offset + _HEAD_BYTES
            for inner, content in _boxes(body):
                if inner == b"tfhd":
                    data[place + 12 : place + 16] = struct.pack(">I", track)
                place += _HEAD_BYTES + len(content)
        offset += _HEAD_BYTES + len(body)
    return bytes(data)


def _put(body: bytes, offset: int, number: int) -> bytes:
    return body[:offset] + struct.pack(">I", number) + body[offset + 4 :]


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", _HEAD_BYTES + len(body), kind) + body


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 0
    while offset + _HEAD_BYTES <= len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        if size < _HEAD_BYTES or offset + size > len(data):
            raise UnreadableMedia("a segment's boxes are broken", hint="have the rendition encoded again")
        yield kind, data[offset + _HEAD_BYTES : offset + size]
        offset += size
