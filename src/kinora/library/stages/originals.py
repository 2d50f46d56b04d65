"""`originals`: originals whose time has come are moved or reduced, as the operator chose."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work
from kinora.library.studio.originals import sweep_originals
from kinora.library.studio.originals_plan import plan_originals

_AGAIN_SECONDS = 3600.0


def run(work: Work) -> Outcome:
    """Do what is due; where some wait, look again in an hour."""
    told = sweep_originals(work.settings, work.cancel, work.report)

    def write() -> Sequence[Next]:
        if told["num_waiting"] or told["num_failed"]:
            plan_originals(delay_seconds=_AGAIN_SECONDS)
        return ()

    return Outcome(write=write, result=dict(told))
