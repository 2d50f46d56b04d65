"""Following channels: the button, the feed of what they published, how one is told, and how that ends."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError
from kinora.library.models import Channel
from kinora.library.watching import subscriptions as subs
from kinora.library.watching.models import DigestRhythm, WatchingChoices
from kinora.site.people import person
from kinora.site.views.home import page_of


@never_cache
@login_required
@require_safe
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Show the latest videos of the channels that a person follows, and the channels."""
    user = person(request)
    page = page_of(subs.feed_of(user), request.GET.get("offset", ""), request.path)
    if request.headers.get("HX-Request"):
        return render(request, "parts/video_page.html", page)
    context = {
        **page,
        "subscriptions": subs.subscriptions_of(user),
        "digest": subs.choices_of(user).digest,
        "rhythms": DigestRhythm.choices,
    }
    return render(request, "subscriptions/page.html", context)


@login_required
@require_POST
def choose_digest(request: HttpRequest) -> HttpResponse:
    """Choose how often new videos are told by e-mail."""
    try:
        chosen = subs.set_digest(person(request), request.POST.get("digest", ""))
        messages.success(request, _("You get an e-mail when something new came.") if chosen.digest else _("No e-mail."))
    except InputError as error:
        messages.error(request, f"{error.message}: {error.hint}" if error.hint else error.message)
    return redirect("subscriptions")


@login_required
@require_POST
def steer_subscription(request: HttpRequest, handle: str, verb: str) -> HttpResponse:
    """Follow a channel, follow it no more, or have its bell rung or not; a script gets the button as it is then."""
    user = person(request)
    if verb == "leave":
        row = subs.subscriptions_of(user).filter(channel__handle=handle[:40]).first()
        channel = row.channel if row else subs.channel_to_follow(user, handle)
        subs.unsubscribe(user, channel)
    else:
        channel = subs.channel_to_follow(user, handle)
        subs.subscribe(user, channel, is_told=verb != "quiet")
    if request.headers.get("HX-Request"):
        return render(request, "subscriptions/button.html", follow_context(request, channel))
    return redirect("subscriptions") if request.POST.get("back") == "page" else redirect("channel", channel.handle)


def follow_context(request: HttpRequest, channel: Channel) -> dict[str, Any]:
    """Return what the button of a channel shows."""
    is_own = request.user.is_authenticated and channel.owner_id == request.user.pk
    return {"follow_channel": channel, "following": subs.following(request.user, channel), "is_own_channel": is_own}


@never_cache
@csrf_exempt  # a mail program posts here by itself (RFC 8058); the address is the secret
@require_http_methods(["GET", "HEAD", "POST"])
def stop_digest(request: HttpRequest, token: str) -> HttpResponse:
    """End somebody's digest by the secret of their e-mails, without signing in; a post does it, a look does not."""
    if request.method == "POST":
        subs.end_digest(token)
        return render(request, "subscriptions/stop.html", {"is_done": True})
    is_known = WatchingChoices.objects.filter(unsubscribe_token=token[:48]).exists()
    return render(request, "subscriptions/stop.html", {"is_done": False, "is_known": is_known and len(token) <= 48})
