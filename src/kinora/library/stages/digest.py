"""`digest`: the e-mails of those who want new videos of followed channels told by day or by week."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work
from kinora.library.watching.announce import send_digest
from kinora.library.watching.digest_time import due_digests, plan_next


def run(work: Work) -> Outcome:
    """Queue those that are due, each in a transaction of its own: one cut off half-way goes on where it was."""
    now = timezone.now()
    due = list(due_digests(now))
    num_sent = 0
    for number, choices in enumerate(due):
        work.report(number / len(due), f"{number + 1} of {len(due)}")
        work.cancel.raise_if_cancelled()
        num_sent += send_digest(choices, now)

    def write() -> Sequence[Next]:
        plan_next()
        return ()

    return Outcome(write=write, result={"num_due": len(due), "num_sent": num_sent})
