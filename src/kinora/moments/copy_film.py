"""A film, or the pictures kept of one, → its prints. For use inside a confined child."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from kinora.errors import UnreadableMedia
from kinora.media.facts import MediaFile
from kinora.media.frames import frames_every
from kinora.media.picture import Rgb
from kinora.media.sound import mono_16khz
from kinora.moments.copy_pictures import landmarks_of
from kinora.moments.copy_prints import Marks, Prints, none_at_all
from kinora.moments.copy_sound import sound_marks

_HEIGHT = 270
_DENSE_SECONDS, _MIDDLE_SECONDS = (
    40.0,
    300.0,
)  # up to here a picture every quarter, every half second; else every second


def film_prints(path: Path, facts: MediaFile, *, every_seconds: float | None = None) -> Prints:
    """Decode a film once and return its prints; `every_seconds` parts two pictures, shorter for shorter films.

    Raises:
        UnreadableMedia: its pictures can't be decoded.
    """
    step = every_seconds or step_seconds(facts.duration_seconds)
    pictures = none_at_all()
    if facts.video is not None:
        frames = frames_every(path, step, height=_HEIGHT)
        pictures = picture_marks((number * step, frame.rgb) for number, frame in enumerate(frames))
    return Prints(pictures, _sound(path, facts), facts.duration_seconds)


def write_film_prints(path: Path, facts: MediaFile, *, out_dir: Path) -> None:
    """Write `film_prints` into a folder."""
    film_prints(path, facts).save(out_dir)


def write_kept_prints(
    path: Path, facts: MediaFile, *, out_dir: Path, seconds: list[float], pictures: list[Path]
) -> None:
    """Write the prints of a film whose pictures are kept already, `pictures` being our own JPEGs of `seconds`."""
    marks = picture_marks((at, _read(file)) for at, file in zip(seconds, pictures, strict=True))
    Prints(marks, _sound(path, facts), facts.duration_seconds).save(out_dir)


def step_seconds(duration_seconds: float) -> float:
    """Return how far pictures of a film of this length are apart when it is asked about."""
    return 0.25 if duration_seconds <= _DENSE_SECONDS else 0.5 if duration_seconds <= _MIDDLE_SECONDS else 1.0


def picture_marks(pictures: Iterable[tuple[float, Rgb]]) -> Marks:
    """Return the marks of pictures, each with its second."""
    cv2.setNumThreads(1)
    found = []
    for seconds, rgb in pictures:
        marks = landmarks_of(rgb).marks
        marks["seconds"] = seconds
        found.append(marks)
    return np.concatenate(found) if found else none_at_all()


def _read(path: Path) -> Rgb:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise UnreadableMedia(f"{path.name} can't be read: the video's pictures were changed meanwhile")
    half: Rgb = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return half if picture.shape[0] >= 2 * 200 else picture


def _sound(path: Path, facts: MediaFile) -> Marks:
    if not facts.audio:
        return none_at_all()
    try:
        return sound_marks(mono_16khz(path))
    except UnreadableMedia:
        return none_at_all()
