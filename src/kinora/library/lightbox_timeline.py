"""A light-box as an edit: OpenTimelineIO, CMX 3600 EDL, Final Cut Pro 7 XML; to the frame at one stated rate.

Frames are counted from a film's first frame (its timecode is taken to begin at 00:00:00:00). A cut holds the frame on
the screen at a moment's start and every later one that begins before its end, as the clips of `media/cut_clip.py` do.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from kinora.errors import InputError
from kinora.timebase import Span

# What timecode (SMPTE ST 12-1) and editors know.
RATES = tuple(
    Fraction(*rate)
    for rate in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1))
)
DROP_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))
FORMATS = ("otio", "edl", "xml")
_NEARLY = Fraction(1, 1000)  # how far a measured rate may lie from the one it means
_ROUNDING = 1e-4  # of a frame: what decimals of seconds may be off


@dataclass(frozen=True)
class Cutout:
    """One moment of a film for an edit."""

    name: str
    note: str
    media_url: str
    media_name: str
    frame_rate: Fraction | None
    duration_seconds: float
    span: Span
    has_picture: bool = True


def rate_of(cutouts: Sequence[Cutout]) -> Fraction:
    """Return the edit's rate: the commonest of its films', as timecode knows it; 25 where none has one."""
    rates = Counter(timecode_rate(cutout.frame_rate) for cutout in cutouts if cutout.frame_rate)
    return rates.most_common(1)[0][0] if rates else Fraction(25)


def timecode_rate(rate: Fraction) -> Fraction:
    """Return the rate of timecode that has a place for every frame of a film's rate: 12.5 gives 25, 15 gives 30."""
    for factor in (1, 2, 3, 4, 5):
        for known in RATES:
            if abs(rate * factor / known - 1) < _NEARLY:
                return known
    return min((known for known in RATES if known >= rate), default=RATES[-1])


def timeline_of(name: str, cutouts: Sequence[Cutout]) -> otio.schema.Timeline:
    """Return the moments one after the other on one picture track, and one sound track that plays the same."""
    rate = rate_of(cutouts)
    timeline = otio.schema.Timeline(name)
    timeline.metadata["kinora"] = {"frame_rate": str(rate)}
    for kind in (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio):
        track = otio.schema.Track(kind, kind=kind)
        track.extend([_clip(cutout, rate) for cutout in cutouts])
        timeline.tracks.append(track)
    return timeline


def as_otio(name: str, cutouts: Sequence[Cutout]) -> str:
    """Return the edit as OpenTimelineIO's own JSON."""
    return str(otio.adapters.write_to_string(timeline_of(name, cutouts), "otio_json"))


def as_fcp_xml(name: str, cutouts: Sequence[Cutout]) -> str:
    """Return the edit as Final Cut Pro 7 XML, which Premiere and Resolve read."""
    return str(otio.adapters.write_to_string(timeline_of(name, cutouts), "fcp_xml"))


def as_edl(name: str, cutouts: Sequence[Cutout], *, drop_frame: bool = False) -> str:
    """Return the edit's pictures as a CMX 3600 EDL, with the way it counts frames stated (`FCM`).

    Raises:
        InputError: drop-frame timecode was asked for at a rate that has none.
    """
    rate = rate_of(cutouts)
    if drop_frame and rate not in DROP_RATES:
        raise InputError(
            f"the edit runs at {float(rate):g} frames a second, which has no drop-frame timecode",
            hint="drop-frame timecode is of 29.97 and 59.94",
        )
    # Non-drop timecode counts every frame as if the rate were whole, so frames are written at the whole rate.
    counted = rate if drop_frame else Fraction(math.ceil(rate))
    pictures = otio.schema.Timeline(_plain(name))
    track = otio.schema.Track("V", kind=otio.schema.TrackKind.Video)
    track.extend([_clip(cutout, rate, counted=counted) for cutout in cutouts])
    pictures.tracks.append(track)
    text = str(otio.adapters.write_to_string(pictures, "cmx_3600", rate=float(counted)))
    title, _, events = text.partition("\n")
    counting = "DROP FRAME" if drop_frame else "NON-DROP FRAME"
    return f"{title}\nFCM: {counting}\n{events.rstrip()}\n* FRAME RATE: {float(rate):.3f}\n"


def frames_of(cutout: Cutout, rate: Fraction) -> tuple[int, int]:
    """Return a moment's first frame and the one after its last, counted at the edit's rate from the film's first."""
    first = math.floor(cutout.span.start_seconds * rate + _ROUNDING)
    end = math.ceil(cutout.span.end_seconds * rate - _ROUNDING)
    return first, max(first + 1, end)


def _clip(cutout: Cutout, rate: Fraction, *, counted: Fraction | None = None) -> otio.schema.Clip:
    first, end = frames_of(cutout, rate)
    whole = max(end, math.ceil(cutout.duration_seconds * rate - _ROUNDING))
    named = float(counted or rate)
    media = otio.schema.ExternalReference(cutout.media_url, _range(0, whole, named))
    media.name = cutout.media_name
    clip = otio.schema.Clip(_plain(cutout.name), media, _range(first, end - first, named))
    kept = {"start_seconds": cutout.span.start_seconds, "end_seconds": cutout.span.end_seconds, "note": cutout.note}
    clip.metadata["kinora"] = kept
    if cutout.note and counted is None:
        clip.markers.append(otio.schema.Marker(_plain(cutout.note)[:200], _range(first, 1, named)))
    return clip


def _range(start: int, length: int, rate: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate))


def _plain(text: str) -> str:
    """Return text on one line: an EDL's events end where a line does."""
    return " ".join(text.split())[:200] or "Untitled"
