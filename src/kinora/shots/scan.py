"""One decode pass over a video: its shots, a picture every second, covers, a poster and the scrub thumbnails.

For use inside a confined child.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from kinora.media.covers import write_cover
from kinora.media.facts import MediaFile
from kinora.media.frames import frames_at
from kinora.media.picture import Rgb
from kinora.media.reduced import ReducedFrame, reduced_frames
from kinora.media.scrub import ScrubWriter
from kinora.shots.cut_list import shots_between
from kinora.shots.detect import nominal_rate
from kinora.shots.detector import TransitionDetector
from kinora.shots.sampler import Sampler, local_change
from kinora.shots.shot import Shot

SAMPLE_HEIGHT = 480  # words on the screen stay legible
_JPEG_QUALITY = 85
_POSTER_HEIGHT = 720
_MOST_WAITING = 32  # pictures between decoding and what is done with them


@dataclass(frozen=True)
class Sample:
    """A picture of the film on disk; `path` is relative to the scan's folder.

    `change` is how much the most changed twentieth of the picture differs from the sample before, 0 to 1.
    """

    seconds: float
    shot_index: int
    path: str
    change: float


@dataclass(frozen=True, eq=False)
class TakenSample:
    """A picture as it is taken, before its shot is known; `num_jumps` counts what may have been cuts until then."""

    seconds: float
    rgb: Rgb
    num_jumps: int


@dataclass(frozen=True)
class Scan:
    """What one pass found."""

    shots: tuple[Shot, ...]
    samples: tuple[Sample, ...]
    num_frames: int
    has_poster: bool
    has_scrub: bool


@dataclass(frozen=True, eq=False)
class _Kept:
    """A sample before its shot is known."""

    frame_index: int
    seconds: float
    path: str
    change: float


def scan(
    path: Path,
    facts: MediaFile,
    *,
    out_dir: Path,
    sample_every_seconds: float = 1.0,
    report: Callable[[float, str], None] | None = None,
    on_sample: Callable[[TakenSample], None] | None = None,
) -> Scan:
    """Decode the film once; write `covers/`, `samples/`, `scrub/` and `poster.jpg` into `out_dir`.

    `on_sample` gets each picture in order, in a thread beside the decoder's.

    Raises:
        UnreadableMedia: it has no picture, or none that can be decoded.
    """
    detector = TransitionDetector(frame_rate=nominal_rate(facts))
    seconds: list[float] = []
    with ThreadPoolExecutor(1, thread_name_prefix="samples") as beside:
        keeper = _SampleKeeper(out_dir, sample_every_seconds, _Beside(beside), on_sample)
        for frame in reduced_frames(path, facts, picture_height=SAMPLE_HEIGHT):
            detector.add(frame.luma_HW, frame.chroma_HWC)
            seconds.append(frame.seconds)
            if keeper.take(frame) and report is not None:
                report(min(0.98, frame.seconds / max(facts.duration_seconds, 1e-3)), "looking at the picture")
        shots = shots_between(detector.finish(), seconds, detector.interest())
        keeper.finish()
    has_scrub = keeper.scrub.close(duration_seconds=shots[-1].end_seconds) is not None
    shots = _write_covers(path, out_dir, shots, keeper.kept, detector.interest())
    return Scan(shots, _samples(shots, keeper.kept), len(seconds), _write_poster(out_dir, shots), has_scrub)


class _Beside:
    """Work for the other thread, one piece after the other; what fails there is raised here."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self._waiting: deque[Future[None]] = deque()

    def do(self, work: Callable[[], None]) -> None:
        """Hand work over; waits where too much of it is not done yet."""
        self._waiting.append(self._thread.submit(work))
        while len(self._waiting) > _MOST_WAITING or (self._waiting and self._waiting[0].done()):
            self._waiting.popleft().result()

    def finish(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()


class _SampleKeeper:
    """Has the chosen frames written as JPEGs and handed to the scrub sheets and `on_sample`."""

    def __init__(
        self, out_dir: Path, every_seconds: float, beside: _Beside, on_sample: Callable[[TakenSample], None] | None
    ) -> None:
        self._beside = beside
        self._on_sample = on_sample
        self.finish = beside.finish
        self.kept: list[_Kept] = []
        self.scrub = ScrubWriter(out_dir / "scrub")
        self._out_dir = out_dir
        self._sampler = Sampler(every_seconds)
        self._last: ReducedFrame | None = None
        (out_dir / "samples").mkdir(parents=True, exist_ok=True)

    def take(self, frame: ReducedFrame) -> bool:
        """Take a frame; returns whether a picture was written."""
        chosen = self._sampler.chosen(frame)
        for one in chosen:
            self._write(one)
        return bool(chosen)

    def _write(self, frame: ReducedFrame) -> None:
        path = f"samples/{len(self.kept):06d}.jpg"
        self._beside.do(partial(self._use, path, TakenSample(frame.seconds, frame.rgb(), self._sampler.num_jumps)))
        change = 1.0 if self._last is None else local_change(self._last.luma_HW, frame.luma_HW)
        self.kept.append(_Kept(frame.frame_index, frame.seconds, path, change))
        self._last = replace(frame, rgb=_gone)

    def _use(self, path: str, taken: TakenSample) -> None:
        Image.fromarray(taken.rgb).save(self._out_dir / path, "JPEG", quality=_JPEG_QUALITY)
        self.scrub.add(taken.seconds, taken.rgb)
        if self._on_sample is not None:
            self._on_sample(taken)


def _gone() -> Rgb:
    raise AssertionError("the decoder's frame was let go")


def _samples(shots: Sequence[Shot], kept: Sequence[_Kept]) -> tuple[Sample, ...]:
    starts = [shot.start_frame for shot in shots]
    places = np.searchsorted(starts, [one.frame_index for one in kept], side="right") - 1
    return tuple(Sample(one.seconds, int(place), one.path, one.change) for one, place in zip(kept, places, strict=True))


def _write_covers(
    path: Path, out_dir: Path, shots: Sequence[Shot], kept: Sequence[_Kept], interest_N: np.ndarray
) -> tuple[Shot, ...]:
    """Make each shot's cover from its best sample; what has none is decoded again. Returns shots with that second."""
    (out_dir / "covers").mkdir(exist_ok=True)
    covered = [_with_best_sample(shot, kept, interest_N) for shot in shots]
    missing = [shot for shot, sample in covered if sample is None]
    for shot, sample in covered:
        if sample is not None:
            with Image.open(out_dir / sample.path) as picture:
                write_cover(np.asarray(picture), cover_path(out_dir, shot))
    pictures = frames_at(path, [shot.cover_seconds for shot in missing], height=SAMPLE_HEIGHT) if missing else ()
    for shot, frame in zip(missing, pictures, strict=True):
        write_cover(frame.rgb, cover_path(out_dir, shot))
    return tuple(shot for shot, _ in covered)


def _with_best_sample(shot: Shot, kept: Sequence[_Kept], interest_N: np.ndarray) -> tuple[Shot, _Kept | None]:
    inside = [one for one in kept if shot.start_frame <= one.frame_index < shot.end_frame]
    clear = [one for one in inside if one.seconds >= shot.transition_end_seconds]
    if not inside:
        return shot, None
    best = max(clear or inside, key=lambda one: float(interest_N[one.frame_index]))
    return replace(shot, cover_seconds=best.seconds), best


def cover_path(out_dir: Path, shot: Shot) -> Path:
    return out_dir / "covers" / f"{shot.index}.jpg"


def _write_poster(out_dir: Path, shots: Sequence[Shot]) -> bool:
    """Make the poster of the longest shot's cover."""
    longest = max(shots, key=lambda shot: shot.end_seconds - shot.start_seconds)
    with Image.open(cover_path(out_dir, longest)) as picture:
        write_cover(np.asarray(picture), out_dir / "poster.jpg", height=_POSTER_HEIGHT)
    return True
