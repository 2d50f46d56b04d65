"""`leave`: delete the videos of an account that was closed, then the account."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.library.delete import delete_video
from kinora.library.models import User
from kinora.library.people.leaving import delete_rest, own_videos
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Delete video by video; an attempt that was cut off goes on where it stopped."""
    user = User.objects.filter(pk=work.job.payload["user"], is_active=False).first()
    if user is None:  # gone already, or let in again meanwhile
        return Outcome(write=lambda: ())
    videos = own_videos(user.pk)
    num_videos = videos.count()
    for number, video in enumerate(videos.iterator(chunk_size=50)):
        work.cancel.raise_if_cancelled()
        work.report(number / max(1, num_videos), f"Deleting {number + 1} of {num_videos}")
        delete_video(video)

    def write() -> Sequence[Next]:
        if not own_videos(user.pk).exists():
            delete_rest(user)
            return ()
        return [Next("leave", {"user": user.pk}, None, f"leave:{user.pk}")]

    return Outcome(write=write, result={"num_videos": num_videos})
