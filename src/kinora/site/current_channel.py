"""As which of their channels somebody works: kept in the session, asked again each time whether they still may."""

from __future__ import annotations

from django.http import HttpRequest

from kinora.library.access import channels_of
from kinora.library.accounts import channel_of
from kinora.library.models import Channel
from kinora.site.people import person

_SESSION_KEY = "channel"


def current_channel(request: HttpRequest) -> Channel:
    """Return the channel that what this person uploads goes to."""
    user, chosen = person(request), request.session.get(_SESSION_KEY)
    found = channels_of(user).filter(pk=chosen).first() if isinstance(chosen, int) else None
    return found or channel_of(user)


def choose_channel(request: HttpRequest, channel: Channel) -> None:
    """Work as this channel from now on; the caller has checked that the person may."""
    request.session[_SESSION_KEY] = channel.pk


def switcher(request: HttpRequest) -> dict[str, object]:
    """Return what the switcher shows: nothing where there is only one channel."""
    channels = list(channels_of(person(request)))
    return {"channels": channels if len(channels) > 1 else [], "current_channel": current_channel(request)}
