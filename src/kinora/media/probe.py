"""Facts of a file, read in a confined process.

Try it: `kinora probe FILE`
"""

from __future__ import annotations

import stat
from pathlib import Path

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import LimitExceeded, MediaTooLarge, NotFound, ToolFailed, UnreadableMedia, WorkerLost
from kinora.media.facts import MediaFile
from kinora.media.read_facts import FactLimits, read_facts

WALL_SECONDS = 25.0
CPU_SECONDS = 20.0


def probe(path: Path, settings: Settings, *, cancel: CancelToken | None = None) -> MediaFile:
    """Return what a file holds, with its first picture or sound decoded.

    Raises:
        NotFound: no such file. UnreadableMedia, UnsupportedMedia, MediaTooLarge: one sentence on why it can't be taken.
        LimitExceeded: reading it took too long or too much memory.
    """
    check_file(path, settings)
    limits = Limits(CPU_SECONDS, WALL_SECONDS, min(settings.ffmpeg_memory_bytes, 2 * 2**30), output_bytes=16 * 2**20)
    allowed = FactLimits(settings.max_pixels, settings.max_duration_seconds, settings.max_streams)
    real = path.resolve()
    try:
        return confined_call(
            read_facts,
            arguments={"path": real, "limits": allowed},
            limits=limits,
            read_paths=[real],
            write_dir=None,
            cancel=cancel,
        )
    except LimitExceeded as error:
        raise LimitExceeded(f"{path.name} can't be read within bounds: {error.message}") from error
    except (ToolFailed, WorkerLost) as error:
        raise UnreadableMedia(f"{path.name} is damaged: reading it broke the decoder") from error


def check_file(path: Path, settings: Settings) -> None:
    """Refuse what is no plain file of a bearable size, without opening it."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"there is no file {path}") from error
    except (OSError, ValueError) as error:
        raise UnreadableMedia(f"{path} can't be opened: {getattr(error, 'strerror', None) or error}") from error
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableMedia(f"{path.name} is a folder, not a video or sound file")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableMedia(f"{path.name} is a device or a pipe, not a video or sound file")
    if status.st_size == 0:
        raise UnreadableMedia(f"{path.name} is empty")
    if status.st_size > settings.max_upload_bytes:
        raise MediaTooLarge(
            f"{path.name} has {status.st_size / 2**30:.1f} GiB; at most {settings.max_upload_bytes / 2**30:g} GiB are"
            " accepted",
            hint="KINORA_MAX_UPLOAD_BYTES sets the limit",
        )
