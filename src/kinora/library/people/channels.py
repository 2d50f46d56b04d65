"""Channels: making several, what is said on their page, their pictures, their handle."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from kinora import config
from kinora.errors import Conflict, InputError, NotAllowed
from kinora.library.access import is_own_channel
from kinora.library.details import content_changed
from kinora.library.files import printable
from kinora.library.models import Channel, User, Video
from kinora.media.covers import save_picture
from kinora.media.images import decode_image

MAX_CHANNELS = 20  # that one account holds
MAX_LINKS = 8
MAX_DESCRIPTION = 4000
_HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]{1,38}[a-z0-9]")
Picture = Literal["avatar", "banner"]
SIZES: dict[Picture, tuple[int, int]] = {"avatar": (320, 320), "banner": (1920, 360)}  # width, height


def make_channel(owner: User, name: str, handle: str) -> Channel:
    """Make one more channel for an account.

    Raises:
        InputError: no name, no usable handle, or too many. Conflict: the handle is taken.
    """
    if Channel.objects.filter(owner=owner).count() >= MAX_CHANNELS:
        raise InputError(f"you have {MAX_CHANNELS} channels, which is the most")
    try:
        with transaction.atomic():
            return Channel.objects.create(owner=owner, name=_name(name), handle=_handle(handle))
    except IntegrityError:
        raise _taken(handle) from None


def change_channel(
    channel: Channel, by: Any, *, name: str, handle: str, description: str, links: list[dict[str, str]]
) -> None:
    """Change what the channel's page says; a new handle is a new address, and search learns of it.

    Raises:
        NotAllowed, InputError, Conflict: not an owner; something can't be used; the handle is taken.
    """
    must_own(by, channel)
    old = channel.handle
    channel.name, channel.handle = _name(name), _handle(handle, old)
    channel.description, channel.links = printable_lines(description)[:MAX_DESCRIPTION], clean_links(links)
    try:
        with transaction.atomic():
            channel.save(update_fields=["name", "handle", "description", "links"])
            if channel.handle != old:
                for video in Video.objects.filter(channel=channel, indexed_revision__gt=0):
                    content_changed(video)
    except IntegrityError:
        channel.handle = old
        raise _taken(handle) from None


def delete_channel(channel: Channel, by: Any) -> None:
    """Delete a channel that holds no videos, not the last one of its account.

    Raises:
        NotAllowed, InputError: not its holder or an administrator; it has videos; it is the last one.
    """
    if not (getattr(by, "is_staff", False) or getattr(by, "pk", None) == channel.owner_id):
        raise NotAllowed("Only the channel's holder may delete it.", hint="Ask them.")
    if Video.objects.filter(channel=channel).exists():
        raise InputError("the channel has videos", hint="delete them or move them to another channel first")
    if Channel.objects.filter(owner=channel.owner).count() < 2:
        raise InputError("this is your only channel", hint="make another one first")
    for kind in SIZES:
        _delete_picture(channel, kind)
    channel.delete()


def set_picture(channel: Channel, by: Any, kind: Picture, data: bytes) -> None:
    """Give the channel an avatar or a banner: decoded confined, cut to shape and written anew as a JPEG.

    Raises:
        NotAllowed: not an owner. UnreadableMedia, MediaTooLarge: no PNG, JPEG, WebP or GIF, or too large.
    """
    must_own(by, channel)
    rgb, token = decode_image(data), secrets.token_hex(6)
    save_picture(rgb, _picture_path(channel, kind, token), SIZES[kind])
    old, field = getattr(channel, kind), kind
    setattr(channel, field, token)
    channel.save(update_fields=[field])
    if old:
        _picture_path(channel, kind, old).unlink(missing_ok=True)


def remove_picture(channel: Channel, by: Any, kind: Picture) -> None:
    """Take the avatar or banner away."""
    must_own(by, channel)
    _delete_picture(channel, kind)
    setattr(channel, kind, "")
    channel.save(update_fields=[kind])


def picture_path(channel: Channel, kind: Picture) -> Path | None:
    """Return where the picture lies, None where there is none."""
    token = getattr(channel, kind)
    return _picture_path(channel, kind, token) if token else None


def _picture_path(channel: Channel, kind: Picture, token: str) -> Path:
    return config.current().home / "channels" / str(channel.pk) / f"{kind}-{token}.jpg"


def _delete_picture(channel: Channel, kind: Picture) -> None:
    path = picture_path(channel, kind)
    if path is not None:
        path.unlink(missing_ok=True)


def must_own(user: Any, channel: Channel) -> None:
    """Refuse everybody but the channel's owners.

    Raises:
        NotAllowed: see the sentence.
    """
    if not is_own_channel(user, channel):
        raise NotAllowed("Only the channel's owners change it.", hint="Ask one of them.")


def clean_links(given: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return links as they are kept: web addresses alone, each with a title.

    Raises:
        InputError: another kind of address, or too many.
    """
    kept = []
    for link in given:
        url = str(link.get("url", "")).strip()
        if not url:
            continue
        try:
            parts = urlsplit(url)
            is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
        except ValueError:
            is_web = False
        if not is_web or len(url) > 500 or not url.isprintable() or " " in url:
            raise InputError(f"{url[:60]!r} is no address of the web", hint="give one such as https://example.org")
        kept.append({"title": (printable(str(link.get("title", ""))).strip() or str(parts.hostname))[:60], "url": url})
    if len(kept) > MAX_LINKS:
        raise InputError(f"{len(kept)} links; accepted: at most {MAX_LINKS}")
    return kept


def printable_lines(text: str) -> str:
    """Return text with its line breaks and nothing that can't be printed."""
    return "\n".join(printable(line) for line in text.replace("\r\n", "\n").split("\n")).strip()


def _name(given: str) -> str:
    name = " ".join(printable(given).split())[:120]
    if not name:
        raise InputError("a channel needs a name", hint="give at least one letter")
    return name


def _handle(given: str, old: str = "") -> str:
    handle = given.strip().lstrip("@").lower()
    if not (old and handle == old) and not _HANDLE.fullmatch(handle):
        raise InputError(
            f"{given[:40]!r} can't be a handle",
            hint="3 to 40 of a–z, 0–9, - and _; a letter or digit at both ends",
        )
    return handle


def _taken(handle: str) -> Conflict:
    return Conflict(f"the handle {handle[:40]!r} is taken", hint="choose another")
