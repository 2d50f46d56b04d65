"""`trash`: delete for good what has lain in the trash long enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kinora.library.moderation.emptying import plan_emptying
from kinora.library.moderation.trash import empty_trash
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Empty it; what is held by a moderator is looked at again in a day."""
    done = empty_trash()

    def write() -> Sequence[Next]:
        plan_emptying(after=timedelta(days=1))
        return ()

    return Outcome(write=write, result=dict(done))
