"""Comments as pages show them: text with links, and what this viewer may do with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from kinora.library.community.listing import Page
from kinora.library.community.models import Comment, CommentState
from kinora.library.community.places import Place, path_of
from kinora.library.community.tell import mentioned_handles
from kinora.library.models import Channel, User, Video
from kinora.site.linkify import linkify


@dataclass(frozen=True)
class Card:
    """One comment for one viewer."""

    comment: Comment
    html: SafeString
    is_liked: bool
    is_own: bool
    keeps_order: bool
    is_by_channel: bool

    @property
    def is_held(self) -> bool:
        return self.comment.state == CommentState.HELD

    @property
    def is_deleted(self) -> bool:
        return self.comment.state == CommentState.DELETED

    @property
    def name(self) -> str:
        """Return the name that the comment is signed with."""
        return self.comment.channel.name if self.comment.channel else self.comment.author.username


def cards_of(page: Page, place: Place, viewer: Any) -> list[Card]:
    """Return the comments of a page as cards; one question for all the handles that they name."""
    return make_cards(page.comments, place, viewer, liked_ids=page.liked_ids, keeps_order=page.keeps_order)


def make_cards(
    comments: Sequence[Comment],
    place: Place,
    viewer: Any,
    *,
    liked_ids: frozenset[int] = frozenset(),
    keeps_order: bool = False,
) -> list[Card]:
    handles = known_handles(comment.text for comment in comments)
    length = place.duration_seconds if isinstance(place, Video) else 0.0
    watch_url = path_of(place) if isinstance(place, Video) else ""
    return [
        Card(
            comment,
            linkify(comment.text, watch_url=watch_url, duration_seconds=length, handles=handles),
            comment.pk in liked_ids,
            isinstance(viewer, User) and viewer.pk == comment.author_id,
            keeps_order,
            comment.channel_id == place.channel_id,
        )
        for comment in comments
    ]


def known_handles(texts: Any) -> frozenset[str]:
    """Return which of the handles that texts name with `@` are channels."""
    named = {handle for text in texts for handle in mentioned_handles(text)}
    return (
        frozenset(Channel.objects.filter(handle__in=named).values_list("handle", flat=True)) if named else frozenset()
    )
