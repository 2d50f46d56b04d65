"""Subtitle files that came beside a video: kept in its folder as given, read by the `read` stage."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import SubtitlesRefused
from kinora.library.files import as_kinora_error, printable, work_folder
from kinora.library.models import Video

Sidecar = tuple[Path, str]  # a subtitle file and its language, "" when unknown

FOLDER = "subtitles"
MAX_BYTES = 16 * 2**20
_SUFFIXES = (".srt", ".vtt", ".ass", ".ssa", ".ttml", ".dfxp", ".xml", ".sbv", ".sub")
_NAME = re.compile(r"(?P<language>[A-Za-z0-9-]{0,16})~(?P<digest>[0-9a-f]{12})~(?P<name>.+)")


@dataclass(frozen=True)
class KeptSidecar:
    """A subtitle file in a video's folder."""

    path: Path
    language: str
    name: str


def take_sidecars(sidecars: Sequence[Sidecar], folder: Path) -> int:
    """Copy subtitle files into a video's draft folder and return how many it did not hold yet."""
    num_new = 0
    for path, language in sidecars:
        data = _read(path)
        target = folder / FOLDER / _kept_name(path, language, data)
        if target.exists():
            continue
        target.parent.mkdir(exist_ok=True)
        try:
            target.write_bytes(data)
        except OSError as error:
            raise as_kinora_error(error) from error
        num_new += 1
    return num_new


def copy_sidecars(sidecars: Sequence[Sidecar], video: Video) -> int:
    """Copy subtitle files into the folder of a video that is held already; return how many are new."""
    from kinora import config

    with work_folder(config.current(), f"sidecars-{video.public_id}") as draft:
        take_sidecars(sidecars, draft)
        place, num_new = video.folder / FOLDER, 0
        place.mkdir(exist_ok=True)
        for made in sorted((draft / FOLDER).glob("*")):
            num_new += not (place / made.name).exists()
            made.replace(place / made.name)
        return num_new


def kept_sidecars(video: Video) -> list[KeptSidecar]:
    """Return the subtitle files that came with a video."""
    found = []
    for path in sorted((video.folder / FOLDER).glob("*")):
        parts = _NAME.fullmatch(path.name)
        if parts:
            found.append(KeptSidecar(path, parts["language"], parts["name"]))
    return found


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SubtitlesRefused(f"{printable(path.name)} is over {MAX_BYTES // 2**20} MiB, the most accepted")
        return path.read_bytes()
    except OSError as error:
        raise SubtitlesRefused(f"{printable(path.name)} can't be read: {error.strerror}") from error


def _kept_name(path: Path, language: str, data: bytes) -> str:
    """Return a name that is safe, keeps the file's own and tells files with equal names apart."""
    stem = re.sub(r"[^\w.-]+", "_", printable(path.stem))[:80] or "subtitles"
    suffix = path.suffix.lower() if path.suffix.lower() in _SUFFIXES else ".txt"
    language = re.sub(r"[^A-Za-z0-9-]", "", language)[:16]
    return f"{language}~{hashlib.sha256(data).hexdigest()[:12]}~{stem}{suffix}"
