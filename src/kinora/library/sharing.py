"""Sharing a video or a moment of it: its links, its embed code, and on whose pages it may be embedded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from kinora import config
from kinora.errors import InputError
from kinora.library.models import Channel, Video
from kinora.library.people.visibility import OPEN_BY_ADDRESS
from kinora.library.sharing_models import EmbedPlace, EmbedRule

MAX_DOMAINS = 50
EMBED_WIDTH, EMBED_HEIGHT = 640, 360
_DOMAIN = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?")


@dataclass(frozen=True)
class Rule:
    """Where a video may be embedded; `domains` counts only where `place` is `listed`."""

    place: str = EmbedPlace.ANYWHERE
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shared:
    """What somebody passes on; `end_seconds` is None where it plays to the end."""

    url: str
    embed_url: str
    embed_html: str
    start_seconds: float
    end_seconds: float | None

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def share(video: Video, start_seconds: float = 0.0, end_seconds: float | None = None) -> Shared:
    """Return the links to a video from a second on, or to its moment `[start, end)` alone.

    Raises:
        InputError: the moment does not lie in the video. Whether the video may be known is for the caller to ask.
    """
    _check_moment(video, start_seconds, end_seconds)
    embed_url = embed_url_of(video, start_seconds, end_seconds)
    return Shared(
        watch_url_of(video, start_seconds, end_seconds), embed_url, embed_html(video, embed_url), start_seconds,
        end_seconds,
    )  # fmt: skip


def watch_url_of(video: Video, start_seconds: float = 0.0, end_seconds: float | None = None) -> str:
    """Return the whole address of the watch page at a second or a moment."""
    return f"{config.current().site_url}/watch/{video.public_id}{moment_query(start_seconds, end_seconds)}"


def embed_url_of(video: Video, start_seconds: float = 0.0, end_seconds: float | None = None) -> str:
    """Return the whole address of the player alone, for other people's pages."""
    return f"{config.current().site_url}/embed/{video.public_id}{moment_query(start_seconds, end_seconds)}"


def moment_query(start_seconds: float, end_seconds: float | None) -> str:
    """Return `?t=75&end=90`, with what is needed of it."""
    asked = {"t": start_seconds if start_seconds or end_seconds is not None else None, "end": end_seconds}
    told = {name: short_seconds(seconds) for name, seconds in asked.items() if seconds is not None}
    return f"?{urlencode(told)}" if told else ""


def short_seconds(seconds: float) -> str:
    """Return seconds as addresses carry them: to the hundredth, without zeros that say nothing."""
    return f"{seconds:.2f}".rstrip("0").rstrip(".")


def embed_html(video: Video, address: str, width: int = EMBED_WIDTH, height: int = EMBED_HEIGHT) -> str:
    """Return the code that a person pastes into their page."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(video.title)}" width="{width}" height="{height}" '
        'style="border:0;max-width:100%" loading="lazy" allow="fullscreen; picture-in-picture; autoplay" '
        "allowfullscreen></iframe>"
    )


def embed_rule_of(video: Video) -> Rule:
    """Return the rule that holds; asks nothing where `embed_rule` and `channel__embed_rule` were selected."""
    row = getattr(video, "embed_rule", None) or getattr(video.channel, "embed_rule", None)
    return rule_of(row)


def rule_of(row: EmbedRule | None) -> Rule:
    return Rule(row.place, tuple(row.domains)) if row else Rule()


def is_embeddable(video: Video) -> bool:
    """Return whether others may put the video on their pages: public or unlisted, for every age, and allowed."""
    return (
        not video.is_age_restricted
        and video.visibility in OPEN_BY_ADDRESS
        and embed_rule_of(video).place != EmbedPlace.NOWHERE
    )


def frame_ancestors(video: Video) -> str:
    """Return the pages that may frame the player, as the content security policy says it."""
    rule = embed_rule_of(video)
    if not is_embeddable(video):
        return "'self'"
    return "*" if rule.place == EmbedPlace.ANYWHERE else " ".join(("'self'", *rule.domains))


def set_embed_rule(owner: Video | Channel, place: str | None, domains: str = "") -> Rule:
    """Say where a video, or a channel's videos, may be embedded; with None the video follows its channel again.

    Raises:
        InputError: an unknown place, no name of a site, or a list without any.
    """
    key: dict[str, Any] = {"video" if isinstance(owner, Video) else "channel": owner}
    if place is None:
        EmbedRule.objects.filter(**key).delete()
        return Rule()
    if place not in EmbedPlace.values:
        raise InputError(f"{place[:40]!r} is no place to embed; accepted: {', '.join(EmbedPlace.values)}")
    listed = parse_domains(domains)
    if place == EmbedPlace.LISTED and not listed:
        raise InputError("the list of sites is empty", hint="name at least one, such as example.org")
    EmbedRule.objects.update_or_create(**key, defaults={"place": place, "domains": listed})
    return Rule(place, tuple(listed))


def parse_domains(text: str) -> list[str]:
    """Return the names of sites in a text, each once: `example.org`, `*.example.org`, `localhost:8000`.

    Raises:
        InputError: something that is no such name, or too many.
    """
    found: list[str] = []
    for given in re.split(r"[\s,]+", text.strip()[:20_000]):
        if given:
            found.append(_domain(given))
    if len(set(found)) > MAX_DOMAINS:
        raise InputError(f"{len(set(found))} sites; accepted: at most {MAX_DOMAINS}", hint="use *.example.org")
    return list(dict.fromkeys(found))


def _domain(given: str) -> str:
    try:
        name = (urlsplit(given).netloc if "://" in given else given.rstrip("/")).lower()
        wildcard, bare = ("*.", name[2:]) if name.startswith("*.") else ("", name)
        host, colon, port = bare.partition(":")
        name = wildcard + host.encode("idna").decode("ascii") + colon + port
    except (UnicodeError, ValueError):
        name = ""
    if len(name) > 253 or not _DOMAIN.fullmatch(name):
        raise InputError(f"{given[:60]!r} is no name of a site; accepted: example.org, *.example.org, localhost:8000")
    return name


def _check_moment(video: Video, start_seconds: float, end_seconds: float | None) -> None:
    length = video.duration_seconds
    if not 0 <= start_seconds < 10**7 or (length and start_seconds >= length):
        raise InputError(f"the moment starts at {start_seconds:g} s; accepted: from 0 to before {length:g}")
    if end_seconds is not None and not start_seconds < end_seconds <= (length or 10**7):
        raise InputError(f"the moment ends at {end_seconds:g} s; accepted: after {start_seconds:g}, up to {length:g}")
