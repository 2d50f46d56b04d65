"""What becomes of originals once every quality is made: moved to another folder, or reduced to the best quality.

An original goes only when its successor lies whole on the disk and the row names it; whoever is killed in between
leaves a file too much, never one too few.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.errors import Conflict, KinoraError, UnreadableMedia
from kinora.ledger.record import sha256_of
from kinora.library.files import check_room, work_folder
from kinora.library.models import Job, OriginalState, Playback, Rendition, Video, VideoState
from kinora.library.queue import ACTIVE
from kinora.library.stages.encode import missing_rungs
from kinora.library.stages.stage import facts_of, facts_to_json
from kinora.media.joined import joined
from kinora.media.ladder import H264, folder_of
from kinora.media.probe import probe

_DAY_SECONDS = 86_400.0
_MOST_DIFFERENCE_SECONDS = 1.0  # between an original and what takes its place

Report = Callable[[float, str], None]


def sweep_originals(settings: Settings, cancel: CancelToken, report: Report) -> dict[str, int]:
    """Move or reduce what is due, one by one; return how many went, wait for their time, or could not go."""
    told = {"num_done": 0, "num_waiting": 0, "num_failed": 0}
    policy = settings.originals_policy()
    if policy == "kept":
        return told
    _sweep_left(settings)
    rows = list(_candidates())
    for number, video in enumerate(rows):
        cancel.raise_if_cancelled()
        report(number / len(rows), f"{number + 1} of {len(rows)}")
        if not is_due(video, settings):
            told["num_waiting"] += 1
            continue
        try:
            told["num_done"] += _moved(video, settings) if policy == "moved" else _reduced(video, settings, cancel)
        except (KinoraError, OSError) as error:
            cancel.raise_if_cancelled()
            told["num_failed"] += 1
            report(number / len(rows), f"{video.title}: {error}")
    return told


def is_due(video: Video, settings: Settings) -> bool:
    """Return whether a video has every quality, nothing of it is being worked on, and its original is old enough."""
    try:
        age_seconds = time.time() - video.original_path.stat().st_ctime
    except OSError:
        return False
    if age_seconds < settings.originals_keep_days * _DAY_SECONDS:
        return False
    if Job.objects.filter(video=video, state__in=ACTIVE).exists():
        return False
    return not missing_rungs(video, facts_of(video), settings)


def _candidates() -> QuerySet[Video]:
    ready = Video.objects.filter(state=VideoState.READY, playback=Playback.HLS, original_state=OriginalState.KEPT)
    return ready.order_by("pk")


def _moved(video: Video, settings: Settings) -> bool:
    """Copy the original to the other folder, compare every byte, then name it in the row."""
    old, folder = video.original_path, Path(settings.originals_dir) / video.public_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < video.size_bytes + settings.min_free_bytes:
        raise Conflict(f"{settings.originals_dir} has no room for {video.size_bytes // 2**20} MiB")
    place, draft = folder / old.name, folder / f"{old.name}.part"
    shutil.copyfile(old, draft)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    if sha256_of(draft) != video.sha256:
        draft.unlink()
        raise UnreadableMedia(f"{draft} holds other bytes than were sent: copied wrongly, or the original was changed")
    draft.replace(place)
    return _settle(video, old, place, {"original_state": OriginalState.MOVED})


def _reduced(video: Video, settings: Settings, cancel: CancelToken) -> bool:
    """Join the best quality with its sound to one file, look whether it is whole, then name it in the row."""
    old = video.original_path
    check_room(settings, for_bytes=video.size_bytes)
    with work_folder(settings, f"reduce-{video.public_id}") as folder:
        draft = folder / "best.mp4"
        with draft.open("wb") as file:
            for block in joined(_best_folders(video)).blocks():
                cancel.raise_if_cancelled()
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        facts = probe(draft, settings, cancel=cancel)
        if abs(facts.duration_seconds - video.duration_seconds) > _MOST_DIFFERENCE_SECONDS:
            raise UnreadableMedia(f"the best quality is {facts.duration_seconds:.1f} s long, the original is not")
        size_bytes, suffix = draft.stat().st_size, f".{sha256_of(draft)[:4]}.mp4"
        place = video.folder / f"original{suffix}"
        draft.replace(place)
    shown = {"width": facts.video.width, "height": facts.video.height} if facts.video else {}
    change = {
        "original_state": OriginalState.REDUCED, "original_suffix": suffix, "size_bytes": size_bytes,
        "facts": facts_to_json(facts), **shown,
    }  # fmt: skip
    return _settle(video, old, place, change)


def _best_folders(video: Video) -> list[Path]:
    rows = Rendition.objects.filter(video=video)
    best = rows.filter(height__gt=0, codec=H264).order_by("-height").first()
    sound = rows.filter(height=0).first()
    names = [folder_of(row.height, row.codec) for row in (best, sound) if row is not None]
    if not names:
        raise Conflict("this video has no quality that could take its original's place")
    return [video.folder / "hls" / name for name in names]


def _settle(video: Video, old: Path, place: Path, change: dict[str, object]) -> bool:
    """Name the successor in the row where the video is as it was, and delete what is not needed then."""
    with transaction.atomic():
        same = Video.objects.select_for_update().filter(
            pk=video.pk, original_state=OriginalState.KEPT, original_suffix=video.original_suffix, sha256=video.sha256,
            state=VideoState.READY,
        )  # fmt: skip
        is_same = same.exists() and not Job.objects.filter(video=video, state__in=ACTIVE).exists()
        if is_same:
            Video.objects.filter(pk=video.pk).update(**change)
    (old if is_same else place).unlink(missing_ok=True)
    return is_same


def _sweep_left(settings: Settings) -> None:
    """Delete originals that no row names any more: of somebody killed between naming the new and deleting the old."""
    for video in Video.objects.exclude(original_state=OriginalState.KEPT).iterator(chunk_size=500):
        if video.original_path.exists():
            for path in video.folder.glob("original*"):
                if path != video.original_path:
                    path.unlink(missing_ok=True)
