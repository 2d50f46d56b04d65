"""Home: what this person was watching, then the latest videos, a page at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kinora.library.access import is_visible_to, visible_to
from kinora.library.models import Video, WatchProgress
from kinora.site.views.recommendations import home_context

PAGE_SIZE = 24
NUM_CONTINUING = 8
_LIST_FIELDS = (
    "public_id", "title", "state", "visibility", "duration_seconds", "has_poster", "published_at",
    "machine_mark", "is_age_restricted", "num_views", "channel__name", "channel__handle",
)  # fmt: skip


def page_of(videos: QuerySet[Video], offset_text: str, address: str) -> dict[str, Any]:
    """Return one page of a list as the template wants it; asks for one row more than it shows, never for a count."""
    offset = min(int(offset_text), 100_000) if offset_text.isascii() and offset_text.isdigit() else 0
    ordered = videos.select_related("channel").only(*_LIST_FIELDS).order_by("-published_at", "-id")
    rows = list(ordered[offset : offset + PAGE_SIZE + 1])
    more = f"{address}?offset={offset + PAGE_SIZE}" if len(rows) > PAGE_SIZE else ""
    return {"videos": rows[:PAGE_SIZE], "more_url": more}


def continue_watching(user: Any) -> list[WatchProgress]:
    """Return what this person started and did not finish, last watched first."""
    started = WatchProgress.objects.filter(
        is_visible_to(user, "video"), user=user, is_finished=False, position_seconds__gte=5
    )
    return list(started.select_related("video__channel").order_by("-updated_at")[:NUM_CONTINUING])


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    page = page_of(visible_to(request.user), request.GET.get("offset", ""), reverse("home"))
    if request.headers.get("HX-Request"):
        return render(request, "parts/video_page.html", page)
    signed_in = request.user.is_authenticated
    continuing = continue_watching(request.user) if signed_in and "offset" not in request.GET else []
    suggested = home_context(request) if signed_in and "offset" not in request.GET else {}
    return render(request, "home.html", {**page, "continuing": continuing, **suggested})
