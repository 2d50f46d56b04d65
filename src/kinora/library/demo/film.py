"""A demo film: takes one after another with cuts, dissolves and fades between them, and the words that go with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kinora.media.facts import Chapter
from kinora.moments.moment import Cue
from kinora.shots.shot import Transition

WIDTH, HEIGHT = 1280, 720
FRAMES_A_SECOND = 25
DISSOLVE_SECONDS = 1.0
FADE_SECONDS = 0.6

# Seconds within the take → the picture; it may be painted over by the next call.
Paint = Callable[[float], Image.Image]
Join = Literal["cut", "dissolve", "fade"]


@dataclass(frozen=True)
class Take:
    """A shot to be drawn; `build` prepares its layers when its turn comes. `join` is how it follows the one before."""

    seconds: float
    build: Callable[[], Paint]
    join: Join = "cut"
    chapter: str = ""


@dataclass(frozen=True)
class Edit:
    """Where a take begins and by which transition, for checking what the shot detector finds."""

    start_seconds: float
    transition: Transition


@dataclass(frozen=True)
class DemoFilm:
    """One film before it is made. `subtitles` are cues by language, the first one the film's own."""

    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    takes: Sequence[Take]
    sound: Callable[[float], NDArray[np.float32]]  # seconds → samples (num_samples, 2)
    subtitles: dict[str, tuple[Cue, ...]] = field(default_factory=dict)

    @property
    def starts_seconds(self) -> tuple[float, ...]:
        """Return when each take begins to be seen; the one before a dissolve goes on for `DISSOLVE_SECONDS`."""
        starts, at = [], 0.0
        for place, take in enumerate(self.takes):
            starts.append(at)
            following = self.takes[place + 1] if place + 1 < len(self.takes) else None
            at += take.seconds - (DISSOLVE_SECONDS if following and following.join == "dissolve" else 0.0)
        return tuple(starts)

    @property
    def duration_seconds(self) -> float:
        return self.starts_seconds[-1] + self.takes[-1].seconds

    @property
    def num_frames(self) -> int:
        return round(self.duration_seconds * FRAMES_A_SECOND)

    def edits(self) -> tuple[Edit, ...]:
        """Return the transitions between takes; a gradual one is named at its middle."""
        middle = {"cut": 0.0, "fade": 0.0, "dissolve": DISSOLVE_SECONDS / 2}
        pairs = list(zip(self.starts_seconds, self.takes, strict=True))[1:]
        return tuple(Edit(start + middle[take.join], take.join) for start, take in pairs)

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the chapters that takes begin; none when no take names one."""
        timed = zip(self.starts_seconds, self.takes, strict=True)
        marks = [(start, take.chapter) for start, take in timed if take.chapter]
        ends = [start for start, _ in marks[1:]] + [self.duration_seconds] * bool(marks)
        return tuple(Chapter(start, end, name) for (start, name), end in zip(marks, ends, strict=True))

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Yield every frame (HxWx3) in order."""
        painted: dict[int, Paint] = {}
        starts = self.starts_seconds
        for number in range(self.num_frames):
            seconds = (number + 0.001) / FRAMES_A_SECOND
            showing = [n for n, take in enumerate(self.takes) if starts[n] <= seconds < starts[n] + take.seconds]
            for gone in [n for n in painted if n not in showing]:
                del painted[gone]
            for place in showing:
                if place not in painted:
                    painted[place] = self.takes[place].build()
            yield np.asarray(self._frame(seconds, showing, painted))

    def _frame(self, seconds: float, showing: list[int], painted: dict[int, Paint]) -> Image.Image:
        starts = self.starts_seconds
        picture = painted[showing[0]](seconds - starts[showing[0]])
        if len(showing) > 1:
            newer = showing[1]
            share = (seconds - starts[newer]) / DISSOLVE_SECONDS
            return Image.blend(picture, painted[newer](seconds - starts[newer]), share)
        return self._faded(picture, seconds, showing[0])

    def _faded(self, picture: Image.Image, seconds: float, place: int) -> Image.Image:
        """Darken near a fade, and at the film's two ends."""
        start = self.starts_seconds[place]
        end = start + self.takes[place].seconds
        is_last = place == len(self.takes) - 1
        light = 1.0
        if place == 0 or self.takes[place].join == "fade":
            light = min(light, (seconds - start) / FADE_SECONDS)
        if is_last or self.takes[place + 1].join == "fade":
            light = min(light, (end - seconds) / FADE_SECONDS)
        if light >= 1.0:
            return picture
        return Image.blend(Image.new("RGB", picture.size), picture, max(0.0, light))
