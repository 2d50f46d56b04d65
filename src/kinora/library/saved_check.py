"""Look for what is new in a saved search, with its owner's rights, and tell each moment at most once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone

from kinora.errors import InputError
from kinora.library import find
from kinora.library.access import is_visible_to
from kinora.library.models import Video
from kinora.library.notify import deliver
from kinora.library.notify_models import Notification, Webhook
from kinora.library.patience import patient
from kinora.library.saved_appear import appeared_after
from kinora.library.saved_models import SavedMatch, SavedSearch, VideoAppearance
from kinora.search.hit import Hit
from kinora.timebase import Span, format_timecode

MOMENTS_A_VIDEO = 20  # of one look
MAX_LOOKED_AT = 1_000  # the best so many moments of the whole library
EVENT = "moment.found"


def check(saved: SavedSearch, *, only: Collection[int] | None = None) -> list[SavedMatch]:
    """Return the moments that are told now; `only` names the videos to look at by their rows' keys.

    A search that can't be made any more (it names a video that is gone) keeps its error and tells nothing.
    """
    videos = _new_videos(saved, only)
    try:
        hits = _hits_in(saved, {video.public_id for video in videos}) if videos else []
    except InputError as error:
        SavedSearch.objects.filter(pk=saved.pk).update(error_message=error.message, checked_at=timezone.now())
        return []
    return _tell(saved, {video.public_id: video for video in videos}, hits)


def _new_videos(saved: SavedSearch, only: Collection[int] | None) -> list[Video]:
    rows = VideoAppearance.objects.filter(appeared_after(saved), is_visible_to(saved.owner, "video"))
    if only is not None:
        rows = rows.filter(video__in=only)
    return [row.video for row in rows.select_related("video")]


def _hits_in(saved: SavedSearch, video_ids: Collection[str]) -> list[Hit]:
    """Return what the search page would show its owner of these videos, best first, pages further down too."""
    hits: list[Hit] = []
    for offset in range(0, MAX_LOOKED_AT, find.MAX_LIMIT):
        found = find.find(saved.query, user=saved.owner, limit=find.MAX_LIMIT, offset=offset).result.hits
        hits += [hit for hit in found if hit.video_id in video_ids]
        if len(found) < find.MAX_LIMIT:
            break
    return hits


@patient
def _tell(saved: SavedSearch, videos: dict[str, Video], hits: Sequence[Hit]) -> list[SavedMatch]:
    """Store what was not told yet, with all that tells of it: all or nothing, and one look at a time."""
    with transaction.atomic():
        held = SavedSearch.objects.select_for_update().filter(pk=saved.pk).select_related("owner").first()
        if held is None or held.is_paused:
            return []
        matches = [match for video in videos.values() for match in _untold(held, video, hits)]
        SavedMatch.objects.bulk_create(matches)
        SavedSearch.objects.filter(pk=held.pk).update(checked_at=timezone.now(), error_message="")
        if matches:
            _announce(held, matches)
    return matches


def _untold(saved: SavedSearch, video: Video, hits: Sequence[Hit]) -> list[SavedMatch]:
    known = SavedMatch.objects.filter(saved=saved, video=video).values_list("start_seconds", "end_seconds")
    told = [Span(start, end) for start, end in known]
    matches: list[SavedMatch] = []
    for hit in [hit for hit in hits if hit.video_id == video.public_id][:MOMENTS_A_VIDEO]:
        is_told = any(hit.span.overlap_seconds(span) > 0 or hit.start_seconds == span.start_seconds for span in told)
        if not is_told:
            told.append(hit.span)
            reason = next((reason.text for reason in hit.reasons if reason.text), "")[:300]
            start, end = hit.start_seconds, hit.end_seconds
            match = SavedMatch(saved=saved, video=video, start_seconds=start, end_seconds=end, reason=reason)
            matches.append(match)
    return sorted(matches, key=lambda match: match.start_seconds)


def _announce(saved: SavedSearch, matches: Sequence[SavedMatch]) -> None:
    if saved.by_site:
        for video in dict.fromkeys(match.video for match in matches):
            Notification.objects.create(**_notification(saved, [match for match in matches if match.video == video]))
    about = {"saved": saved.public_id, "matches": [match.pk for match in matches]}
    if saved.by_email:
        deliver(saved.owner, EVENT, about)
    for hook in _webhooks_of(saved):
        deliver(saved.owner, EVENT, about, webhook=hook)


def _webhooks_of(saved: SavedSearch) -> list[Webhook]:
    """Return the webhooks that are told: the search's own, and those of its owner for all their searches."""
    rows = Webhook.objects.filter(owner=saved.owner, is_active=True)
    return [row for row in rows if row.pk == saved.webhook_id or EVENT in row.events]


def _notification(saved: SavedSearch, matches: Sequence[SavedMatch]) -> dict[str, object]:
    first, more = matches[0], len(matches) - 1
    times = ", ".join(format_timecode(int(match.start_seconds)) for match in matches[:5])
    others = f" and {more} more" if more else ""
    return {
        "owner": saved.owner,
        "kind": EVENT,
        "video": first.video,
        "title": f"{saved.name}: {first.video.title}"[:300],
        "text": f"{first.reason or 'A new moment'}{others} (at {times}{' …' if len(matches) > 5 else ''})",
        "path": f"/watch/{first.video.public_id}?t={first.start_seconds:.2f}",
    }
