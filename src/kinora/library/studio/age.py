"""Age-restricted videos: in the lists, searches and feeds of those alone who said that they are of age."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from kinora.library.models import User, Video


def is_of_age(user: Any) -> bool:
    """Return whether this person said so; administrators and commands see everything anyhow."""
    if user is None or not user.is_authenticated:
        return False
    return bool(user.is_staff or getattr(user, "age_confirmed_at", None))


def fit_for(user: Any, videos: QuerySet[Video]) -> QuerySet[Video]:
    """Return those of the videos that may be listed for this person: one's own always, others' by age."""
    if is_of_age(user):
        return videos
    own = Q(owner_id=user.pk) if user is not None and user.is_authenticated else Q()
    return videos.filter(Q(is_age_restricted=False) | own) if own else videos.filter(is_age_restricted=False)


def needs_gate(user: Any, video: Video) -> bool:
    """Return whether this person must be asked before anything of the video is shown."""
    if not video.is_age_restricted or is_of_age(user):
        return False
    return not (user is not None and user.is_authenticated and user.pk == video.owner_id)


def confirm_age(user: User) -> None:
    """Remember that a person said that they are of age."""
    user.age_confirmed_at = timezone.now()
    User.objects.filter(pk=user.pk).update(age_confirmed_at=user.age_confirmed_at)
