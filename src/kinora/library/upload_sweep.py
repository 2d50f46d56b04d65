"""Housekeeping of uploads: expired ones go, whole ones whose last request died become videos."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from kinora import config
from kinora.errors import KinoraError
from kinora.library.models import Upload
from kinora.library.uploads import LIFETIME, REMEMBERED, discard, exclusive, finish

_STRANDED_AFTER = timedelta(minutes=2)
_STRAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Swept:
    """What a sweep did."""

    num_expired: int
    num_finished: int
    num_stray: int


def sweep_uploads() -> Swept:
    """Remove expired uploads and files without a row, finish whole ones; safe beside running uploads."""
    return Swept(_remove_expired(), _finish_stranded(), _remove_stray())


def _remove_expired() -> int:
    now, num_removed = timezone.now(), 0
    Upload.objects.filter(video__isnull=False, updated_at__lt=now - REMEMBERED).delete()
    for upload in Upload.objects.filter(video=None, updated_at__lt=now - LIFETIME):
        if upload.path.exists():
            try:
                with exclusive(upload, wait_seconds=0):
                    discard(upload)
            except KinoraError:
                continue  # somebody is writing it after all
        else:
            discard(upload)
        num_removed += 1
    return num_removed


def _finish_stranded() -> int:
    waiting = Upload.objects.filter(video=None, error_message="", updated_at__lt=timezone.now() - _STRANDED_AFTER)
    num_finished = 0
    for upload in waiting.select_related("owner"):
        if not upload.path.exists() or upload.path.stat().st_size < upload.size_bytes:
            continue
        try:
            num_finished += finish(upload).video_id is not None
        except KinoraError:
            continue  # no room, or a request is at it: the next sweep asks again
    return num_finished


def _remove_stray() -> int:
    folder = config.current().uploads_dir
    known = set(Upload.objects.values_list("public_id", flat=True))
    num_removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.removesuffix(".d") in known or time.time() - path.stat().st_mtime < _STRAY_SECONDS:
            continue
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        num_removed += 1
    return num_removed
