"""`alert`: every saved search looks at the videos that can be found since it last looked."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.errors import ResourceError
from kinora.library.find import encoder_client, look_for_news
from kinora.library.queue import Next
from kinora.library.saved_appear import unchecked
from kinora.library.saved_check import check
from kinora.library.saved_models import SavedSearch, VideoAppearance
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Look; what was told already is known, so that a job that is cut off and run again tells nothing twice."""
    seen = dict(unchecked().values_list("video_id", "video__indexed_revision"))
    searches = SavedSearch.objects.filter(is_paused=False, owner__is_active=True).select_related("owner", "webhook")
    if seen and searches:
        _wait_for_encoder(work)
        look_for_news()
    num_told = 0
    for number, saved in enumerate(searches if seen else ()):
        work.report(number / len(searches), f"{number + 1} of {len(searches)} saved searches")
        num_told += len(check(saved, only=frozenset(seen)))

    def write() -> Sequence[Next]:
        for video_id, revision in seen.items():
            VideoAppearance.objects.filter(video=video_id).update(checked_revision=revision)
        return [Next("alert", dedupe_key="alert")] if unchecked().exists() else ()

    return Outcome(write=write, result={"num_videos": len(seen), "num_told": num_told})


def _wait_for_encoder(work: Work) -> None:
    """Have the encoder ready: a search on a page answers without it after seconds, this one has the time."""
    if work.settings.text_encoder == "off":
        return
    try:
        encoder_client().sentence_encoder_name()
    except ResourceError:
        return  # found by words alone, as on this machine's search page
