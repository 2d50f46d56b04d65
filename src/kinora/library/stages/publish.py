"""`publish`: a scheduled video becomes public at its second."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.library.people.visibility import publish_if_due
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Publish the video, unless its owner chose otherwise or another time since."""
    public_id = str(work.job.payload["public_id"])

    def write() -> Sequence[Next]:
        publish_if_due(public_id)
        return ()

    return Outcome(write=write)
