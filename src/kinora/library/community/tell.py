"""Who is told of what is said: people answered and mentioned, the channel; by e-mail where they asked for it."""

from __future__ import annotations

import re

from django.db.models import Q
from django.utils import timezone

from kinora import config
from kinora.errors import InputError
from kinora.library.community.models import Comment, CommentState, CommunityChoices
from kinora.library.community.places import Place, can_read, path_of, place_of, title_of
from kinora.library.messages import Message
from kinora.library.models import Channel, User, Video
from kinora.library.moderation.models import Mute
from kinora.library.notify import deliver, email_of
from kinora.library.notify_models import Delivery, Notification

MENTION = re.compile(r"(?<![\w@/.])@([A-Za-z0-9_-]{1,40})(?![\w-])")
MAX_MENTIONS = 10


def mentioned_handles(text: str) -> list[str]:
    """Return the handles that a text names with `@`, at most ten, each once."""
    return list(dict.fromkeys(found.lower() for found in MENTION.findall(text)))[:MAX_MENTIONS]


def tell_of_comment(comment: Comment) -> None:
    """Tell those whom a shown comment concerns, each once; never its writer, nor who muted them."""
    place = place_of(comment.thread)
    told: dict[int, tuple[User, str]] = {}
    if comment.parent is not None:
        told[comment.parent.author_id] = (comment.parent.author, "comment.reply")
    for channel in Channel.objects.filter(handle__in=mentioned_handles(comment.text)).select_related("owner"):
        told.setdefault(channel.owner_id, (channel.owner, "comment.mention"))
    told.setdefault(place.channel.owner_id, (place.channel.owner, "comment.new"))
    told.pop(comment.author_id, None)
    deaf = set(_deaf_to(comment).values_list("owner", flat=True))
    for person_id, (person, kind) in told.items():
        if person_id not in deaf and can_read(person, place):
            _tell(person, kind, comment, place)


def _deaf_to(comment: Comment):  # type: ignore[no-untyped-def]
    return Mute.objects.filter(Q(person=comment.author_id) | Q(channel=comment.channel_id, channel__isnull=False))


_TITLES = {
    "comment.reply": "{who} answered you",
    "comment.mention": "{who} mentioned you",
    "comment.new": "{who} commented on “{what}”",
}


def _tell(person: User, kind: str, comment: Comment, place: Place) -> None:
    if kind == "comment.new" and _joined_unread(person, comment, place):
        return
    title = _TITLES[kind].format(who=speaker_of(comment), what=title_of(place))
    Notification.objects.create(
        owner=person, kind=kind, title=title[:300], text=comment.text[:300], path=f"/comments/{comment.pk}",
        video=place if isinstance(place, Video) else None,
    )  # fmt: skip
    if kind == "comment.reply" and CommunityChoices.objects.filter(user=person, emails_replies=True).exists():
        try:
            email_of(person)
        except InputError:
            return  # no address that mail can go to
        deliver(person, "comment.reply", {"comment": comment.pk})


def _joined_unread(person: User, comment: Comment, place: Place) -> bool:
    """Let one unread line tell of all new comments in a place: a busy video must not drown the bell."""
    of_place = Q(path=f"{path_of(place)}#comments") | Q(
        video=place if isinstance(place, Video) else None, video__isnull=False
    )
    unread = Notification.objects.filter(of_place, owner=person, kind="comment.new", read_at=None).first()
    if unread is None:
        return False
    unread.title = f"New comments on “{title_of(place)}”"[:300]
    unread.text, unread.path, unread.created_at = comment.text[:300], f"{path_of(place)}#comments", timezone.now()
    unread.save(update_fields=["title", "text", "path", "created_at"])
    return True


def tell_of_held(place: Place) -> None:
    """Tell the channel that comments wait; once until it looks."""
    unread = Notification.objects.filter(owner=place.channel.owner, kind="comment.held", read_at=None)
    if not unread.exists():
        title = f"Comments on {place.channel.name} wait for you to read them"
        Notification.objects.create(
            owner=place.channel.owner, kind="comment.held", title=title[:300], path="/comments/held"
        )


def speaker_of(comment: Comment) -> str:
    return comment.channel.name if comment.channel else comment.author.username


def message_of_reply(delivery: Delivery) -> Message | None:
    """Return the e-mail about an answer; None when it is not shown any more, or not for this person."""
    comment = (
        Comment.objects.select_related("author", "channel", "thread__video__channel", "thread__post__channel")
        .filter(pk=delivery.about["comment"], state=CommentState.SHOWN)
        .first()
    )
    if comment is None or not can_read(delivery.owner, place := place_of(comment.thread)):
        return None
    if not CommunityChoices.objects.filter(user=delivery.owner, emails_replies=True).exists():
        return None
    url = f"{config.current().site_url}/comments/{comment.pk}"
    text = f"{speaker_of(comment)} answered you under {title_of(place)}:\n\n{comment.text}\n\n{url}"
    body = {"comment": {"id": comment.pk, "text": comment.text, "url": url, "path": path_of(place)}}
    stop_url = f"{config.current().site_url}/settings/community"
    return Message(f"{speaker_of(comment)} answered you", text, body, stop_url)
