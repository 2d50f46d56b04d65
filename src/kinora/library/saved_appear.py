"""Since when a video can be found; kept in the transaction that makes it findable, so that nothing is told twice."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from kinora.library.access import is_among_own
from kinora.library.models import User, Video, VideoState, Visibility
from kinora.library.queue import enqueue
from kinora.library.saved_models import SavedSearch, VideoAppearance
from kinora.library.watching.announce import note_publication


def note_appearance(video: Video) -> None:
    """Keep since when a ready video can be found, and have saved searches look at what the index now holds of it."""
    row = Video.objects.filter(pk=video.pk, state=VideoState.READY, indexed_revision__gt=0).first()
    if row is None:
        return
    now, is_public = timezone.now(), row.visibility == Visibility.PUBLIC
    appearance, _ = VideoAppearance.objects.get_or_create(
        video=row, defaults={"searchable_at": now, "public_at": now if is_public else None}
    )
    if is_public != (appearance.public_at is not None):
        appearance.public_at = now if is_public else None
    if is_public:
        note_publication(row)
    if appearance.checked_revision != row.indexed_revision:
        if SavedSearch.objects.filter(is_paused=False).exists():
            enqueue("alert", dedupe_key="alert")
        else:
            appearance.checked_revision = row.indexed_revision
    appearance.save()


def unchecked() -> QuerySet[VideoAppearance]:
    """Return the findable videos whose newest contents no saved search has looked at."""
    ready = VideoAppearance.objects.filter(video__state=VideoState.READY, video__indexed_revision__gt=0)
    return ready.exclude(checked_revision=F("video__indexed_revision"))


def appeared_after(saved: SavedSearch) -> Q:
    """Return the condition that a video could be found by a search's owner only later than the search looks back."""
    owner: User = saved.owner
    if owner.is_staff:
        return Q(searchable_at__gt=saved.since)
    is_own = is_among_own(owner, "video__")
    return (is_own & Q(searchable_at__gt=saved.since)) | (~is_own & Q(public_at__gt=saved.since))
