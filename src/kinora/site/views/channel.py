"""A channel: what somebody published, a page at a time."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kinora.errors import NotFound
from kinora.library.access import is_own_channel, visible_to
from kinora.library.accounts import channel_of
from kinora.library.models import Channel
from kinora.library.sharing_models import EmbedPlace, EmbedRule
from kinora.library.watching.playlists import is_first_of, public_playlists_of
from kinora.site.people import person
from kinora.site.views.home import page_of
from kinora.site.views.subscriptions import follow_context

NUM_PLAYLISTS = 12


@require_safe
def channel(request: HttpRequest, handle: str) -> HttpResponse:
    """Show the channel; one that has nothing for this person to see is told apart from none for its owner only."""
    found = Channel.objects.select_related("owner").filter(handle=handle).first()
    is_own = found is not None and is_own_channel(request.user, found)
    if found is None:
        raise NotFound("There is no such channel.", hint="Look for it by its words.")
    page = page_of(visible_to(request.user).filter(channel=found), request.GET.get("offset", ""), request.path)
    if not page["videos"] and not is_own:
        raise NotFound("There is no such channel.", hint="Look for it by its words.")
    if request.headers.get("HX-Request"):
        return render(request, "parts/video_page.html", page)
    own = {"embed_places": EmbedPlace.choices, "embed_rule": EmbedRule.objects.filter(channel=found).first()}
    context = {**page, "channel": found, "is_own": is_own, **(own if is_own else {}), **follow_context(request, found)}
    context["playlists"] = public_playlists_of(found.owner, request.user)[:NUM_PLAYLISTS] if is_first_of(found) else []
    return render(request, "channel.html", context)


@login_required
@require_safe
def my_channel(request: HttpRequest) -> HttpResponse:
    return redirect(reverse("channel", args=[channel_of(person(request)).handle]))
