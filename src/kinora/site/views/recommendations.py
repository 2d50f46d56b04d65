"""Recommendations: what a person says of them, and the page where that is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import NotFound
from kinora.library.models import Video
from kinora.library.recommend import steering
from kinora.library.recommend.reasons import reason_of, seconds_of
from kinora.library.recommend.suggest import Suggestion, feed_for
from kinora.site.api.lookup import video_to_watch
from kinora.site.people import person

NUM_ON_HOME = 12


@dataclass(frozen=True)
class Card:
    """A recommended video as a page shows it; `seconds` is the place that the reason speaks of."""

    video: Video
    reason: str
    seconds: int | None


def cards_of(suggestions: list[Suggestion]) -> list[Card]:
    """Return suggestions as pages show them."""
    return [Card(one.video, reason_of(one), seconds_of(one)) for one in suggestions]


def home_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the home page recommends to a signed-in person; a feed of mere news is no recommendation."""
    suggestions = feed_for(person(request), limit=NUM_ON_HOME)
    has_grounds = any(one.reason.kind != "fresh" for one in suggestions)
    return {"recommended": cards_of(suggestions) if has_grounds else []}


@never_cache
@login_required
@require_safe
def recommendations(request: HttpRequest) -> HttpResponse:
    """Show what a person does not want, and the switch."""
    user = person(request)
    context = {"rows": steering.not_wanted_of(user), "is_on": steering.is_recommending(user)}
    return render(request, "recommendations/page.html", context)


@login_required
@require_POST
def steer_recommendations(request: HttpRequest, verb: str) -> HttpResponse:
    """Do what a person says: `less` of a `video`, no `channel` of it, `back` of a row, `on`, `off`."""
    user = person(request)
    if verb in ("on", "off"):
        steering.set_recommending(user, is_on=verb == "on")
    elif verb == "back":
        row = request.POST.get("row", "")
        steering.take_back(user, int(row) if row.isascii() and row.isdigit() and len(row) < 19 else 0)
    elif verb in ("less", "channel"):
        video = video_to_watch(user, request.POST.get("video", ""))
        if verb == "less":
            steering.less_of(user, video)
        else:
            steering.not_this_channel(user, video.channel)
        if request.headers.get("HX-Request"):
            return HttpResponse("")
        messages.success(request, _("Noted. You can take that back under “Recommendations”."))
    else:
        raise NotFound("There is no such thing to do with recommendations.")
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "recommendations")
