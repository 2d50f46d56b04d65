"""What a CMAF folder holds: its segments with their lengths, and the codecs string that players ask for."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import UnreadableMedia
from kinora.media.segment_times import times_of, timescale_of

INIT_NAME = "init.mp4"
MEDIA_NAME = "media.m3u8"
_AAC_LOW_COMPLEXITY = "mp4a.40.2"


@dataclass(frozen=True)
class Segment:
    """One media segment as the manifest lists it."""

    path: Path
    duration_seconds: float
    size_bytes: int

    @property
    def bitrate_bps(self) -> int:
        return round(self.size_bytes * 8 / self.duration_seconds) if self.duration_seconds > 0 else 0


def segments_of(folder: Path) -> tuple[Segment, ...]:
    """Return the segments that `media.m3u8` lists; none when there is no manifest."""
    manifest = folder / MEDIA_NAME
    if not manifest.is_file() or not (folder / INIT_NAME).is_file():
        return ()
    segments, seconds = [], 0.0
    for line in manifest.read_text(encoding="utf-8").splitlines():
        if line.startswith("#EXTINF:"):
            seconds = float(line.removeprefix("#EXTINF:").split(",")[0])
        elif line and not line.startswith("#"):
            path = folder / line
            segments.append(Segment(path, seconds, path.stat().st_size))
    return tuple(segments)


def write_true_lengths(folder: Path) -> None:
    """Write `media.m3u8` anew with the lengths that the segments really have; each ends where the next one starts."""
    segments = segments_of(folder)
    if not segments:
        return
    timescale = timescale_of(folder / INIT_NAME)
    times = [times_of(segment.path) for segment in segments]
    ends = [after.start for after in times[1:]] + [max(time.end for time in times)]
    lengths = [(end - time.start) / timescale for time, end in zip(times, ends, strict=True)]
    unfinished = folder / f".{MEDIA_NAME}.part"
    unfinished.write_text(_media_manifest(segments, lengths), encoding="utf-8")
    os.replace(unfinished, folder / MEDIA_NAME)


def _media_manifest(segments: Sequence[Segment], lengths: Sequence[float]) -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{max(1, math.floor(max(lengths) + 0.5))}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:1", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.append(f'#EXT-X-MAP:URI="{INIT_NAME}"')
    pairs = zip(segments, lengths, strict=True)
    lines += itertools.chain.from_iterable((f"#EXTINF:{length:.6f},", segment.path.name) for segment, length in pairs)
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def codecs_of(folder: Path) -> str:
    """Return the RFC 6381 string of the one stream, such as `avc1.64001f`, from the initialisation segment.

    Raises:
        UnreadableMedia: it holds none of H.264, AV1 and AAC.
    """
    data = (folder / INIT_NAME).read_bytes()
    place = data.find(b"avcC")
    if place >= 0:
        # AVCDecoderConfigurationRecord: version, then profile, constraints and level (ISO/IEC 14496-15, 5.3.3).
        return "avc1." + data[place + 5 : place + 8].hex()
    place = data.find(b"av1C")
    if place >= 0:
        return _av1_codec(data[place + 4 : place + 8])
    if b"mp4a" in data:
        return _AAC_LOW_COMPLEXITY
    raise UnreadableMedia(f"{folder.name}/{INIT_NAME} holds none of H.264, AV1 and AAC")


def _av1_codec(record: bytes) -> str:
    """Return `av01.0.08M.08` of an AV1CodecConfigurationRecord (AV1 in ISO-BMFF, 2.3.3 and 5)."""
    profile, level = record[1] >> 5, record[1] & 0x1F
    tier = "H" if record[2] & 0x80 else "M"
    depth = 8 if not record[2] & 0x40 else (12 if profile == 2 and record[2] & 0x20 else 10)
    return f"av01.{profile}.{level:02d}{tier}.{depth:02d}"
