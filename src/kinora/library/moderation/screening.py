"""Look a text over before it is shown: filters, and a spam score that holds rather than deletes and says why."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from kinora.errors import InputError
from kinora.library.community.models import Comment, CommentState
from kinora.library.models import Channel, User
from kinora.library.moderation.filters import hits
from kinora.library.moderation.models import FilterAction
from kinora.library.moderation.words import LINK, fingerprint_of, hosts_in

HOLD_FROM = 0.6
_NEW_ACCOUNT = timedelta(days=1)
_YOUNG_ACCOUNT = timedelta(days=7)
_WAVE = timedelta(hours=6)


@dataclass(frozen=True)
class Screened:
    """What a look at a text gave; `reasons` hold it, where there are any that weigh enough."""

    is_held: bool
    score: float  # 0 to 1
    reasons: list[str]
    fingerprint: str


@dataclass(frozen=True)
class Weight:
    """One thing that speaks for spam (or, below zero, against it), in words for a moderator."""

    weight: float
    reason: str


def screen(author: User, channel: Channel, text: str, *, now: datetime | None = None) -> Screened:
    """Look a text over that `author` would like to say to `channel`.

    Raises:
        InputError: a filter refuses it; the message names what it ran into.
    """
    moment, fingerprint = now or timezone.now(), fingerprint_of(text)
    found = hits(text, channel)
    refused = [hit.text for hit in found if hit.action == FilterAction.REFUSE]
    if refused:
        raise InputError(f"“{refused[0]}” is not taken here", hint="say it without that")
    weights = _weights(author, text, fingerprint, moment)
    score = min(1.0, max(0.0, sum(one.weight for one in weights)))
    is_spam = score >= HOLD_FROM
    reasons = [f"the filter “{hit.text}”" for hit in found]
    reasons += [one.reason for one in weights if one.weight > 0] if is_spam else []
    return Screened(bool(found) or is_spam, round(score, 2), reasons, fingerprint)


def _weights(author: User, text: str, fingerprint: str, moment: datetime) -> list[Weight]:
    judged = [
        *_of_account(author, moment), *_of_links(text), *_of_repetition(author, fingerprint, moment),
        *_of_speed(author, moment), *_of_letters(text),
    ]  # fmt: skip
    return [one for one in judged if one.weight]


def _of_account(author: User, moment: datetime) -> list[Weight]:
    age = moment - author.date_joined
    if age < _NEW_ACCOUNT:
        return [Weight(0.3, "the account is less than a day old")]
    long_ago = Comment.objects.filter(author=author, created_at__lt=moment - _NEW_ACCOUNT)
    counted = long_ago.order_by()[:50].aggregate(
        kept=Count("pk", filter=Q(state=CommentState.SHOWN)),
        lost=Count("pk", filter=Q(state=CommentState.DELETED) & ~Q(deleted_by=author)),
    )
    if counted["lost"]:
        return [Weight(0.2, "comments of theirs were removed before")]
    if counted["kept"] >= 5:
        return [Weight(-0.3, "five comments that stayed")]
    return [Weight(0.15, "the account is less than a week old")] if age < _YOUNG_ACCOUNT else []


def _of_links(text: str) -> list[Weight]:
    number = len(hosts_in(text))
    if not number:
        return []
    words = len(LINK.sub(" ", text).split())
    weights = [Weight(min(0.7, 0.2 + 0.15 * number), f"{number} link{'' if number == 1 else 's'}")]
    return [*weights, Weight(0.15, "hardly a word besides the link")] if words < 4 else weights


def _of_repetition(author: User, fingerprint: str, moment: datetime) -> list[Weight]:
    if not fingerprint:
        return []
    alike = Comment.objects.filter(fingerprint=fingerprint)
    own = alike.filter(author=author, created_at__gt=moment - _NEW_ACCOUNT)[:10].count()
    weights = [Weight(min(0.9, 0.35 * own), f"the same words {own + 1} times within a day")] if own else []
    others = alike.filter(created_at__gt=moment - _WAVE).exclude(author=author)
    num_people = len(set(others.values_list("author", flat=True)[:50]))
    if num_people >= 2:
        weights.append(Weight(0.5, f"{num_people} other accounts said the same within six hours"))
    return weights


def _of_speed(author: User, moment: datetime) -> list[Weight]:
    recent = Comment.objects.filter(author=author, created_at__gt=moment - timedelta(minutes=1))[:10].count()
    return [Weight(min(0.5, 0.1 * recent), f"{recent + 1} comments within a minute")] if recent >= 3 else []


def _of_letters(text: str) -> list[Weight]:
    letters = [letter for letter in text if letter.isalpha()]
    weights = []
    if len(letters) >= 20 and sum(letter.isupper() for letter in letters) > 0.7 * len(letters):
        weights.append(Weight(0.15, "written in capitals"))
    if any(_mixes_scripts(word) for word in text.split()[:200]):
        weights.append(Weight(0.4, "letters of several alphabets inside one word"))
    return weights


def _mixes_scripts(word: str) -> bool:
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK"})
