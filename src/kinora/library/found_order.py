"""The moments that a search found, in another order than best first."""

from __future__ import annotations

from dataclasses import replace

from kinora.errors import InputError
from kinora.library.models import Video
from kinora.search.asked import SORTS
from kinora.search.hit import Hit, SearchResult
from kinora.search.searcher import grouped

LEAST_SHARE_OF_BEST = 0.4  # of the best score: what is hardly an answer is not put first because it is new


def checked_sort(sort: str) -> str:
    """Return the order asked for.

    Raises:
        InputError: there is no such order.
    """
    if sort not in SORTS:
        raise InputError(f"sort is {sort[:30]!r}; accepted: {', '.join(SORTS)}")
    return sort


def sorted_hits(result: SearchResult, sort: str, *, limit: int, offset: int) -> SearchResult:
    """Return a page of the good moments by their video's day or by their own length; equals stay best first."""
    least = LEAST_SHARE_OF_BEST * max((hit.score for hit in result.hits), default=0.0)
    good = [hit for hit in result.hits if hit.score >= least]
    if sort == "longest":
        good.sort(key=lambda hit: -hit.span.duration_seconds)
        return _page(result, good, limit, offset)
    days = dict(Video.objects.filter(public_id__in={h.video_id for h in good}).values_list("public_id", "published_at"))
    known = [hit for hit in good if hit.video_id in days]
    known.sort(key=lambda hit: (days[hit.video_id], hit.video_id), reverse=sort == "newest")
    return _page(result, known, limit, offset)


def _page(result: SearchResult, hits: list[Hit], limit: int, offset: int) -> SearchResult:
    page = tuple(hits[offset : offset + limit])
    return replace(result, hits=page, videos=grouped(page))
