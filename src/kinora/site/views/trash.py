"""The trash: one's own deleted videos, brought back or deleted for good; administrators see everybody's."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora import config
from kinora.errors import NotAllowed, NotFound
from kinora.library.moderation.trash import delete_for_good, gone_at, restore_video, trash_for, trashed_named
from kinora.site.people import person

PAGE_SIZE = 50


@never_cache
@login_required
@require_safe
def trash(request: HttpRequest) -> HttpResponse:
    """Show what can still be brought back, and until when."""
    text = request.GET.get("offset", "")
    offset = min(int(text), 100_000) if text.isascii() and text.isdigit() else 0
    rows = list(trash_for(person(request))[offset : offset + PAGE_SIZE + 1])
    context = {
        "rows": [(row, gone_at(row)) for row in rows[:PAGE_SIZE]],
        "keep_days": config.current().trash_keep_days,
        "more_url": f"?offset={offset + PAGE_SIZE}" if len(rows) > PAGE_SIZE else "",
    }
    return render(request, "moderation/trash.html", context)


@login_required
@require_POST
def steer_trash(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Bring a video back, or delete it for good."""
    user, video = person(request), trashed_named(request.user, public_id)
    if verb == "restore":
        restore_video(video, by=user)
        messages.success(request, _("“%(title)s” is back, with everything.") % {"title": video.title})
    elif verb == "delete":
        if video.trashed.is_by_staff and not user.is_staff:
            raise NotAllowed("a moderator removed this video", hint="you can appeal at /appeals")
        delete_for_good(video, by=user)
        messages.success(request, _("“%(title)s” is deleted for good.") % {"title": video.title})
    else:
        raise NotFound("There is no such thing to do with the trash.")
    return redirect("trash")
