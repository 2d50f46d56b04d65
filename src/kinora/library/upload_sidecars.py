"""Subtitle files that are dropped together with a video: kept beside its upload, then given to the video."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from kinora.errors import SubtitlesRefused
from kinora.library.files import as_kinora_error, clean_name
from kinora.library.models import Upload
from kinora.library.sidecars import MAX_BYTES, Sidecar, copy_sidecars

MAX_SIDECARS = 40
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")


def folder_of(upload: Upload) -> Path:
    """Return the folder that lies beside an upload's bytes."""
    return upload.path.with_name(f"{upload.public_id}.d")


def language_in_name(name: str) -> str:
    """Return the language that a file name such as `film.en.srt` or `film.pt-BR.vtt` tells, else nothing."""
    parts = name.rsplit(".", 2)
    return parts[1] if len(parts) == 3 and _LANGUAGE.fullmatch(parts[1]) else ""


def keep_sidecar(upload: Upload, name: str, data: bytes) -> None:
    """Keep a subtitle file with its upload; when that is a video already, give it to the video at once.

    Raises:
        SubtitlesRefused: too large, too many, or no subtitles that can be read.
    """
    from kinora.moments.subtitles import parse_subtitles

    name = clean_name(name)
    if len(data) > MAX_BYTES:
        raise SubtitlesRefused(f"{name} is over {MAX_BYTES // 2**20} MiB; subtitle files are smaller")
    parse_subtitles(data, name)
    place = folder_of(upload) / "subtitles"
    if len(list(place.glob("*"))) >= MAX_SIDECARS:
        raise SubtitlesRefused(f"a video takes at most {MAX_SIDECARS} subtitle files at once")
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / name[-120:].lstrip(".")).write_bytes(data)
    except OSError as error:
        raise as_kinora_error(error) from error
    upload.refresh_from_db(fields=["video"])
    if upload.video is not None:
        _give_to_video(upload)


def sidecars_of_upload(upload: Upload) -> list[Sidecar]:
    """Return the subtitle files kept so far, each with the language that its name tells."""
    kept = sorted((folder_of(upload) / "subtitles").glob("*"))
    return [(path, language_in_name(path.name)) for path in kept]


def _give_to_video(upload: Upload) -> None:
    from kinora.library.queue import enqueue

    assert upload.video is not None
    if copy_sidecars(sidecars_of_upload(upload), upload.video):
        enqueue("read", video=upload.video)
    shutil.rmtree(folder_of(upload), ignore_errors=True)
