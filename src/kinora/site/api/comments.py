"""Comments under videos and posts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query

from kinora.errors import NotFound
from kinora.library.community import comments as verbs
from kinora.library.community.listing import (
    MAX_PAGE_SIZE,
    Page,
    comment_to_json,
    held_for,
    liked_among,
    page_of,
    replies_of,
)
from kinora.library.community.models import Comment, Post
from kinora.library.community.places import Place, can_keep_order, can_read, comment_for, place_of
from kinora.site.api.auth import ANYONE, SIGNED_IN, caller
from kinora.site.api.lookup import video_to_watch
from kinora.site.api.schemas import ErrorOut

router = Router(auth=ANYONE)
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), ErrorOut)
Verb = Literal["like", "unlike", "pin", "unpin", "heart", "unheart", "approve", "hold", "restore"]
MOST_ID = 2**63 - 1


class Author(Schema):
    name: str
    handle: str


class CommentOut(Schema):
    id: int
    parent_id: int | None
    text: str
    author: Author
    created_at: datetime
    edited_at: datetime | None
    state: Literal["shown", "held", "deleted"]
    num_likes: int
    num_replies: int
    is_liked: bool
    is_pinned: bool
    has_heart: bool
    held_because: list[str] | None = None
    spam_score: float | None = None


class CommentsOut(Schema):
    comments: list[CommentOut]
    num_comments: int
    next: str = Field(description="Give it as `after` for those that follow; empty: no more")


class CommentIn(Schema):
    text: str = Field(max_length=50_000)
    parent_id: int | None = Field(None, ge=1, le=MOST_ID)


class EditIn(Schema):
    text: str = Field(max_length=50_000)


class EditOut(Schema):
    text: str
    replaced_at: datetime


class HistoryOut(Schema):
    edits: list[EditOut]


def _out(comment: Comment, *, is_liked: bool = False, for_reviewer: bool = False) -> CommentOut:
    return CommentOut.model_validate(comment_to_json(comment, is_liked=is_liked, for_reviewer=for_reviewer))


def _page_out(page: Page) -> CommentsOut:
    rows = [_out(row, is_liked=row.pk in page.liked_ids, for_reviewer=page.keeps_order) for row in page.comments]
    return CommentsOut(comments=rows, num_comments=page.num_comments, next=page.next_cursor)


def _post(request: HttpRequest, post_id: str) -> Post:
    post = Post.objects.select_related("channel").filter(public_id=post_id[:16]).first()
    if post is None or not can_read(caller(request), post):
        raise NotFound(f"there is no post {post_id[:16]!r}, or it is not for you to see")
    return post


def _list(request: HttpRequest, place: Place, sort: str, after: str, limit: int) -> CommentsOut:
    return _page_out(page_of(place, caller(request), sort=sort, cursor=after, limit=limit))


def _write(request: HttpRequest, place: Place, body: CommentIn) -> Status[CommentOut]:
    user = caller(request)
    parent = comment_for(user, body.parent_id) if body.parent_id else None
    comment = verbs.write_comment(user, place, body.text, parent=parent)
    return Status(201, _out(comment))


@router.get("/videos/{video_id}/comments", response={200: CommentsOut, **REFUSALS}, summary="Comments of a video")
def video_comments(
    request: HttpRequest,
    video_id: str,
    sort: Literal["top", "newest"] = Query("top"),
    after: str = Query("", max_length=40),
    limit: int = Query(20, ge=1, le=MAX_PAGE_SIZE),
) -> CommentsOut:
    """Comments of the first level; the pinned one, and your own that wait for review, come first."""
    return _list(request, video_to_watch(caller(request), video_id), sort, after, limit)


@router.post(
    "/videos/{video_id}/comments", auth=SIGNED_IN, response={201: CommentOut, **REFUSALS}, summary="Say something"
)
def write_on_video(request: HttpRequest, video_id: str, body: CommentIn) -> Status[CommentOut]:
    """Its `state` says whether it is shown at once or waits for review."""
    return _write(request, video_to_watch(caller(request), video_id), body)


@router.get("/posts/{post_id}/comments", response={200: CommentsOut, **REFUSALS}, summary="Comments of a post")
def comments_of_post(
    request: HttpRequest,
    post_id: str,
    sort: Literal["top", "newest"] = Query("top"),
    after: str = Query("", max_length=40),
    limit: int = Query(20, ge=1, le=MAX_PAGE_SIZE),
) -> CommentsOut:
    return _list(request, _post(request, post_id), sort, after, limit)


@router.post(
    "/posts/{post_id}/comments", auth=SIGNED_IN, response={201: CommentOut, **REFUSALS}, summary="Answer a post"
)
def write_on_post(request: HttpRequest, post_id: str, body: CommentIn) -> Status[CommentOut]:
    return _write(request, _post(request, post_id), body)


@router.get("/comments/held", auth=SIGNED_IN, response={200: CommentsOut, **REFUSALS}, summary="What waits for you")
def list_held(
    request: HttpRequest, before: int = Query(0, ge=0, le=MOST_ID), limit: int = Query(20, ge=1, le=MAX_PAGE_SIZE)
) -> CommentsOut:
    """Comments on your channels that are held for review, newest first; for administrators those of every channel."""
    rows = held_for(caller(request), before=before, limit=limit + 1)
    told = [_out(row, for_reviewer=True) for row in rows[:limit]]
    return CommentsOut(comments=told, num_comments=len(told), next=str(rows[limit - 1].pk) if len(rows) > limit else "")


@router.get("/comments/{int:comment_id}/replies", response={200: CommentsOut, **REFUSALS}, summary="Answers")
def list_replies(
    request: HttpRequest,
    comment_id: int,
    after: int = Query(0, ge=0, le=MOST_ID),
    limit: int = Query(20, ge=1, le=MAX_PAGE_SIZE),
) -> CommentsOut:
    return _page_out(replies_of(_known(request, comment_id), caller(request), after=after, limit=limit))


@router.get("/comments/{int:comment_id}/history", response={200: HistoryOut, **REFUSALS}, summary="Earlier wordings")
def comment_history(request: HttpRequest, comment_id: int) -> HistoryOut:
    rows = _known(request, comment_id).edits.all()[: verbs.MAX_EDITS]
    return HistoryOut(edits=[EditOut(text=row.text, replaced_at=row.replaced_at) for row in rows])


@router.patch(
    "/comments/{int:comment_id}", auth=SIGNED_IN, response={200: CommentOut, **REFUSALS}, summary="Change your words"
)
def edit_comment(request: HttpRequest, comment_id: int, body: EditIn) -> CommentOut:
    return _out(verbs.edit_comment(caller(request), _known(request, comment_id), body.text))


@router.delete("/comments/{int:comment_id}", auth=SIGNED_IN, response={204: None, **REFUSALS}, summary="Delete")
def delete_comment(request: HttpRequest, comment_id: int) -> Status[None]:
    """Your own, or any on your channel; `restore` brings it back."""
    verbs.delete_comment(caller(request), _known(request, comment_id))
    return Status(204, None)


@router.post(
    "/comments/{int:comment_id}/{verb}", auth=SIGNED_IN, response={200: CommentOut, **REFUSALS},
    summary="Like, pin, heart, let through, hold, bring back",
)  # fmt: skip
def steer_comment(request: HttpRequest, comment_id: int, verb: Verb) -> CommentOut:
    user, comment = caller(request), _known(request, comment_id)
    _STEER[verb](user, comment)
    comment.refresh_from_db()
    for_reviewer = can_keep_order(user, place_of(comment.thread))
    return _out(comment, is_liked=bool(liked_among([comment], user)), for_reviewer=for_reviewer)


_STEER = {
    "like": lambda user, comment: verbs.like_comment(user, comment),
    "unlike": lambda user, comment: verbs.like_comment(user, comment, likes=False),
    "pin": lambda user, comment: verbs.pin_comment(user, comment),
    "unpin": lambda user, comment: verbs.pin_comment(user, comment, is_pinned=False),
    "heart": lambda user, comment: verbs.heart_comment(user, comment),
    "unheart": lambda user, comment: verbs.heart_comment(user, comment, has_heart=False),
    "approve": verbs.approve_comment,
    "hold": verbs.hold_comment,
    "restore": verbs.restore_comment,
}


def _known(request: HttpRequest, comment_id: int) -> Comment:
    """Return a comment that the caller may know of, on a video that they may watch."""
    comment = comment_for(caller(request), min(comment_id, MOST_ID))
    if comment.thread.video is not None:
        video_to_watch(caller(request), comment.thread.video.public_id)
    return comment
