"""Why a video is recommended, in words and as JSON."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kinora.library.recommend.suggest import Suggestion
from kinora.timebase import format_timecode

_PLACED = ("words", "picture")
_SURE = 0.75  # of how alike two pictures look: above, it is the same place or the same shot


def reason_of(suggestion: Suggestion) -> str:
    """Return the reason as a person reads it."""
    reason, cause = suggestion.reason, suggestion.cause
    at = format_timecode(int(reason.other_seconds))
    title = cause.title if cause else ""
    if reason.kind == "viewers":
        return (
            _("Watched by people who watched “{title}”").format(title=title)
            if title
            else _("Watched by people who watched this")
        )
    if reason.kind == "picture":
        if title:
            return _("Looks like “{title}”, at {at}").format(title=title, at=at)
        return (_("Same place at {at}") if reason.strength > _SURE else _("Looks alike at {at}")).format(at=at)
    if reason.kind == "words":
        if title:
            return _("Like “{title}”, at {at}").format(title=title, at=at)
        return _("About the same at {at}").format(at=at)
    plain = {
        "subscription": _("From a channel you follow"),
        "channel": _("From the same channel"),
        "fresh": _("New here"),
        "popular": _("Watched by many here lately"),
    }
    return plain[reason.kind]


def seconds_of(suggestion: Suggestion) -> int | None:
    """Return the second that the reason speaks of, None where it speaks of the whole video."""
    return int(suggestion.reason.other_seconds) if suggestion.reason.kind in _PLACED else None


def suggestion_to_json(suggestion: Suggestion) -> dict[str, Any]:
    """Return the documented JSON."""
    video, cause = suggestion.video, suggestion.cause
    return {
        "video": {"id": video.public_id, "title": video.title, "duration_seconds": video.duration_seconds},
        "reason": {
            "kind": suggestion.reason.kind,
            "text": reason_of(suggestion),
            "seconds": seconds_of(suggestion),
            "because_of": cause.public_id if cause else None,
        },
    }
