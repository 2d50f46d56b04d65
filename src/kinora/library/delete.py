"""Delete a video: its rows at once, so that nobody finds it any more; then its files and index rows, by a job."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from django.db import transaction

from kinora import config
from kinora.library.files import work_folder
from kinora.library.models import OriginalState, Video
from kinora.library.patience import patient
from kinora.library.queue import enqueue


def delete_video(video: Video) -> None:
    """Delete a video with all that was made from it. A worker that reads it just now can write nothing any more."""
    folder, public_id, elsewhere = video.folder, video.public_id, _moved_folder(video)
    _delete_rows(video)
    if elsewhere is not None:
        shutil.rmtree(elsewhere, ignore_errors=True)
    with work_folder(config.current(), f"deleted-{public_id}") as trash, contextlib.suppress(OSError):
        folder.rename(trash / "folder")  # what can't be moved now goes with the `remove` job


def _moved_folder(video: Video) -> Path | None:
    """Return the folder outside the home that a video's original was moved to, None where it was not."""
    is_moved = video.original_state == OriginalState.MOVED and video.original_path.parent != video.folder
    return video.original_path.parent if is_moved else None


@patient
def _delete_rows(video: Video) -> None:
    with transaction.atomic():
        enqueue("remove", payload={"public_id": video.public_id}, dedupe_key=f"remove:{video.public_id}")
        Video.objects.filter(pk=video.pk).delete()
