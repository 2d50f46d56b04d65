"""Lists of comments, a page at a time: however many there are, a page asks the database the same few questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from kinora.errors import InputError
from kinora.library.community.models import Comment, CommentLike, CommentState, Thread
from kinora.library.community.places import Place, can_keep_order, thread_of
from kinora.library.models import Channel, User
from kinora.library.moderation.models import Mute

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
SORTS = ("top", "newest")


@dataclass(frozen=True)
class Page:
    """Some comments, and what asks for those that follow; `own_ids` and `liked_ids` are the viewer's."""

    comments: tuple[Comment, ...]
    next_cursor: str  # empty: no more
    num_comments: int
    liked_ids: frozenset[int]
    keeps_order: bool


def page_of(place: Place, viewer: Any, *, sort: str = "top", cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    """Return comments of the first level: the pinned one and the viewer's own held ones first, then as sorted.

    Raises:
        InputError: an unknown order, or a cursor that no page gave.
    """
    if sort not in SORTS:
        raise InputError(f"{sort[:20]!r} is no order of comments; accepted: {', '.join(SORTS)}")
    thread = thread_of(place)
    keeps_order = can_keep_order(viewer, place)
    if thread is None:
        return Page((), "", 0, frozenset(), keeps_order)
    rows = _shown(thread, viewer).filter(is_pinned=False)
    ordered = rows.order_by("-num_likes", "-id") if sort == "top" else rows.order_by("-id")
    found = list(_after(ordered, sort, cursor)[: limit + 1])
    first = [] if cursor else _first(thread, viewer)
    shown = [*first, *found[:limit]]
    next_cursor = _cursor_of(found[limit - 1], sort) if len(found) > limit else ""
    return Page(tuple(shown), next_cursor, thread.num_comments, _liked(shown, viewer), keeps_order)


def replies_of(parent: Comment, viewer: Any, *, after: int = 0, limit: int = PAGE_SIZE) -> Page:
    """Return the answers to a comment, oldest first, from the one after `after` on; the viewer's held ones too."""
    own_held = Q(state=CommentState.HELD, author=viewer) if _is_person(viewer) else Q(pk=None)
    rows = Comment.objects.filter(Q(state=CommentState.SHOWN) | own_held, parent=parent, pk__gt=after)
    found = list(_with_names(_unmuted(rows, viewer)).order_by("pk")[: limit + 1])
    shown, next_cursor = found[:limit], str(found[limit - 1].pk) if len(found) > limit else ""
    return Page(tuple(shown), next_cursor, parent.num_replies, _liked(shown, viewer), False)


def held_for(viewer: User, *, before: int = 0, limit: int = PAGE_SIZE) -> list[Comment]:
    """Return the comments that wait for this person's review, newest first; staff reviews everywhere."""
    rows = Comment.objects.filter(state=CommentState.HELD)
    if not viewer.is_staff:
        from kinora.library.access import channels_of

        mine = channels_of(viewer).values("pk")
        rows = rows.filter(Q(thread__video__channel__in=mine) | Q(thread__post__channel__in=mine))
    rows = rows.filter(pk__lt=before) if before else rows
    wanted = rows.select_related("author", "channel", "thread__video__channel", "thread__post__channel")
    return list(wanted.order_by("-pk")[:limit])


def liked_among(comments: Sequence[Comment], viewer: Any) -> frozenset[int]:
    """Return which of the comments the viewer likes."""
    return _liked(comments, viewer)


def _shown(thread: Thread, viewer: Any) -> QuerySet[Comment]:
    rows = Comment.objects.filter(thread=thread, parent=None, state=CommentState.SHOWN)
    return _with_names(_unmuted(rows, viewer))


def _with_names(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    return rows.select_related("author", "channel")


def _unmuted(rows: QuerySet[Comment], viewer: Any) -> QuerySet[Comment]:
    if not _is_person(viewer):
        return rows
    muted = list(Mute.objects.filter(owner=viewer).values_list("person", "channel__owner"))
    people = {number for pair in muted for number in pair if number is not None}
    return rows.exclude(author__in=people) if people else rows


def _first(thread: Thread, viewer: Any) -> list[Comment]:
    """Return what stands above all others: the pinned comment, and what the viewer wrote that still waits."""
    pinned = Q(is_pinned=True, state=CommentState.SHOWN)
    own = Comment.objects.none()
    if _is_person(viewer):
        held = Comment.objects.filter(author=viewer, thread=thread, parent=None, state=CommentState.HELD)
        own = _with_names(held).order_by("-pk")[:PAGE_SIZE]
    # Its level is not asked for: SQLite would then read the whole thread instead of the index of pinned comments.
    return [*_with_names(Comment.objects.filter(pinned, thread=thread))[:1], *own]


def _after(rows: QuerySet[Comment], sort: str, cursor: str) -> QuerySet[Comment]:
    if not cursor:
        return rows
    parts = cursor.split("-")
    if len(parts) != (2 if sort == "top" else 1) or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts):
        raise InputError(f"{cursor[:40]!r} is no place in this list", hint="begin without one")
    numbers = [int(part) for part in parts]
    if sort == "newest":
        return rows.filter(pk__lt=numbers[0])
    likes, last = numbers
    # The first condition alone lets the database begin inside its index; the second says where exactly.
    return rows.filter(num_likes__lte=likes).filter(Q(num_likes__lt=likes) | Q(pk__lt=last))


def _cursor_of(comment: Comment, sort: str) -> str:
    return f"{comment.num_likes}-{comment.pk}" if sort == "top" else str(comment.pk)


def _liked(comments: Sequence[Comment], viewer: Any) -> frozenset[int]:
    if not comments or not _is_person(viewer):
        return frozenset()
    rows = CommentLike.objects.filter(user=viewer, comment__in=[comment.pk for comment in comments])
    return frozenset(rows.values_list("comment", flat=True))


def _is_person(viewer: Any) -> bool:
    return viewer is not None and bool(viewer.is_authenticated) and viewer.pk is not None


def comment_to_json(comment: Comment, *, is_liked: bool = False, for_reviewer: bool = False) -> dict[str, Any]:
    """Return the documented JSON of a comment; why it was held is for who reviews it."""
    told: dict[str, Any] = {
        "id": comment.pk,
        "parent_id": comment.parent_id,
        "text": comment.text,
        "author": author_to_json(comment.author, comment.channel),
        "created_at": comment.created_at.isoformat(),
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else None,
        "state": comment.state,
        "num_likes": comment.num_likes,
        "num_replies": comment.num_replies,
        "is_liked": is_liked,
        "is_pinned": comment.is_pinned,
        "has_heart": comment.has_heart,
    }
    if for_reviewer:
        told |= {"held_because": comment.held_because, "spam_score": comment.spam_score}
    return told


def author_to_json(author: User, channel: Channel | None) -> dict[str, str]:
    return {"name": channel.name if channel else author.username, "handle": channel.handle if channel else ""}
