"""Posts of a channel: text, a picture, a poll; written by its people, answered by comments."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from kinora import config
from kinora.errors import Conflict, InputError, NotAllowed, NotFound
from kinora.library.access import can_publish_in
from kinora.library.community.models import CommentState, PollOption, PollVote, Post
from kinora.library.files import work_folder
from kinora.library.models import Channel, Comments, User
from kinora.library.moderation.audit import note
from kinora.library.moderation.emptying import plan_emptying
from kinora.library.moderation.rates import count
from kinora.library.moderation.standing import require_standing
from kinora.library.moderation.words import cleaned
from kinora.library.patience import patient

MAX_CHARACTERS = 5_000
MAX_PICTURE_BYTES = 20 * 2**20
MAX_OPTIONS = 5
MAX_OPTION = 100
PICTURE = "picture.jpg"
PICTURE_HEIGHT = 1080


@dataclass(frozen=True)
class NewPost:
    """What a channel would like to say."""

    text: str = ""
    picture: bytes = b""
    picture_alt: str = ""
    options: Sequence[str] = ()
    comments: str = Comments.ON.value


def posts_of(channel: Channel, viewer: Any) -> QuerySet[Post]:
    """Return a channel's posts, newest first; held ones only for its people."""
    rows = Post.objects.filter(channel=channel).exclude(state=CommentState.DELETED)
    if not can_publish_in(viewer, channel):
        rows = rows.filter(state=CommentState.SHOWN)
    return rows.select_related("channel").prefetch_related("options").order_by("-id")


def post_named(viewer: Any, public_id: str) -> Post:
    """Return a post that this person may see.

    Raises:
        NotFound: there is none of that name, or not for them.
    """
    rows = Post.objects.select_related("channel", "author").prefetch_related("options")
    post = rows.filter(public_id=public_id[:16]).first()
    if post is None or not (post.state == CommentState.SHOWN or can_publish_in(viewer, post.channel)):
        raise NotFound("there is no such post, or it is not for you to see")
    return post


def write_post(author: User, channel: Channel, new: NewPost) -> Post:
    """Say something to those who follow a channel.

    Raises:
        NotAllowed: they do not publish there, or are suspended. InputError: nothing to say, too much, a bad poll.
        UnreadableMedia, MediaTooLarge: the picture is none. TooManyRequests: too fast.
    """
    if not can_publish_in(author, channel):
        raise NotAllowed("only the channel's people write its posts")
    require_standing(author)
    text, options = _checked(new), _options(new.options)
    rgb = _decoded(new.picture) if new.picture else None
    if not author.is_staff:
        count("comment", f"user:{author.pk}")
    post = Post(
        channel=channel, author=author, text=text, comments=new.comments,
        picture=PICTURE if rgb is not None else "", picture_alt=cleaned(new.picture_alt)[:300],
    )  # fmt: skip
    if rgb is not None:
        _keep_picture(post, rgb)
    _store(post, options)
    return post


@patient
def _store(post: Post, options: list[str]) -> None:
    with transaction.atomic():
        post.save()
        PollOption.objects.bulk_create(
            PollOption(post=post, place=place, text=text) for place, text in enumerate(options)
        )


def _checked(new: NewPost) -> str:
    text = cleaned(new.text)
    if not text and not new.picture:
        raise InputError("a post needs some words or a picture")
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"a post has at most {MAX_CHARACTERS:,} characters; this one has {len(text):,}")
    if new.comments not in Comments.values:
        raise InputError(f"{new.comments[:20]!r} is no choice for comments; accepted: {', '.join(Comments.values)}")
    if len(new.picture) > MAX_PICTURE_BYTES:
        raise InputError(f"the picture is too large; accepted: at most {MAX_PICTURE_BYTES // 2**20} MB")
    return text


def _options(given: Sequence[str]) -> list[str]:
    options = [" ".join(cleaned(text).split()) for text in given]
    options = list(dict.fromkeys(text for text in options if text))
    if options and not 2 <= len(options) <= MAX_OPTIONS:
        raise InputError(f"a poll has 2 to {MAX_OPTIONS} different answers; {len(options)} were given")
    if any(len(text) > MAX_OPTION for text in options):
        raise InputError(f"an answer of a poll has at most {MAX_OPTION} characters")
    return options


def _decoded(data: bytes) -> Any:
    from kinora.media.images import decode_image

    return decode_image(data)


def _keep_picture(post: Post, rgb: Any) -> None:
    """Write the picture anew, so that nothing that was hidden in the file is served."""
    from kinora.media.covers import write_cover

    post.picture_height, post.picture_width = int(rgb.shape[0]), int(rgb.shape[1])
    with work_folder(config.current(), f"post-{post.public_id}") as folder:
        draft = folder / post.public_id
        draft.mkdir()
        write_cover(rgb, draft / PICTURE, height=min(PICTURE_HEIGHT, post.picture_height))
        post.folder.parent.mkdir(exist_ok=True)
        draft.rename(post.folder)


def picture_path(post: Post) -> Path:
    """Return where a post's picture lies.

    Raises:
        NotFound: it has none.
    """
    if not post.picture:
        raise NotFound("this post has no picture")
    return post.folder / PICTURE


@patient
def edit_post(editor: User, post: Post, text: str) -> Post:
    """Change the words of a post; its poll stays as people answered it."""
    _require_people(editor, post)
    kept = _checked(NewPost(text=text, picture=b"x" if post.picture else b""))
    if kept != post.text:
        Post.objects.filter(pk=post.pk).update(text=kept, edited_at=timezone.now())
        post.refresh_from_db()
    return post


@patient
def delete_post(by: User, post: Post) -> None:
    """Take a post away; it can be brought back for a while."""
    _require_people(by, post)
    with transaction.atomic():
        if set_post_state(post, CommentState.DELETED, by=by):
            note(by, "post.delete", kind="post", target=post.public_id, person=post.author)


@patient
def restore_post(by: User, post: Post) -> None:
    """Bring a deleted post back, unless a moderator took it away."""
    _require_people(by, post)
    if post.state == CommentState.DELETED and not by.is_staff and post.deleted_by and post.deleted_by.is_staff:
        raise NotAllowed("a moderator removed this post", hint="you can appeal at /appeals")
    if post.state == CommentState.HELD and not by.is_staff:
        raise NotAllowed("a moderator hid this post", hint="you can appeal at /appeals")
    with transaction.atomic():
        if set_post_state(post, CommentState.SHOWN):
            note(by, "post.restore", kind="post", target=post.public_id, person=post.author)


def set_post_state(post: Post, state: str, *, by: User | None = None) -> bool:
    """Show, hold or delete a post; return whether anything changed."""
    is_deleted = state == CommentState.DELETED
    changed = Post.objects.filter(pk=post.pk).exclude(state=state).update(
        state=state, deleted_at=timezone.now() if is_deleted else None, deleted_by=by if is_deleted else None
    )  # fmt: skip
    if is_deleted:
        plan_emptying()
    post.refresh_from_db()
    return changed > 0


def delete_post_for_good(post: Post) -> None:
    folder = post.folder
    post.delete()
    shutil.rmtree(folder, ignore_errors=True)


@patient
def vote(user: User, post: Post, place: int) -> None:
    """Choose an answer of a post's poll, or another one than before.

    Raises:
        NotFound: the poll has no such answer.
    """
    require_standing(user)
    option = PollOption.objects.filter(post=post, place=place).first() if 0 <= place < MAX_OPTIONS else None
    if option is None:
        raise NotFound("this poll has no such answer")
    if post.state != CommentState.SHOWN:
        raise Conflict("this post is not shown any more")
    with transaction.atomic():
        earlier = PollVote.objects.select_for_update().filter(post=post, user=user).first()
        if earlier is None:
            PollVote.objects.create(post=post, user=user, option=option)
            Post.objects.filter(pk=post.pk).update(num_votes=F("num_votes") + 1)
        elif earlier.option_id != option.pk:
            PollOption.objects.filter(pk=earlier.option_id).update(num_votes=F("num_votes") - 1)
            PollVote.objects.filter(pk=earlier.pk).update(option=option)
        else:
            return
        PollOption.objects.filter(pk=option.pk).update(num_votes=F("num_votes") + 1)


def votes_of(user: Any, posts: Sequence[Post]) -> dict[int, int]:
    """Return which answer a person chose, by post."""
    if user is None or not user.is_authenticated:
        return {}
    return dict(PollVote.objects.filter(user=user, post__in=posts).values_list("post", "option"))


def _require_people(user: User, post: Post) -> None:
    if not can_publish_in(user, post.channel):
        raise NotAllowed("only the channel's people change its posts")


def post_to_json(post: Post, *, chosen: int | None = None) -> dict[str, Any]:
    """Return the documented JSON of a post."""
    url = f"{config.current().site_url}/posts/{post.public_id}"
    return {
        "id": post.public_id,
        "channel": {"handle": post.channel.handle, "name": post.channel.name},
        "text": post.text,
        "picture_url": f"{url}/{PICTURE}" if post.picture else None,
        "picture_alt": post.picture_alt,
        "created_at": post.created_at.isoformat(),
        "edited_at": post.edited_at.isoformat() if post.edited_at else None,
        "state": post.state,
        "comments": post.comments,
        "poll": [
            {"place": row.place, "text": row.text, "num_votes": row.num_votes, "is_chosen": row.pk == chosen}
            for row in post.options.all()
        ],
        "num_votes": post.num_votes,
    }
