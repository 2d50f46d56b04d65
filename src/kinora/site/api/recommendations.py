"""Recommendations with their reasons, and what a person says about them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.params.functions import Query

from kinora.library.recommend import steering
from kinora.library.recommend.models import NotWanted
from kinora.library.recommend.reasons import suggestion_to_json
from kinora.library.recommend.suggest import feed_for, related_to
from kinora.library.watching.subscriptions import channel_to_follow
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.lookup import video_to_watch
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 422), ErrorOut)


class RecommendedVideo(Schema):
    id: str
    title: str
    duration_seconds: float


class ReasonOut(Schema):
    """`kind`: viewers, words, picture, subscription, channel or fresh; `seconds` is where in the video it shows."""

    kind: str
    text: str
    seconds: int | None
    because_of: str | None


class SuggestionOut(Schema):
    video: RecommendedVideo
    reason: ReasonOut


class RecommendedOut(Schema):
    recommended: list[SuggestionOut]


class NotWantedOut(Schema):
    """A video (`video`) or a channel (`channel`, its handle)."""

    id: int
    video: str | None
    channel: str | None

    @classmethod
    def of(cls, row: NotWanted) -> NotWantedOut:
        video = row.video.public_id if row.video else None
        return cls(id=row.pk, video=video, channel=row.channel.handle if row.channel else None)


class SteeringOut(Schema):
    is_recommending: bool
    not_wanted: list[NotWantedOut]


class SteeringIn(Schema):
    is_recommending: bool


@router.get(
    "/videos/{video_id}/related", auth=ANYONE, response={200: RecommendedOut, **REFUSALS}, summary="What to watch after"
)
def related(request: HttpRequest, video_id: str, limit: int = Query(12, ge=1, le=50)) -> dict[str, Any]:
    user = caller(request)
    rows = related_to(user, video_to_watch(user, video_id), limit=limit)
    return {"recommended": [suggestion_to_json(one) for one in rows]}


@router.get("/recommendations", response={200: RecommendedOut, **REFUSALS}, summary="Your own feed, with reasons")
def recommended(request: HttpRequest, limit: int = Query(12, ge=1, le=50)) -> dict[str, Any]:
    return {"recommended": [suggestion_to_json(one) for one in feed_for(caller(request), limit=limit)]}


@router.get("/recommendations/steering", response={200: SteeringOut, **REFUSALS}, summary="What you do not want")
def read_steering(request: HttpRequest) -> SteeringOut:
    user = caller(request)
    rows = [NotWantedOut.of(row) for row in steering.not_wanted_of(user)]
    return SteeringOut(is_recommending=steering.is_recommending(user), not_wanted=rows)


@router.patch("/recommendations/steering", response={200: SteeringOut, **REFUSALS}, summary="Switch them on or off")
def change_steering(request: HttpRequest, body: SteeringIn) -> SteeringOut:
    steering.set_recommending(caller(request), is_on=body.is_recommending)
    return read_steering(request)


@router.put("/recommendations/less/{video_id}", response={200: NotWantedOut, **REFUSALS}, summary="Less of this")
def less(request: HttpRequest, video_id: str) -> NotWantedOut:
    user = caller(request)
    return NotWantedOut.of(steering.less_of(user, video_to_watch(user, video_id)))


@router.put(
    "/recommendations/no-channel/{handle}", response={200: NotWantedOut, **REFUSALS}, summary="Not this channel"
)
def no_channel(request: HttpRequest, handle: str) -> NotWantedOut:
    user = caller(request)
    return NotWantedOut.of(steering.not_this_channel(user, channel_to_follow(user, handle)))


@router.delete("/recommendations/not-wanted/{row_id}", response={204: None, **REFUSALS}, summary="Take that back")
def take_back(request: HttpRequest, row_id: int) -> Status[None]:
    steering.take_back(caller(request), row_id)
    return Status(204, None)
