"""The figures of a video or a channel over REST, for those who run it."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Query

from kinora.errors import NotFound
from kinora.library.access import can_publish_in
from kinora.library.figures.telling import MAX_DAYS, figures_of_channel, figures_of_video
from kinora.library.models import Channel
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.lookup import video_to_edit
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 422), ErrorOut)


class DayOut(Schema):
    day: date
    num_views: int
    watched_seconds: int


class SourceOut(Schema):
    source: str
    num_views: int


class SearchFigure(Schema):
    query: str
    at_seconds: int
    video_id: str
    num_views: int


class VideoFigure(Schema):
    id: str
    title: str
    num_views: int


class FiguresOut(Schema):
    """Sums by day; `retention` is the share of viewers for each hundredth, empty where too few watched to tell."""

    num_days: int
    num_views: int
    watched_seconds: int
    days: list[DayOut]
    sources: list[SourceOut]
    searches: list[SearchFigure]
    videos: list[VideoFigure]
    retention: list[float]


@router.get("/videos/{video_id}/figures", response={200: FiguresOut, **REFUSALS}, summary="Views, sources, searches")
def video_figures(request: HttpRequest, video_id: str, days: int = Query(28, ge=1, le=MAX_DAYS)) -> FiguresOut:
    video = video_to_edit(caller(request), video_id)
    return FiguresOut.model_validate(figures_of_video(video, days).to_json())


@router.get("/channels/{handle}/figures", response={200: FiguresOut, **REFUSALS}, summary="The same of a channel")
def channel_figures(request: HttpRequest, handle: str, days: int = Query(28, ge=1, le=MAX_DAYS)) -> FiguresOut:
    channel = Channel.objects.filter(handle=handle[:40]).first()
    if channel is None or not can_publish_in(caller(request), channel):
        raise NotFound(f"there is no channel {handle[:40]!r} of yours")
    return FiguresOut.model_validate(figures_of_channel(channel, days).to_json())
