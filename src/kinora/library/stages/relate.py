"""`relate`: what is near to a video by content, or what people watch together and lately; when nothing else waits."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.index.index import Index
from kinora.library.queue import Next
from kinora.library.recommend.keep import keep_neighbours, keep_popular, keep_viewers
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Store the neighbours; doing it again changes nothing."""
    if work.job.payload.get("what") == "viewers":
        num_stored = keep_viewers() + keep_popular()
    else:
        index = Index.open(work.settings.index_dir, read_only=True, memory_mib=0)
        num_stored = keep_neighbours(work.video, index)

    def write() -> Sequence[Next]:
        return ()

    return Outcome(write=write, result={"num_stored": num_stored})
