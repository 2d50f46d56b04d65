"""What is kept of a film so that copies of it are found: the marks of its pictures and of its sound, by the second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinora.errors import UnreadableMedia

CODE_BITS = 64
KEY_BITS = 24  # of a code: by these it is looked up
PRINTS_NAME = "landmarks-1"  # grows when the codes change: prints of two kinds can't be compared

# One landmark. `mirror` is the code of the same place in the mirror image (pictures only); `weak` and `mirror_weak`
# name the three bits of the key that editing turns over most easily, five bits each. Of a picture x, y and size are in
# its heights; of sound y is in octaves above 200 Hz.
MARK = np.dtype(
    [
        ("seconds", "<f4"), ("code", "<u8"), ("mirror", "<u8"), ("weak", "<u2"), ("mirror_weak", "<u2"),
        ("x", "<f2"), ("y", "<f2"), ("size", "<f2"),
    ]
)  # fmt: skip
Marks = NDArray[Any]  # of MARK, in order of their seconds
Codes = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Prints:
    """The marks of a film; a part it does not have, or that is black, plain or silent, has none."""

    pictures: Marks
    sound: Marks
    duration_seconds: float

    def save(self, folder: Path) -> None:
        """Write them into a folder that may exist."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "pictures.npy", self.pictures)
        np.save(folder / "sound.npy", self.sound)
        np.save(folder / "duration.npy", np.array([self.duration_seconds]))

    @staticmethod
    def load(folder: Path) -> Prints:
        """Map what `save` wrote into memory; nothing is read before it is looked at.

        Raises:
            UnreadableMedia: they are absent, damaged or of another kind.
        """
        try:
            pictures, sound = (np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in _FILES)
            duration = float(np.load(folder / "duration.npy", allow_pickle=False)[0])
        except (OSError, ValueError, EOFError, IndexError) as error:
            raise UnreadableMedia(f"the fingerprints in {folder} can't be read: {error}") from error
        if pictures.dtype != MARK or sound.dtype != MARK:
            raise UnreadableMedia(f"the fingerprints in {folder} are of another kind")
        return Prints(pictures, sound, duration)


_FILES = ("pictures.npy", "sound.npy")


def between(marks: Marks, start_seconds: float, end_seconds: float) -> Marks:
    """Return the marks of a stretch."""
    first, last = np.searchsorted(marks["seconds"], [start_seconds, end_seconds])
    return marks[first:last]


def none_at_all() -> Marks:
    return np.zeros(0, MARK)
