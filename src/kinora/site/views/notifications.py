"""The bell and its page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kinora.library.notify import mark_read, notifications_of, num_unread
from kinora.site.people import person

PAGE_SIZE = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Show what a person was told; a post marks all of it as read."""
    user = person(request)
    if request.method == "POST":
        mark_read(user)
        return redirect("notifications")
    before = request.GET.get("before", "")
    rows = notifications_of(user)
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    shown = list(rows[: PAGE_SIZE + 1])
    context = {
        "rows": shown[:PAGE_SIZE],
        "num_unread": num_unread(user),
        "more_url": f"?before={shown[PAGE_SIZE - 1].pk}" if len(shown) > PAGE_SIZE else "",
    }
    return render(request, "notifications.html", context)


@never_cache
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """Return the bell with its number; pages fetch it after they are shown, then every minute."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "parts/bell.html", {"number": num_unread(person(request)), "is_counted": True})
