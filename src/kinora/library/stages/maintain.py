"""`maintain`: tidy the index: what nothing refers to goes, new rows join the search structures."""

from __future__ import annotations

from kinora.library.index_writer import writing_index
from kinora.library.models import Video
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Tidy, keeping what the rows say is current."""
    with writing_index(work.settings) as index:
        current = dict(Video.objects.values_list("public_id", "indexed_revision"))
        done = index.maintain(current)
    return Outcome(write=lambda: (), result={"num_swept": done.num_swept, "recall": dict(done.recall)})
