"""Likes and subscriptions: one's own, and how many others there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Query

from kinora.library.watching import likes, subscriptions
from kinora.library.watching.models import Like
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.lookup import video_to_watch
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 422), ErrorOut)


class LikesOut(Schema):
    """How many people like a video; `is_liked` is the caller's own."""

    num_likes: int
    is_liked: bool


class LikedVideo(Schema):
    id: str
    title: str
    duration_seconds: float


class LikedOut(Schema):
    video: LikedVideo
    liked_at: datetime

    @classmethod
    def of(cls, row: Like) -> LikedOut:
        video = row.video
        shown = LikedVideo(id=video.public_id, title=video.title, duration_seconds=video.duration_seconds)
        return cls(video=shown, liked_at=row.created_at)


class LikedListOut(Schema):
    likes: list[LikedOut]


class FollowedChannel(Schema):
    handle: str
    name: str


class SubscriptionOut(Schema):
    """With `is_told` the bell rings for each new video."""

    channel: FollowedChannel
    is_told: bool
    since: datetime


class SubscriptionsOut(Schema):
    subscriptions: list[SubscriptionOut]
    digest: str


class SubscriptionIn(Schema):
    is_told: bool = True


class SubscribersOut(Schema):
    num_subscribers: int
    is_subscribed: bool


class DigestIn(Schema):
    digest: Literal["", "daily", "weekly"]


@router.get("/videos/{video_id}/likes", auth=ANYONE, response={200: LikesOut, **REFUSALS}, summary="How many like it")
def read_likes(request: HttpRequest, video_id: str) -> LikesOut:
    user = caller(request)
    video = video_to_watch(user, video_id)
    num_likes, is_liked = likes.liking(user, video)
    return LikesOut(num_likes=num_likes, is_liked=is_liked)


@router.put("/videos/{video_id}/like", response={200: LikesOut, **REFUSALS}, summary="Like a video")
def like(request: HttpRequest, video_id: str) -> LikesOut:
    return _like(request, video_id, is_liked=True)


@router.delete("/videos/{video_id}/like", response={200: LikesOut, **REFUSALS}, summary="Like it no more")
def unlike(request: HttpRequest, video_id: str) -> LikesOut:
    return _like(request, video_id, is_liked=False)


@router.get("/likes", response={200: LikedListOut, **REFUSALS}, summary="What you like, last first")
def list_likes(
    request: HttpRequest, limit: int = Query(50, ge=1, le=200), offset: int = Query(0, ge=0, le=100_000)
) -> LikedListOut:
    rows = likes.likes_of(caller(request))[offset : offset + limit]
    return LikedListOut(likes=[LikedOut.of(row) for row in rows])


@router.get("/subscriptions", response={200: SubscriptionsOut, **REFUSALS}, summary="The channels you follow")
def list_subscriptions(request: HttpRequest) -> dict[str, Any]:
    """Return them by name, and the rhythm of the e-mail digest: `daily`, `weekly`, or nothing for never."""
    user = caller(request)
    rows = [subscriptions.subscription_to_json(row) for row in subscriptions.subscriptions_of(user)]
    return {"subscriptions": rows, "digest": subscriptions.choices_of(user).digest}


@router.patch("/subscriptions", response={200: SubscriptionsOut, **REFUSALS}, summary="Choose the e-mail digest")
def choose_digest(request: HttpRequest, body: DigestIn) -> dict[str, Any]:
    subscriptions.set_digest(caller(request), body.digest)
    return list_subscriptions(request)


@router.get(
    "/channels/{handle}/subscribers", auth=ANYONE, response={200: SubscribersOut, **REFUSALS},
    summary="How many follow a channel",
)  # fmt: skip
def read_subscribers(request: HttpRequest, handle: str) -> SubscribersOut:
    channel = subscriptions.channel_to_follow(caller(request), handle)
    told = subscriptions.following(caller(request), channel)
    return SubscribersOut(num_subscribers=told.num_subscribers, is_subscribed=told.is_following)


@router.put("/channels/{handle}/subscription", response={200: SubscriptionOut, **REFUSALS}, summary="Follow a channel")
def subscribe(request: HttpRequest, handle: str, body: SubscriptionIn) -> dict[str, Any]:
    channel = subscriptions.channel_to_follow(caller(request), handle)
    row = subscriptions.subscribe(caller(request), channel, is_told=body.is_told)
    return subscriptions.subscription_to_json(row)


@router.delete(
    "/channels/{handle}/subscription", response={200: SubscriptionsOut, **REFUSALS}, summary="Follow it no more"
)
def unsubscribe(request: HttpRequest, handle: str) -> dict[str, Any]:
    """Leave a channel; one that can't be seen any more can be left too."""
    rows = subscriptions.subscriptions_of(caller(request)).filter(channel__handle=handle[:40])
    for row in rows:
        subscriptions.unsubscribe(caller(request), row.channel)
    return list_subscriptions(request)


def _like(request: HttpRequest, video_id: str, *, is_liked: bool) -> LikesOut:
    user = caller(request)
    num_likes = likes.like(user, video_to_watch(user, video_id), is_liked=is_liked)
    return LikesOut(num_likes=num_likes, is_liked=is_liked)
