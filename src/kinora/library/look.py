"""Look at any file without adding it: its facts, its shots."""

from __future__ import annotations

from pathlib import Path

from kinora import config
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.library.files import check_source
from kinora.media.facts import MediaFile
from kinora.media.probe import probe
from kinora.shots.detect import detect
from kinora.shots.shot import Shot


def probe_file(path: Path) -> MediaFile:
    """Return the facts of a file.

    Raises:
        NotFound, UnreadableMedia, UnsupportedMedia, MediaTooLarge: it is absent or refused.
    """
    check_source(path, config.current())
    return probe(path, config.current())


def shots_of_file(path: Path) -> tuple[Shot, ...]:
    """Return the shots of a file; none when it has sound only.

    Raises:
        NotFound, UnreadableMedia, UnsupportedMedia, MediaTooLarge: it is absent or refused.
    """
    settings, facts = config.current(), probe_file(path)
    if facts.video is None:
        return ()
    cpu_seconds = 120.0 + 10.0 * facts.duration_seconds
    limits = Limits(
        cpu_seconds=cpu_seconds, wall_seconds=600.0 + 4 * cpu_seconds, memory_bytes=settings.ffmpeg_memory_bytes,
        output_bytes=64 * 2**20,
    )  # fmt: skip
    found = confined_call(
        detect, arguments={"path": path.absolute(), "facts": facts}, limits=limits, read_paths=[path.absolute()],
        write_dir=None,
    )  # fmt: skip
    return tuple(found)
