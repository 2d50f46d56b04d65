"""What can be reported: a video, comment, post, channel or person, found for somebody who may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kinora.errors import InputError, NotFound
from kinora.library.access import can_watch
from kinora.library.community.models import Comment, Post
from kinora.library.community.places import can_read, comment_for
from kinora.library.models import Channel, User, Video
from kinora.library.moderation.models import Case, TargetKind

Thing = Video | Comment | Post | Channel | User


@dataclass(frozen=True)
class Target:
    """One thing that is reported, and whom it concerns."""

    kind: str
    thing: Thing
    person: User
    title: str
    text: str
    path: str

    @property
    def snapshot(self) -> dict[str, str]:
        """Return what the thing says now, to be kept with the case."""
        return {"title": self.title[:300], "text": self.text[:5000], "path": self.path}


def target_for(viewer: Any, kind: str, name: str) -> Target:
    """Return what an address names: a video or post by its identifier, a comment by number, others by handle.

    Raises:
        InputError: an unknown kind. NotFound: there is no such thing, or not for this person.
    """
    if kind not in TargetKind.values:
        raise InputError(f"{kind[:20]!r} can't be reported; accepted: {', '.join(TargetKind.values)}")
    found = _FINDERS[kind](viewer, name[:60])
    if found is None:
        raise NotFound("there is no such thing, or it is not for you to see")
    return found


def _video(viewer: Any, name: str) -> Target | None:
    video = Video.objects.select_related("owner", "channel").filter(public_id=name).first()
    return None if video is None or not can_watch(viewer, video) else _of_video(video)


def _comment(viewer: Any, name: str) -> Target | None:
    return _of_comment(comment_for(viewer, int(name))) if name.isascii() and name.isdigit() else None


def _post(viewer: Any, name: str) -> Target | None:
    post = Post.objects.select_related("channel", "author").filter(public_id=name).first()
    return None if post is None or not can_read(viewer, post) else _of_post(post)


def _channel(viewer: Any, name: str) -> Target | None:
    channel = Channel.objects.select_related("owner").filter(handle__iexact=name).first()
    return None if channel is None else _of_channel(channel)


def _person(viewer: Any, name: str) -> Target | None:
    channel = Channel.objects.select_related("owner").filter(handle__iexact=name).first()
    return None if channel is None else _of_person(channel.owner)


_FINDERS = {"video": _video, "comment": _comment, "post": _post, "channel": _channel, "person": _person}


def target_of(case: Case) -> Target | None:
    """Return what a case is about, for a moderator; None when it is gone for good."""
    makers: dict[str, Any] = {
        "video": (Video.objects.select_related("owner", "channel"), _of_video),
        "comment": (
            Comment.objects.select_related("author", "channel", "thread__video__channel", "thread__post__channel"),
            _of_comment,
        ),
        "post": (Post.objects.select_related("channel", "author"), _of_post),
        "channel": (Channel.objects.select_related("owner"), _of_channel),
        "person": (User.objects.all(), _of_person),
    }
    rows, make = makers[case.target_kind]
    thing = rows.filter(pk=case.target_id).first()
    return None if thing is None else make(thing)


def _of_video(video: Video) -> Target:
    return Target("video", video, video.owner, video.title, video.description, f"/watch/{video.public_id}")


def _of_comment(comment: Comment) -> Target:
    writer = comment.channel.name if comment.channel else comment.author.username
    return Target("comment", comment, comment.author, f"Comment by {writer}", comment.text, f"/comments/{comment.pk}")


def _of_post(post: Post) -> Target:
    return Target("post", post, post.author, f"Post of {post.channel.name}", post.text, f"/posts/{post.public_id}")


def _of_channel(channel: Channel) -> Target:
    return Target("channel", channel, channel.owner, channel.name, channel.description, f"/c/{channel.handle}")


def _of_person(person: User) -> Target:
    return Target("person", person, person, person.get_full_name() or person.username, "", "/moderation")
