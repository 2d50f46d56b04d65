"""The facts of a media file: what `kinora probe FILE` prints.

A file enters; a frozen `MediaFile` leaves. Reading happens in a confined process, see `probe.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class VideoTrack:
    """One picture stream. `width` and `height` are as shown: after sample aspect ratio and rotation."""

    stream_index: int
    codec: str
    width: int
    height: int
    coded_width: int
    coded_height: int
    sample_aspect_ratio: Fraction
    rotation_degrees: int  # clockwise turn that a player applies: 0, 90, 180 or 270
    frame_rate: Fraction | None  # average, frames a second
    is_variable_frame_rate: bool
    pixel_format: str
    bit_depth: int
    color_primaries: str
    color_transfer: str
    color_space: str
    color_range: str
    is_hdr: bool
    is_interlaced: bool
    has_alpha: bool
    profile: str = ""
    level: int | None = None
    bitrate_bps: int | None = None
    num_frames: int | None = None


@dataclass(frozen=True)
class AudioTrack:
    """One sound stream."""

    stream_index: int
    codec: str
    sample_rate_hz: int
    num_channels: int
    language: str = ""
    title: str = ""
    bitrate_bps: int | None = None


@dataclass(frozen=True)
class SubtitleTrack:
    """One embedded subtitle stream; only text ones can become cues."""

    stream_index: int
    codec: str
    is_text: bool
    language: str = ""
    title: str = ""


@dataclass(frozen=True)
class Chapter:
    """A named range `[start_seconds, end_seconds)`."""

    start_seconds: float
    end_seconds: float
    title: str


@dataclass(frozen=True)
class MediaFile:
    """What a file holds."""

    format_name: str
    size_bytes: int
    duration_seconds: float
    video: VideoTrack | None
    audio: tuple[AudioTrack, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
