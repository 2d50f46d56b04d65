"""Where comments stand: under a video or under a post; who may read, write and keep order there."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from kinora.errors import NotAllowed, NotFound
from kinora.library.access import can_edit, can_publish_in, can_watch
from kinora.library.community.models import Comment, CommentState, Post, Thread
from kinora.library.models import Channel, Comments, User, Video
from kinora.library.moderation.standing import require_welcome

Place = Video | Post


def thread_of(place: Place) -> Thread | None:
    """Return the thread under a video or post; None before the first comment."""
    return Thread.objects.filter(**_names(place)).first()


def make_thread(place: Place) -> Thread:
    """Return the thread under a video or post, made on first use."""
    found = thread_of(place)
    while found is None:
        try:
            with transaction.atomic():
                found = Thread.objects.create(**_names(place))
        except IntegrityError:
            found = thread_of(place)
    return found


def _names(place: Place) -> dict[str, Any]:
    return {"video": place} if isinstance(place, Video) else {"post": place}


def place_of(thread: Thread) -> Place:
    place = thread.video if thread.video_id is not None else thread.post
    if place is None:
        raise NotFound("there is no such thing any more")
    return place


def path_of(place: Place) -> str:
    return f"/watch/{place.public_id}" if isinstance(place, Video) else f"/posts/{place.public_id}"


def title_of(place: Place) -> str:
    return place.title if isinstance(place, Video) else f"{place.channel.name}: {place.text[:60]}"


def can_read(viewer: Any, place: Place) -> bool:
    """Return whether this person may read what is said there: who may watch the video, or see the post."""
    if isinstance(place, Video):
        return can_watch(viewer, place)
    return place.state == CommentState.SHOWN or can_keep_order(viewer, place)


def can_keep_order(viewer: Any, place: Place) -> bool:
    """Return whether this person reviews, pins and removes there: the channel's editors and administrators."""
    return can_edit(viewer, place) if isinstance(place, Video) else can_publish_in(viewer, place.channel)


def require_may_write(writer: User, place: Place) -> None:
    """Refuse who may not write there.

    Raises:
        NotFound: they may not even read it. NotAllowed: no comments are taken, or not from them.
    """
    if not can_read(writer, place):
        raise NotFound("there is no such thing, or it is not for you to see")
    if place.comments == Comments.OFF:
        raise NotAllowed("no comments are taken here")
    require_welcome(writer, place.channel)


def comment_for(viewer: Any, comment_id: int) -> Comment:
    """Return a comment that this person may know of.

    Held ones are known to their writer and to who keeps order; deleted ones to the latter and to who deleted them.

    Raises:
        NotFound: there is none, or not for this person; the two can't be told apart.
    """
    wanted = Comment.objects.select_related(
        "author", "channel", "parent", "thread__video__channel", "thread__post__channel"
    )
    comment = wanted.filter(pk=comment_id).first() if comment_id < 2**63 else None
    if comment is None or not can_know(viewer, comment):
        raise NotFound("there is no such comment, or it is not for you to see")
    return comment


def can_know(viewer: Any, comment: Comment) -> bool:
    """Return whether this person may know of a comment."""
    place = place_of(comment.thread)
    if not can_read(viewer, place):
        return False
    if comment.state == CommentState.SHOWN and (comment.parent is None or comment.parent.state == CommentState.SHOWN):
        return True
    is_author = bool(viewer is not None and viewer.is_authenticated and viewer.pk == comment.author_id)
    if comment.state == CommentState.DELETED and is_author:
        return bool(comment.deleted_by_id == viewer.pk)
    return is_author or can_keep_order(viewer, place)


def channel_of_place(comment: Comment) -> Channel:
    channel: Channel = place_of(comment.thread).channel
    return channel
