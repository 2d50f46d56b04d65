"""`announce`: those who follow a channel are told of its new video."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work
from kinora.library.watching.announce import announce


def run(work: Work) -> Outcome:
    """Ring their bells, in the transaction that ends the job: nobody is told twice."""
    video = work.video

    def write() -> Sequence[Next]:
        announce(video)
        return ()

    return Outcome(write=write)
