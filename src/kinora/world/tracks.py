"""Follow centres from picture to picture: the nearest of a like colour, across gaps where something hid it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_REACH = 0.16  # how far a thing may be from where it was expected, in shorter sides, plus what follows a gap
_LONGEST_GAP_SECONDS = 1.3
_LEAST_SHARE = 0.18
_UNLIKE = 0.6
_PIECE_REACH = 0.3
_SAME_REACH = 1.25


@dataclass(frozen=True)
class Peak:
    """A centre in one picture; shares of colour and shape sum to 1."""

    x: float
    y: float
    radius: float
    heat: float
    colours: Array
    shapes: Array


class Track:
    """The peaks of one thing by frame."""

    def __init__(self, num_frames: int) -> None:
        self.num_frames = num_frames
        self.peaks: dict[int, Peak] = {}

    @property
    def last(self) -> int:
        """The latest frame it was seen in."""
        return max(self.peaks)

    def expected(self, frame: int) -> tuple[float, float]:
        """Return where it should be at a frame, had it gone on as in its last frames."""
        frames = sorted(self.peaks)[-3:]
        x, y = self.peaks[frames[-1]].x, self.peaks[frames[-1]].y
        if len(frames) < 2:
            return x, y
        first, ahead = self.peaks[frames[0]], (frame - frames[-1]) / (frames[-1] - frames[0])
        return x + (x - first.x) * ahead, y + (y - first.y) * ahead

    def colour_shares(self) -> Array:
        """Return the mean share of each colour, surer peaks weighing more."""
        return _mean([peak.colours for peak in self.peaks.values()], [peak.heat for peak in self.peaks.values()])

    def shape_shares(self) -> Array:
        """Return the mean share of each shape; larger and surer peaks weigh more."""
        weights = [peak.heat * min(peak.radius, 0.2) for peak in self.peaks.values()]
        return _mean([peak.shapes for peak in self.peaks.values()], weights)


def _mean(rows: Sequence[Array], weights: Sequence[float]) -> Array:
    mean: Array = np.average(np.stack(rows), axis=0, weights=weights).astype(np.float32)
    return mean


def follow(frames: Sequence[list[Peak]], fps: float) -> list[Track]:
    """Join peaks of consecutive pictures into tracks; what is seen too briefly is dropped."""
    tracks: list[Track] = []
    for number, peaks in enumerate(frames):
        free = list(peaks)
        pairs = sorted(
            (
                (_cost(track, peak, number), t, p)
                for t, track in enumerate(tracks)
                for p, peak in enumerate(peaks)
                if (number - track.last) / fps <= _LONGEST_GAP_SECONDS
            ),
            key=lambda pair: pair[0],
        )
        taken: set[int] = set()
        for cost, t, p in pairs:
            if cost > 1 or t in taken or peaks[p] not in free:
                continue
            tracks[t].peaks[number] = peaks[p]
            taken.add(t)
            free = [peak for peak in free if peak is not peaks[p]]
        for peak in free:
            track = Track(len(frames))
            track.peaks[number] = peak
            tracks.append(track)
    tracks = _joined(sorted(tracks, key=lambda track: -len(track.peaks)))
    least = max(2, round(_LEAST_SHARE * len(frames))) if len(frames) > 2 else 1
    return [track for track in tracks if len(track.peaks) >= least]


def _joined(tracks: list[Track]) -> list[Track]:
    """Join pieces of one track: of one colour, never seen beside each other, or seen on top of each other."""
    kept: list[Track] = []
    for track in tracks:
        whole = next((other for other in kept if _is_piece(track, other)), None)
        if whole is None:
            kept.append(track)
        else:
            whole.peaks = {**track.peaks, **whole.peaks}
    return kept


def _is_piece(track: Track, other: Track) -> bool:
    shared = track.peaks.keys() & other.peaks.keys()
    if shared:
        pairs = [(track.peaks[frame], other.peaks[frame]) for frame in shared]
        reach = _SAME_REACH * float(np.median([max(one.radius, two.radius) for one, two in pairs]))
        return bool(np.median([np.hypot(one.x - two.x, one.y - two.y) for one, two in pairs]) < reach)
    if track.colour_shares().argmax() != other.colour_shares().argmax():
        return False
    apart, first, second = min((abs(a - b), a, b) for a in track.peaks for b in other.peaks)
    one, two = track.peaks[first], other.peaks[second]
    return bool(np.hypot(one.x - two.x, one.y - two.y) < _PIECE_REACH + 0.05 * apart)


def _cost(track: Track, peak: Peak, frame: int) -> float:
    last = track.peaks[track.last]
    x, y = track.expected(frame)
    miss = min(np.hypot(peak.x - x, peak.y - y), np.hypot(peak.x - last.x, peak.y - last.y) * 1.2)
    reach = _REACH + 0.04 * (frame - track.last - 1) + 0.3 * peak.radius
    likeness = float((track.colour_shares() * peak.colours).sum()) + 0.5 * float((last.shapes * peak.shapes).sum())
    return float(miss / reach + _UNLIKE * (1.0 - min(likeness, 1.0)))
