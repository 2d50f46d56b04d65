"""One frame of a film as a picture file. For use inside confined children."""

from __future__ import annotations

from pathlib import Path

from kinora.errors import UnreadableMedia
from kinora.media.covers import write_cover
from kinora.media.frames import frames_at

STILL_HEIGHT = 720
STILL_NAME = "still.jpg"


def write_still(path: Path, seconds: float, out_dir: Path) -> float:
    """Write the frame on the screen at an instant to `still.jpg`, at most 720 high; return its own time.

    Raises:
        UnreadableMedia: no frame can be decoded there.
    """
    for frame in frames_at(path, [seconds], height=STILL_HEIGHT):
        write_cover(frame.rgb, out_dir / STILL_NAME, height=STILL_HEIGHT)
        return frame.seconds
    raise UnreadableMedia(f"no frame of {path.name} can be decoded at {seconds:g} s")
