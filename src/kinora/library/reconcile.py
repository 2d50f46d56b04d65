"""What a worker does when it starts: put right whatever dead processes left behind."""

from __future__ import annotations

import logging
import re
import shutil
import time
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from kinora.config import Settings
from kinora.errors import KinoraError
from kinora.library import queue, workers
from kinora.library.copy_shelves import queue_missing_prints
from kinora.library.lifecycle import REFUSALS
from kinora.library.models import Job, Video, VideoState
from kinora.library.moderation.emptying import plan_emptying
from kinora.library.other_encoder import queue_other_encoder
from kinora.library.people.parcels import sweep_exports
from kinora.library.people.visibility import queue_forgotten_plans
from kinora.library.queue import ACTIVE
from kinora.library.recommend.keep import queue_missing_neighbours
from kinora.library.saved_appear import unchecked
from kinora.library.studio.originals_plan import plan_originals
from kinora.library.takes import sweep_takes
from kinora.library.upload_sweep import sweep_uploads
from kinora.library.watching.digest_time import plan_next as plan_next_digest

log = logging.getLogger("kinora.worker")

_OWNED = re.compile(r".+-(?P<machine>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{8}")
_ORPHAN_SECONDS = 15 * 60.0  # a folder without a row may belong to an adding process that is about to store it
_STALE_SECONDS = 2 * 24 * 3600.0
_JOBS_A_TRANSACTION = 500  # thousands of videos are queued in seconds, and nobody waits long for the database


def reconcile(settings: Settings) -> None:
    """Return dead workers' jobs, sweep their files, and queue what brings rows, files and index together again."""
    queue.return_expired(dead_workers=workers.gone_workers())
    workers.forget_gone_workers()
    sweep_work(settings.work_dir)
    sweep_videos(settings.videos_dir)
    sweep_replacements(settings.videos_dir)
    sweep_uploads()
    sweep_takes()
    queue_forgotten()
    repair_index(settings)
    queue_other_encoder(settings)
    queue_missing_prints()
    queue_missing_neighbours()
    plan_next_digest()
    plan_emptying()
    plan_originals()
    queue_forgotten_plans()
    sweep_exports()
    if unchecked().exists():
        queue.enqueue("alert", dedupe_key="alert")


def sweep_work(work_dir: Path) -> int:
    """Delete the temporary folders of processes that are gone; return how many."""
    num_swept = 0
    for folder in work_dir.glob("*"):
        owner = _OWNED.fullmatch(folder.name)
        is_dead = owner is not None and workers.process_is_gone(owner["machine"], int(owner["pid"]))
        if is_dead or _age_seconds(folder) > _STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
            num_swept += 1
    return num_swept


def sweep_videos(videos_dir: Path) -> int:
    """Delete the folders of videos that are deleted, and the files of those that were refused; return how many."""
    folders = {folder.name: folder for folder in videos_dir.glob("*") if folder.is_dir()}
    kept = set(Video.objects.filter(public_id__in=list(folders)).values_list("public_id", flat=True))
    refused = set(_refused().values_list("public_id", flat=True))
    orphans = [folders[name] for name in folders.keys() - kept if _age_seconds(folders[name]) > _ORPHAN_SECONDS]
    orphans += [folders[name] for name in folders.keys() & refused]
    for folder in orphans:
        shutil.rmtree(folder, ignore_errors=True)
    return len(orphans)


def sweep_replacements(videos_dir: Path) -> int:
    """Delete originals that no row names: those of a replacing that was killed in the middle; return how many."""
    files = [path for path in videos_dir.glob("*/original.*.*") if _age_seconds(path) > _ORPHAN_SECONDS]
    rows = Video.objects.filter(public_id__in={path.parent.name for path in files})
    named = {row.original_path for row in rows}
    stray = [path for path in files if path not in named]
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)


def _refused() -> QuerySet[Video]:
    """Return the videos whose file was refused for what it is: their rows tell why, their bytes are gone."""
    return Video.objects.filter(state=VideoState.FAILED, error_kind__in=REFUSALS)


def queue_forgotten() -> int:
    """Queue the reading of videos that are being processed though no job of theirs is left; return how many."""
    stuck = Video.objects.filter(state=VideoState.PROCESSING).exclude(
        pk__in=Job.objects.filter(state__in=ACTIVE, video__isnull=False).values("video")
    )
    for video in stuck:
        log.warning("video %s had no job left; it is read again", video.public_id)
        queue.enqueue("probe", video=video)
    return len(stuck)


def repair_index(settings: Settings) -> int:
    """Queue the indexing of videos whose index rows are missing or old, and the removal of rows without a video."""
    from kinora.index.index import Index

    try:
        indexed = Index.open(settings.index_dir, read_only=True).revisions() if settings.index_dir.exists() else {}
    except KinoraError as error:
        log.warning("the index could not be compared with the library: %s", error.message)
        queue.enqueue("maintain", dedupe_key="maintain")  # which sets it aside where it is damaged
        return 0
    known = dict(Video.objects.values_list("public_id", "indexed_revision"))
    gone = sorted(indexed.keys() - known.keys())
    wrong = [name for name, revision in known.items() if revision > 0 and indexed.get(name) != revision]
    for start in range(0, len(gone), _JOBS_A_TRANSACTION):
        with transaction.atomic():
            for name in gone[start : start + _JOBS_A_TRANSACTION]:
                queue.enqueue("remove", payload={"public_id": name}, dedupe_key=f"remove:{name}")
    for start in range(0, len(wrong), _JOBS_A_TRANSACTION):
        with transaction.atomic():
            for video in Video.objects.filter(public_id__in=wrong[start : start + _JOBS_A_TRANSACTION]):
                queue.enqueue("index", video=video)
    return len(gone) + len(wrong)


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
