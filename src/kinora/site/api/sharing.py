"""Sharing: links to a video or a moment of it, and where videos may be embedded."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from kinora.errors import NotFound
from kinora.library.access import is_own_channel
from kinora.library.models import Channel, Video
from kinora.library.sharing import Rule, rule_of, set_embed_rule, share
from kinora.library.sharing_models import EmbedRule
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.lookup import video_to_edit, video_to_watch
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 422), ErrorOut)


class SharedOut(Schema):
    """Links to a video, or to its moment `[start_seconds, end_seconds)` alone."""

    url: str
    embed_url: str
    embed_html: str
    start_seconds: float
    end_seconds: float | None


class EmbeddingIn(Schema):
    """`domains` counts where `place` is `listed`; `null` as place lets a video follow its channel."""

    place: Literal["anywhere", "listed", "nowhere"] | None
    domains: list[str] = Field(default_factory=list, max_length=50)


class EmbeddingOut(Schema):
    """A video without a rule of its own (`place` is null) follows its channel; a channel without one allows all."""

    place: str | None
    domains: list[str]


@router.get("/videos/{video_id}/share", auth=ANYONE, response={200: SharedOut, **REFUSALS}, summary="Links to share")
def share_video(
    request: HttpRequest,
    video_id: str,
    start_seconds: float = Query(0.0, ge=0),
    end_seconds: float | None = Query(None, gt=0),
) -> SharedOut:
    """Return the links of a video that the caller may watch; opening them is still for whom its visibility allows."""
    video = video_to_watch(caller(request), video_id)
    return SharedOut(**share(video, start_seconds, end_seconds).to_json())


@router.get(
    "/videos/{video_id}/embedding", response={200: EmbeddingOut, **REFUSALS}, summary="Where it may be embedded"
)
def video_embedding(request: HttpRequest, video_id: str) -> EmbeddingOut:
    return _out(EmbedRule.objects.filter(video=video_to_edit(caller(request), video_id)).first())


@router.put("/videos/{video_id}/embedding", response={200: EmbeddingOut, **REFUSALS}, summary="Say where")
def set_video_embedding(request: HttpRequest, video_id: str, body: EmbeddingIn) -> EmbeddingOut:
    return _set(video_to_edit(caller(request), video_id), body)


@router.get("/channels/{handle}/embedding", response={200: EmbeddingOut, **REFUSALS}, summary="A channel's rule")
def channel_embedding(request: HttpRequest, handle: str) -> EmbeddingOut:
    return _out(EmbedRule.objects.filter(channel=_own_channel(request, handle)).first())


@router.put("/channels/{handle}/embedding", response={200: EmbeddingOut, **REFUSALS}, summary="Set a channel's rule")
def set_channel_embedding(request: HttpRequest, handle: str, body: EmbeddingIn) -> EmbeddingOut:
    return _set(_own_channel(request, handle), body)


def _own_channel(request: HttpRequest, handle: str) -> Channel:
    channel = Channel.objects.filter(handle=handle[:40]).first()
    if channel is None or not is_own_channel(caller(request), channel):
        raise NotFound(f"there is no channel {handle[:40]!r} of yours")
    return channel


def _set(owner: Video | Channel, body: EmbeddingIn) -> EmbeddingOut:
    rule: Rule = set_embed_rule(owner, body.place, "\n".join(body.domains))
    return EmbeddingOut(place=body.place, domains=list(rule.domains))


def _out(row: EmbedRule | None) -> EmbeddingOut:
    return EmbeddingOut(place=row.place if row else None, domains=list(rule_of(row).domains))
