"""`remove`: take a deleted video's rows out of the index, and its folder, where deleting was cut off."""

from __future__ import annotations

import re

from kinora.errors import Bug
from kinora.library.index_writer import writing_index
from kinora.library.models import Video
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Remove what is left of the video; where nothing is left, that is fine."""
    public_id = str(work.job.payload["public_id"])
    if not re.fullmatch(r"[A-Za-z0-9]{6,16}", public_id):
        raise Bug(f"{public_id!r} is no public identifier")
    if Video.objects.filter(public_id=public_id).exists():
        return Outcome(write=lambda: (), result={"is_kept": True})
    with writing_index(work.settings) as index:
        index.remove_video(public_id)
    folder = work.settings.videos_dir / public_id
    if folder.exists():
        work.trash.mkdir(parents=True, exist_ok=True)
        folder.rename(work.trash / public_id)
    return Outcome(write=lambda: ())
