"""`maintain`: tidy the index: what nothing refers to goes, new rows join the search structures.

Every row is read once a day. An index that can't be read is set aside and made again from the database.
"""

from __future__ import annotations

import logging

from kinora.errors import IndexDamaged
from kinora.library.copy_shelves import tidy_prints
from kinora.library.index_writer import is_readable, set_aside_index, writing_index
from kinora.library.models import Video
from kinora.library.recommend.keep import queue_missing_neighbours
from kinora.library.reconcile import repair_index
from kinora.library.stages.stage import Outcome, Work

CHECK_EVERY_SECONDS = 24 * 3600.0
log = logging.getLogger("kinora.worker")


def run(work: Work) -> Outcome:
    """Tidy, keeping what the rows say is current."""
    tidy_prints(work.settings)
    try:
        with writing_index(work.settings) as index:
            index.check(at_most_every_seconds=CHECK_EVERY_SECONDS)
            current = dict(Video.objects.values_list("public_id", "indexed_revision"))
            done = index.maintain(current)
    except IndexDamaged as error:
        if is_readable(work.settings):
            raise  # something else went wrong, which may go right the next time
        log.error("%s", error.message)
        set_aside_index(work.settings)
        num_queued = repair_index(work.settings)
        return Outcome(write=lambda: (), result={"is_made_again": True, "num_queued": num_queued})
    queue_missing_neighbours()
    return Outcome(write=lambda: (), result={"num_swept": done.num_swept, "recall": dict(done.recall)})
