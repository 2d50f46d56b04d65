"""Posts of a channel: the list, one with its comments, writing, its picture, its poll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError, KinoraError, NotFound
from kinora.library.access import can_publish_in
from kinora.library.community import posts as verbs
from kinora.library.community.models import Post, Thread
from kinora.library.models import Channel, Comments
from kinora.site.comment_cards import known_handles
from kinora.site.linkify import linkify
from kinora.site.people import person

PAGE_SIZE = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def channel_posts(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a channel's posts, newest first; its people write one by a post."""
    channel = Channel.objects.filter(handle=handle).first()
    if channel is None:
        raise NotFound("There is no such channel.", hint="Look for it by its words.")
    error: KinoraError | None = None
    if request.method == "POST":
        try:
            post = verbs.write_post(person(request), channel, _given(request))
        except InputError as refused:
            if refused.http_status == 403:
                raise
            error = refused
        else:
            messages.success(request, _("Your post is out."))
            return redirect("post", post.public_id)
    text = request.GET.get("before", "")
    rows = verbs.posts_of(channel, request.user)
    rows = rows.filter(pk__lt=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else rows
    shown = list(rows[: PAGE_SIZE + 1])
    context = {
        "channel": channel,
        "cards": _cards(request, shown[:PAGE_SIZE]),
        "can_write": can_publish_in(request.user, channel),
        "comment_choices": Comments.choices,
        "places": range(verbs.MAX_OPTIONS),
        "given": request.POST,
        "error": error,
        "more_url": f"?before={shown[PAGE_SIZE - 1].pk}" if len(shown) > PAGE_SIZE else "",
    }
    return render(request, "community/posts.html", context, status=error.http_status if error else 200)


def _given(request: HttpRequest) -> verbs.NewPost:
    picture = request.FILES.get("picture")
    if isinstance(picture, UploadedFile) and (picture.size or 0) > verbs.MAX_PICTURE_BYTES:
        raise InputError(f"the picture is too large; accepted: at most {verbs.MAX_PICTURE_BYTES // 2**20} MB")
    return verbs.NewPost(
        text=request.POST.get("text", ""),
        picture=bytes(picture.read()) if isinstance(picture, UploadedFile) else b"",
        picture_alt=request.POST.get("picture_alt", ""),
        options=tuple(request.POST.getlist("option")[: verbs.MAX_OPTIONS + 1]),
        comments=request.POST.get("comments", Comments.ON.value),
    )


def _cards(request: HttpRequest, posts: Sequence[Post]) -> list[dict[str, Any]]:
    """Return posts as pages show them: the same few questions however many there are."""
    chosen = verbs.votes_of(request.user, posts)
    handles = known_handles(post.text for post in posts)
    numbers = dict(Thread.objects.filter(post__in=posts).values_list("post", "num_comments"))
    return [
        {
            "post": post,
            "html": linkify(post.text, handles=handles),
            "options": [_option(row, post, chosen.get(post.pk)) for row in post.options.all()],
            "has_voted": post.pk in chosen,
            "num_comments": numbers.get(post.pk, 0),
        }
        for post in posts
    ]


def _option(row: Any, post: Post, chosen: int | None) -> dict[str, Any]:
    percent = round(100 * row.num_votes / post.num_votes) if post.num_votes else 0
    return {"row": row, "percent": percent, "is_chosen": row.pk == chosen}


@never_cache
@require_safe
def one_post(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one post with its comments."""
    post = verbs.post_named(request.user, public_id)
    context = {
        "card": _cards(request, [post])[0],
        "post": post,
        "channel": post.channel,
        "can_write": can_publish_in(request.user, post.channel),
    }
    return render(request, "community/post_page.html", context)


@require_safe
def post_picture(request: HttpRequest, public_id: str) -> FileResponse:
    """Return a post's picture."""
    path = verbs.picture_path(verbs.post_named(request.user, public_id))
    try:
        response = FileResponse(path.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise NotFound("this post has no picture") from error
    response["Cache-Control"] = "private, max-age=3600"
    return response


@login_required
@require_POST
def steer_post(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Vote, change, delete or bring back a post."""
    user, post = person(request), verbs.post_named(request.user, public_id)
    if verb == "vote":
        place = request.POST.get("place", "")
        verbs.vote(user, post, int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1)
    elif verb == "edit":
        verbs.edit_post(user, post, request.POST.get("text", ""))
    elif verb == "delete":
        verbs.delete_post(user, post)
        messages.success(request, _("The post is deleted. It can be brought back for a while."))
    elif verb == "restore":
        verbs.restore_post(user, post)
    else:
        raise NotFound("There is no such thing to do with a post.")
    return redirect("post", public_id)
