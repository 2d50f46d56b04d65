"""The history page: what a person watched, day by day; pause it, erase one entry or all."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import NotFound
from kinora.library.history import erase_history, history_of, pause_history
from kinora.site.people import person

PAGE_SIZE = 48


@never_cache
@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show a person's own history, a page at a time."""
    text = request.GET.get("offset", "")
    offset = min(int(text), 100_000) if text.isascii() and text.isdigit() else 0
    rows = list(history_of(person(request))[offset : offset + PAGE_SIZE + 1])
    more = f"{request.path}?offset={offset + PAGE_SIZE}" if len(rows) > PAGE_SIZE else ""
    return render(request, "history.html", {"rows": rows[:PAGE_SIZE], "more_url": more})


@login_required
@require_POST
def steer_history(request: HttpRequest, verb: str) -> HttpResponse:
    """Pause, resume or erase; `video` names the one entry that is to be erased."""
    user = person(request)
    if verb in ("pause", "resume"):
        pause_history(user, is_paused=verb == "pause")
        messages.success(request, f"Your history is {'paused' if verb == 'pause' else 'kept again'}.")
    elif verb == "erase":
        video_id = request.POST.get("video") or None
        erase_history(user, video_id)
        messages.success(request, "Taken out of your history." if video_id else "Your history is erased.")
    else:
        raise NotFound("There is no such thing to do with a history.")
    return redirect("history")
