"""Files of the library: made in `work/` and moved into place by rename, never written where they are read."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kinora import config
from kinora.errors import (
    Conflict,
    DiskFull,
    InputError,
    KinoraError,
    MediaTooLarge,
    NotFound,
    ToolFailed,
    UnreadableMedia,
)
from kinora.library.workers import machine_name

_FICLONE = 0x40049409  # Linux: share the blocks of another file, copied when either changes
_SUFFIXES = frozenset({
    ".3g2", ".3gp", ".aac", ".ac3", ".aif", ".aiff", ".amr", ".ape", ".apng", ".asf", ".au", ".avi", ".caf", ".dts",
    ".dv", ".eac3", ".f4v", ".flac", ".flv", ".gif", ".h264", ".264", ".h265", ".265", ".hevc", ".ivf", ".m2ts",
    ".m2v", ".m4a", ".m4v", ".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".oga",
    ".ogg", ".ogv", ".opus", ".rm", ".rmvb", ".ts", ".vob", ".wav", ".webm", ".webp", ".wma", ".wmv", ".wv", ".y4m",
})  # fmt: skip
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def check_room(settings: config.Settings, *, for_bytes: int = 0) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        DiskFull: less than `min_free_bytes` would stay free.
    """
    free_bytes = shutil.disk_usage(settings.home).free
    if free_bytes - for_bytes < settings.min_free_bytes:
        raise DiskFull(
            f"the disk that holds {settings.home} has {free_bytes // 2**20} MiB free; {for_bytes // 2**20} MiB "
            f"are needed and {settings.min_free_bytes // 2**20} MiB must stay free",
            hint="make room, or set KINORA_MIN_FREE_BYTES; waiting work goes on by itself",
        )


def as_kinora_error(error: OSError) -> KinoraError:
    """Return the error of the tree for a file error of the system."""
    if error.errno in _NO_ROOM:
        return DiskFull("the disk that holds the library is full", hint="make room; waiting work goes on by itself")
    return ToolFailed(f"a file could not be used: {error.strerror or error}")


def check_source(path: Path, settings: config.Settings) -> os.stat_result:
    """Return the facts of a file that somebody wants to add.

    Raises:
        NotFound, UnreadableMedia, MediaTooLarge: absent; no ordinary file, empty or not readable; over the limit.
    """
    name = printable(str(path))
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise NotFound(f"there is no file {name}") from error
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableMedia(f"{name} is no ordinary file", hint="give a video or sound file")
    if facts.st_size == 0:
        raise UnreadableMedia(f"{name} is empty", hint="copy or upload it again")
    if not os.access(path, os.R_OK):
        raise UnreadableMedia(f"{name} may not be read", hint="change its permissions")
    if facts.st_size > settings.max_upload_bytes:
        raise MediaTooLarge(
            f"{name} has {facts.st_size:,} bytes; at most {settings.max_upload_bytes:,} are accepted",
            hint="set KINORA_MAX_UPLOAD_BYTES to accept more",
        )
    return facts


@contextmanager
def work_folder(settings: config.Settings, name: str) -> Iterator[Path]:
    """Give a new folder in `work/`, gone afterwards; what shall stay must have been moved out."""
    folder = settings.work_dir / f"{name}-{machine_name()}-{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take_file(source: Path, target: Path, *, move: bool, facts: os.stat_result) -> None:
    """Bring a file to `target` in our own folder: by rename when it may be moved, else as a copy of its own.

    Never as a hard link: a program that writes the user's file again would change ours.

    Raises:
        Conflict: the file changed while it was copied.
        DiskFull: no room.
    """
    try:
        if move and _renamed(source, target):
            return
        _copy(source, target)
        after = source.stat()
    except OSError as error:
        raise as_kinora_error(error) from error
    if (after.st_size, after.st_mtime_ns) != (facts.st_size, facts.st_mtime_ns):
        raise Conflict(f"{printable(source.name)} changed while it was added", hint="add it again when it is whole")
    if move:
        source.unlink(missing_ok=True)


def _renamed(source: Path, target: Path) -> bool:
    try:
        source.rename(target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            return False
        raise
    return True


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as from_file, target.open("xb") as to_file:
        try:
            fcntl.ioctl(to_file.fileno(), _FICLONE, from_file.fileno())
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise
            shutil.copyfileobj(from_file, to_file, 4 * 2**20)
        to_file.flush()
        os.fsync(to_file.fileno())


def put_in_place(made: Path, target: Path, *, trash: Path) -> None:
    """Move a whole file or folder to its place; a folder that was there is moved into `trash` first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if made.is_dir() and target.exists():
        trash.mkdir(parents=True, exist_ok=True)
        target.rename(trash / f"{target.name}-{secrets.token_hex(4)}")
    made.replace(target)


def safe_suffix(name: str) -> str:
    """Return the file name's ending when it is one that media files have, else nothing."""
    ending = Path(name).suffix.lower()
    return ending if ending in _SUFFIXES else ""


def title_from_name(name: str) -> str:
    """Return a readable title for a file name: `my_first-film.v2.mp4` gives `My first film v2`."""
    stem = printable(Path(name.replace("\\", "/")).name)
    if safe_suffix(stem):
        stem = Path(stem).stem
    words = re.sub(r"[\s_.+]+" if " " in stem.strip() else r"[\s_.+-]+", " ", stem).strip(" -") or "Untitled"
    return (words[0].upper() + words[1:])[:300]


def printable(text: str) -> str:
    """Return text without control, direction-changing or undecodable characters."""
    return "".join(char for char in text if unicodedata.category(char) not in _UNPRINTABLE).strip()


def clean_name(name: str) -> str:
    """Return the last part of a file name as it may be stored and shown.

    Raises:
        InputError: nothing is left.
    """
    cleaned = printable(name.replace("\\", "/").rsplit("/", 1)[-1])[:300]
    if not cleaned or cleaned in (".", ".."):
        raise InputError("the file has no usable name")
    return cleaned


def clear_derived(folder: Path, *, keep: str, trash: Path) -> None:
    """Move everything made from an earlier file of a video away; the original and its subtitle files stay."""
    if not folder.is_dir():
        return
    for entry in list(folder.iterdir()):
        if entry.name not in (keep, "subtitles"):
            trash.mkdir(parents=True, exist_ok=True)
            entry.rename(trash / f"{entry.name}-{secrets.token_hex(4)}")
