"""The guide of a clip: at every moment the true picture where one is given, and how it would go on where none is.

Beside what is given, motion goes on, ever slower; between two given ends it is followed where both are one motion,
else one end melts into the other. The guide is of the finished clip's size. A model that knows its pictures is free of
it, one that does not starts from it (`run.py`), and `finish.py` takes fine detail from it.

Letters: T frames, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from kinora.generate.condition import Request, Start
from kinora.generate.families.family import Frames
from kinora.generate.given import Canvas, Stretch, is_picture, read_picture, shown_size, stretch_of
from kinora.generate.motion import Between, Flow, Picture, flow_between, going_on
from kinora.media.frames import frames_at

_NEAR = 1e-4  # seconds: what rounding may move a moment
_INTO_FRAME = 2e-3  # seconds: so that a moment that a frame begins at is that frame's, not the one's before


@dataclass(frozen=True)
class Edge:
    """The given picture beside a gap, and the one a step further from it where there is one."""

    seconds: float  # in the clip
    picture: Frames
    further: Frames | None
    step_seconds: float

    @cached_property
    def flow(self) -> Flow | None:
        """Return where each pixel was a step further from the gap."""
        return None if self.further is None else flow_between(self.picture, self.further)

    def going_on(self, seconds: float) -> Picture:
        """Return how the picture looks some seconds into the gap."""
        picture = self.picture.astype(np.float32)
        return picture if self.flow is None else going_on(picture, self.flow, self.step_seconds, seconds)


class Gap:
    """A stretch that nothing is given for, with a given end on one side or both."""

    def __init__(self, left: Edge | None, right: Edge | None, clip_seconds: float) -> None:
        self.begin = left.seconds if left else 0.0
        self.end = right.seconds if right else clip_seconds
        self.left, self.right = left, right

    @cached_property
    def _between(self) -> Between | None:
        if self.left is None or self.right is None:
            return None
        found = Between(self.left.picture, self.right.picture)
        return found if found.agrees else None

    def nearness(self, seconds: float) -> float:
        """Return how far the next given picture is, in seconds."""
        left = seconds - self.begin if self.left else np.inf
        right = self.end - seconds if self.right else np.inf
        return max(0.0, float(min(left, right)))

    def picture(self, seconds: float) -> Picture:
        """Return the guide at a moment of the gap."""
        if self.right is None and self.left is not None:
            return self.left.going_on(seconds - self.begin)
        if self.left is None and self.right is not None:
            return self.right.going_on(self.end - seconds)
        assert self.left is not None
        assert self.right is not None
        share = (seconds - self.begin) / max(_NEAR, self.end - self.begin)
        if self._between is not None:
            return self._between.at(share)
        one, other = self.left.going_on(seconds - self.begin), self.right.going_on(self.end - seconds)
        return np.asarray(one + (other - one) * np.float32(smooth(share)), np.float32)


class Player:
    """A file that stays open: its pictures in the finished clip's size, fast for moments that rise."""

    def __init__(self, path: Path, canvas: Canvas) -> None:
        self._canvas = canvas
        self._seconds = 0.0
        self._still = shown_size(read_picture(path), canvas) if is_picture(path) else None
        self._frames = None if self._still is not None else frames_at(path, self._wanted(), height=canvas.shown_height)

    def at(self, seconds: float) -> Frames:
        """Return the picture played at that second."""
        if self._frames is None:
            assert self._still is not None
            return self._still
        self._seconds = max(0.0, seconds) + _INTO_FRAME
        return shown_size(next(self._frames).rgb, self._canvas)

    def _wanted(self) -> Iterator[float]:
        while True:
            yield self._seconds


class GivenGuide:
    """The guide of a clip that shows given pictures and stretches as they are."""

    def __init__(self, stretches: Sequence[Stretch], canvas: Canvas) -> None:
        self._canvas = canvas
        self._stretches = sorted(stretches, key=lambda one: one.at_frame)
        self._players: dict[Path, Player] = {}
        self._clip_seconds = (canvas.num_frames - 1) / canvas.fps
        self._gap: tuple[int, Gap] | None = None  # the latest, and its edges: a film's in-betweens have thousands
        self._edges: dict[tuple[int, bool], Edge] = {}

    def gap_at(self, seconds: float) -> Gap | None:
        """Return the gap that a moment lies in, None where a true picture is given."""
        after = 0
        for number, stretch in enumerate(self._stretches):
            begin, end = self._span(stretch)
            if begin - _NEAR <= seconds <= end + _NEAR:
                return None
            after = number + 1 if seconds > end else after
        if self._gap is None or self._gap[0] != after:
            left = self._edge(after - 1, is_end=True) if after > 0 else None
            right = self._edge(after, is_end=False) if after < len(self._stretches) else None
            self._gap = after, Gap(left, right, self._clip_seconds)
        return self._gap[1]

    def picture(self, seconds: float) -> Picture:
        """Return the guide at one moment."""
        gap = self.gap_at(seconds)
        return gap.picture(seconds) if gap else self.true_picture(seconds).astype(np.float32)

    def true_picture(self, seconds: float) -> Frames:
        """Return the given picture of a moment that no gap holds."""
        for stretch in self._stretches:
            begin, end = self._span(stretch)
            if begin - _NEAR <= seconds <= end + _NEAR:
                return self._read(stretch.path, stretch.from_seconds + max(0.0, seconds - begin))
        raise ValueError(f"nothing is given at {seconds} s")

    def _span(self, stretch: Stretch) -> tuple[float, float]:
        return stretch.at_frame / self._canvas.fps, (stretch.at_frame + stretch.num_frames - 1) / self._canvas.fps

    def _edge(self, number: int, *, is_end: bool) -> Edge:
        stretch = self._stretches[number]
        key = (number, is_end or stretch.num_frames == 1)
        if key not in self._edges:
            self._edges = dict(list(self._edges.items())[-1:])
            self._edges[key] = self._new_edge(stretch, is_end=is_end)
        return self._edges[key]

    def _new_edge(self, stretch: Stretch, *, is_end: bool) -> Edge:
        begin, end = self._span(stretch)
        step = 1.0 / self._canvas.fps
        at = stretch.from_seconds + (end - begin if is_end else 0.0)
        further = None
        if stretch.num_frames > 1:
            further = self._read(stretch.path, max(0.0, at - step) if is_end else at + step)
        return Edge(end if is_end else begin, self._read(stretch.path, at), further, step)

    def _read(self, path: Path, seconds: float) -> Frames:
        if path not in self._players:
            self._players[path] = Player(path, self._canvas)
        return self._players[path].at(seconds)


class StartGuide:
    """The guide of a clip that is made anew from a video, or from one that melts into another: their own pictures."""

    def __init__(self, start: Start, canvas: Canvas) -> None:
        self._start = start
        self._one = Player(start.path, canvas)
        self._other = Player(start.blend_path, canvas) if start.blend_path else None
        self.melts = self._other is not None  # one video into another
        self._seconds = max(_NEAR, (canvas.num_frames - 1) / canvas.fps)

    def gap_at(self, seconds: float) -> Gap | None:
        """Return a gap without given ends: every moment is made anew."""
        del seconds
        return Gap(None, None, self._seconds)

    def picture(self, seconds: float) -> Picture:
        """Return the guide at one moment."""
        one = self._one.at(self._start.from_seconds + seconds).astype(np.float32)
        if self._other is None:
            return one
        other = self._other.at(self._start.blend_from_seconds + seconds).astype(np.float32)
        return np.asarray(one + (other - one) * np.float32(smooth(seconds / self._seconds)), np.float32)

    def true_picture(self, seconds: float) -> Frames:
        """Return nothing: no moment stays as it was."""
        raise ValueError(f"nothing is given at {seconds} s")


Guide = GivenGuide | StartGuide


def guide_of(request: Request, canvas: Canvas) -> Guide | None:
    """Return the guide of a clip that is to be finished, None where nothing is given that could guide."""
    if not canvas.shown_width:
        return None
    if request.start is not None:
        return StartGuide(request.start, canvas)
    kept = [one for one in request.conditions if one.kind != "latent" and one.strength >= 1.0]
    stretches = [stretch_of(one, canvas) for one in kept]
    if request.own_fps and kept:
        stretches = _own_pictures(stretches[0], request.own_fps, canvas)
    return GivenGuide(stretches, canvas) if stretches else None


def _own_pictures(first: Stretch, own_fps: float, canvas: Canvas) -> list[Stretch]:
    """Return every picture of a video in a clip of a higher rate; the model itself is given fewer."""
    factor = max(1, round(canvas.fps / own_fps))
    frames = range(first.at_frame, canvas.num_frames, factor)
    return [
        Stretch(first.path, frame, 1, first.from_seconds + (frame - first.at_frame) / canvas.fps) for frame in frames
    ]


def smooth(share: float) -> float:
    """Return a share that begins and ends slowly."""
    share = min(1.0, max(0.0, share))
    return share * share * (3.0 - 2.0 * share)
