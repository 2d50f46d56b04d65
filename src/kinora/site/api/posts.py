"""Posts of channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.params.functions import File, Form, Query

from kinora.errors import MediaTooLarge, NotFound
from kinora.library.community import posts as verbs
from kinora.library.community.models import Post
from kinora.library.models import Channel
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.schemas import ErrorOut

router = Router(auth=ANYONE)
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorOut)


class PostChannel(Schema):
    handle: str
    name: str


class PollAnswer(Schema):
    place: int
    text: str
    num_votes: int
    is_chosen: bool


class PostOut(Schema):
    id: str
    channel: PostChannel
    text: str
    picture_url: str | None
    picture_alt: str
    created_at: datetime
    edited_at: datetime | None
    state: Literal["shown", "held", "deleted"]
    comments: Literal["on", "held", "off"]
    poll: list[PollAnswer]
    num_votes: int


class PostsOut(Schema):
    posts: list[PostOut]
    next: str = Field(description="Give it as `before` for those that follow; empty: no more")


class PostEditIn(Schema):
    text: str = Field(max_length=50_000)


class VoteIn(Schema):
    place: int = Field(ge=0, lt=verbs.MAX_OPTIONS)


def _out(request: HttpRequest, post: Post) -> dict[str, Any]:
    post = verbs.post_named(caller(request), post.public_id)
    return verbs.post_to_json(post, chosen=verbs.votes_of(caller(request), [post]).get(post.pk))


def _channel(handle: str) -> Channel:
    channel = Channel.objects.filter(handle=handle).first()
    if channel is None:
        raise NotFound(f"there is no channel {handle[:40]!r}")
    return channel


@router.get("/channels/{handle}/posts", response={200: PostsOut, **REFUSALS}, summary="A channel's posts")
def list_posts(
    request: HttpRequest,
    handle: str,
    before: int = Query(0, ge=0, le=2**63 - 1),
    limit: int = Query(20, ge=1, le=100),
) -> dict[str, Any]:
    rows = verbs.posts_of(_channel(handle), caller(request))
    shown = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    chosen = verbs.votes_of(caller(request), shown)
    told = [verbs.post_to_json(post, chosen=chosen.get(post.pk)) for post in shown[:limit]]
    return {"posts": told, "next": str(shown[limit - 1].pk) if len(shown) > limit else ""}


@router.post("/channels/{handle}/posts", auth=SIGNED_IN, response={201: PostOut, **REFUSALS}, summary="Write a post")
def write_post(  # noqa: PLR0913  (the fields of a form)
    request: HttpRequest,
    handle: str,
    text: str = Form("", max_length=50_000),
    picture: UploadedFile | None = File(None),
    picture_alt: str = Form("", max_length=300),
    option: list[str] = Form([]),
    comments: Literal["on", "held", "off"] = Form("on"),
) -> Status[dict[str, Any]]:
    """Text, maybe a picture (PNG, JPEG, WebP), maybe a poll of two to five answers (`option`, each once)."""
    if picture is not None and (picture.size or 0) > verbs.MAX_PICTURE_BYTES:
        raise MediaTooLarge(f"the picture has {picture.size} bytes; accepted: at most {verbs.MAX_PICTURE_BYTES}")
    data = bytes(picture.read()) if picture is not None else b""
    new = verbs.NewPost(text=text, picture=data, picture_alt=picture_alt, options=tuple(option), comments=comments)
    return Status(201, _out(request, verbs.write_post(caller(request), _channel(handle), new)))


@router.get("/posts/{post_id}", response={200: PostOut, **REFUSALS}, summary="One post")
def read_post(request: HttpRequest, post_id: str) -> dict[str, Any]:
    return _out(request, verbs.post_named(caller(request), post_id))


@router.patch("/posts/{post_id}", auth=SIGNED_IN, response={200: PostOut, **REFUSALS}, summary="Change its words")
def edit_post(request: HttpRequest, post_id: str, body: PostEditIn) -> dict[str, Any]:
    post = verbs.post_named(caller(request), post_id)
    return _out(request, verbs.edit_post(caller(request), post, body.text))


@router.delete("/posts/{post_id}", auth=SIGNED_IN, response={204: None, **REFUSALS}, summary="Delete a post")
def delete_post(request: HttpRequest, post_id: str) -> Status[None]:
    verbs.delete_post(caller(request), verbs.post_named(caller(request), post_id))
    return Status(204, None)


@router.post("/posts/{post_id}/restore", auth=SIGNED_IN, response={200: PostOut, **REFUSALS}, summary="Bring it back")
def restore_post(request: HttpRequest, post_id: str) -> dict[str, Any]:
    post = verbs.post_named(caller(request), post_id)
    verbs.restore_post(caller(request), post)
    return _out(request, post)


@router.post("/posts/{post_id}/vote", auth=SIGNED_IN, response={200: PostOut, **REFUSALS}, summary="Answer its poll")
def vote(request: HttpRequest, post_id: str, body: VoteIn) -> dict[str, Any]:
    post = verbs.post_named(caller(request), post_id)
    verbs.vote(caller(request), post, body.place)
    return _out(request, post)
