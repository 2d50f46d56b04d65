"""The comment that a file carries, whole: where a clip of Kinora keeps its recipe."""

from __future__ import annotations

from pathlib import Path

from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.media.demux import open_media

_LIMITS = Limits(cpu_seconds=20, wall_seconds=60, memory_bytes=2**30, output_bytes=2**22)
_MOST_LETTERS = 1_000_000


def comment_of(path: Path) -> str:
    """Return a file's comment, read in a confined process; empty where it has none.

    Raises:
        UnreadableMedia: it is no video or sound file.
    """
    path = path.absolute()
    return confined_call(
        read_comment, arguments={"path": path}, limits=_LIMITS, read_paths=[path], write_dir=None
    )  # fmt: skip


def read_comment(path: Path) -> str:
    """Return the comment; the work of the child."""
    with open_media(path) as container:
        return str(container.metadata.get("comment", ""))[:_MOST_LETTERS]
