"""The figures of a video or a channel, for those who run it; the same as a file of commas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kinora.errors import InputError, NotFound
from kinora.library.access import can_publish_in
from kinora.library.figures.telling import Figures, as_csv, figures_of_channel, figures_of_video
from kinora.library.models import Channel
from kinora.site.api.lookup import video_to_edit
from kinora.site.figure_chart import bars, line

SPANS = ((7, _("7 days")), (28, _("28 days")), (90, _("90 days")), (365, _("A year")))
_MOST_BARS = 90
SOURCES = {
    "direct": _("Typed or from elsewhere"), "search": _("Search on this site"), "home": _("Home"),
    "channel": _("Channel page"), "watch": _("Another video"), "playlist": _("Playlists"),
    "subscriptions": _("Subscriptions"), "history": _("History"), "likes": _("Liked videos"), "embed": _("Embedded"),
    "notifications": _("Notifications"), "site": _("Other pages here"), "owner": _("Your videos"), "other": _("Others"),
}  # fmt: skip


@never_cache
@login_required
@require_safe
def video_figures(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a video's figures to its editors; for everybody else there is no such page."""
    video = video_to_edit(request.user, public_id)
    figures = figures_of_video(video, _span(request))
    context = {"video": video, "name": video.title, "back": reverse("edit_video", args=[video.public_id])}
    return _answer(request, figures, context, f"{video.public_id}.csv")


@never_cache
@login_required
@require_safe
def channel_figures(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a channel's figures to its editors."""
    channel = get_object_or_404(Channel, handle=handle)
    if not can_publish_in(request.user, channel):
        raise NotFound("There is no such channel of yours.")
    figures = figures_of_channel(channel, _span(request))
    context = {"channel": channel, "name": channel.name, "back": reverse("channel", args=[channel.handle])}
    return _answer(request, figures, context, f"{channel.handle}.csv")


def _answer(request: HttpRequest, figures: Figures, context: dict[str, Any], file_name: str) -> HttpResponse:
    if request.GET.get("form") == "csv":
        response = HttpResponse(as_csv(figures), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return response
    return render(request, "figures/page.html", context | _drawn(figures))


def _drawn(figures: Figures) -> dict[str, Any]:
    days = [(day.day.isoformat(), day.num_views, str(day.num_views)) for day in figures.days]
    every = -(-len(days) // _MOST_BARS)
    summed = [(rows[0][0], sum(row[1] for row in rows)) for rows in _groups(days, every)]
    return {
        "figures": figures,
        "bars": bars([(label, total, str(total)) for label, total in summed]),
        "days_a_bar": every,
        "most": max(total for _label, total in summed),
        "minutes": figures.watched_seconds // 60,
        "sources": [(SOURCES.get(name, name), total) for name, total in figures.sources],
        "retention": line(figures.retention),
        "retention_rows": [(f"{10 * tenth} %", figures.retention[10 * tenth]) for tenth in range(10)]
        if figures.retention
        else [],
        "spans": SPANS,
    }


def _groups(rows: Sequence[tuple[str, int, str]], size: int) -> list[Sequence[tuple[str, int, str]]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _span(request: HttpRequest) -> int:
    text = request.GET.get("days", "28")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise InputError(f"{text[:20]!r} is no number of days; accepted: such as 28")
    return int(text)
