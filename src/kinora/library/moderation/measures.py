"""What a decision does to a thing, and how it is undone; everything of one person held or removed at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from kinora.errors import Conflict, InputError
from kinora.library.community.comments import set_state
from kinora.library.community.models import Comment, CommentState, Post
from kinora.library.community.posts import set_post_state
from kinora.library.models import Channel, User, Video, VideoState
from kinora.library.moderation.audit import note
from kinora.library.moderation.models import BulkAction, TrashedVideo
from kinora.library.moderation.targets import Target
from kinora.library.moderation.trash import restore_video, trash_video
from kinora.library.patience import patient

VERBS = ("hold", "remove")


def take_measure(target: Target, *, by: User | None, is_hold: bool) -> None:
    """Hide a thing, for now or until the trash is emptied; of a channel or person, everything that is public."""
    thing = target.thing
    if isinstance(thing, Video):
        trash_video(thing, by=by, is_by_staff=True)
    elif isinstance(thing, Comment):
        set_state(thing, CommentState.HELD if is_hold else CommentState.DELETED, by=by)
    elif isinstance(thing, Post):
        set_post_state(thing, CommentState.HELD if is_hold else CommentState.DELETED, by=by)
    elif isinstance(thing, Channel):
        _everything_of_channel(thing, by=by, is_hold=is_hold)
    else:
        all_of_person(thing, verb="hold" if is_hold else "remove", by=by)


def take_back(target: Target, *, by: User | None) -> None:
    """Show again what a decision hid."""
    thing = target.thing
    if isinstance(thing, Video):
        restore_video(thing, by=by, is_by_staff=True)
    elif isinstance(thing, Comment):
        set_state(thing, CommentState.SHOWN)
    elif isinstance(thing, Post):
        set_post_state(thing, CommentState.SHOWN)
    elif isinstance(thing, Channel):
        for row in TrashedVideo.objects.filter(video__channel=thing, is_by_staff=True).select_related("video"):
            restore_video(row.video, by=by, is_by_staff=True)
        for post in thing.posts.exclude(state=CommentState.SHOWN):
            set_post_state(post, CommentState.SHOWN)
    else:
        for action in BulkAction.objects.filter(person=thing, undone_at=None):
            undo(action, by=by)


def _everything_of_channel(channel: Channel, *, by: User | None, is_hold: bool) -> None:
    for video in channel.videos.exclude(state=VideoState.TRASHED):
        trash_video(video, by=by, is_by_staff=True)
    for post in channel.posts.filter(state=CommentState.SHOWN):
        set_post_state(post, CommentState.HELD if is_hold else CommentState.DELETED, by=by)


@patient
def all_of_person(person: User, *, verb: str, by: User | None) -> BulkAction:
    """Hold or remove all comments, posts and, when removing, videos of a person at once; `undo` brings them back.

    Raises:
        InputError: an unknown verb, or an administrator.
    """
    if verb not in VERBS:
        raise InputError(f"{verb[:20]!r} can't be done to all of a person; accepted: {', '.join(VERBS)}")
    if person.is_staff:
        raise InputError(f"{person.username} is an administrator", hint="take that right away first")
    state = CommentState.HELD if verb == "hold" else CommentState.DELETED
    with transaction.atomic():
        done: dict[str, Any] = {
            "comments": _turn(Comment.objects.filter(author=person), set_state, state, by),
            "posts": _turn(Post.objects.filter(author=person), set_post_state, state, by),
            "videos": _trash_all(person, by) if verb == "remove" else [],
        }
        action = BulkAction.objects.create(person=person, verb=verb, by=by, done=done)
        note(by, f"person.{verb}_all", kind="person", target=person.pk, person=person, details=num_done(action))
    return action


def _turn(rows: Any, turn: Any, state: str, by: User | None) -> dict[str, list[int]]:
    """Bring rows into a state; return the numbers of those that changed, by what they were before."""
    before: dict[str, list[int]] = {}
    wanted = rows.exclude(state=CommentState.DELETED).exclude(state=state)
    for row in wanted.order_by("pk").iterator(chunk_size=500):
        was = row.state
        if turn(row, state, by=by):
            before.setdefault(was, []).append(row.pk)
    return before


def _trash_all(person: User, by: User | None) -> list[int]:
    rows = list(Video.objects.filter(owner=person).exclude(state=VideoState.TRASHED))
    for video in rows:
        trash_video(video, by=by, is_by_staff=True)
    return [video.pk for video in rows]


@patient
def undo(action: BulkAction, *, by: User | None) -> None:
    """Bring back what a bulk action took away, except what somebody dealt with since.

    Raises:
        Conflict: it is undone already.
    """
    with transaction.atomic():
        row = BulkAction.objects.select_for_update().select_related("person").get(pk=action.pk)
        if row.undone_at is not None:
            raise Conflict("this was undone already")
        state = CommentState.HELD if row.verb == "hold" else CommentState.DELETED
        kinds: tuple[tuple[str, Any, Any], ...] = (("comments", Comment, set_state), ("posts", Post, set_post_state))
        for name, model, turn in kinds:
            for was, numbers in row.done[name].items():
                for thing in model.objects.filter(pk__in=numbers, state=state):
                    turn(thing, was)
        for video in Video.objects.filter(pk__in=row.done["videos"], state=VideoState.TRASHED):
            restore_video(video, by=by, is_by_staff=True)
        BulkAction.objects.filter(pk=row.pk).update(undone_at=timezone.now())
        note(by, "person.undo_all", kind="person", target=row.person_id, person=row.person, details=num_done(row))
    action.refresh_from_db()


def num_done(action: BulkAction) -> dict[str, int]:
    """Return how many of each kind a bulk action changed."""
    done = action.done
    return {
        "comments": sum(map(len, done["comments"].values())),
        "posts": sum(map(len, done["posts"].values())),
        "videos": len(done["videos"]),
    }
