"""Likes: the button under a video, and the page of what one likes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora.library.models import Video
from kinora.library.watching.likes import like, likes_of, liking
from kinora.site.api.lookup import video_to_watch
from kinora.site.people import person

PAGE_SIZE = 48


@never_cache
@login_required
@require_safe
def likes(request: HttpRequest) -> HttpResponse:
    """Show what a person likes, a page at a time."""
    text = request.GET.get("offset", "")
    offset = min(int(text), 100_000) if text.isascii() and text.isdigit() else 0
    rows = list(likes_of(person(request))[offset : offset + PAGE_SIZE + 1])
    more = f"{request.path}?offset={offset + PAGE_SIZE}" if len(rows) > PAGE_SIZE else ""
    return render(request, "likes.html", {"rows": rows[:PAGE_SIZE], "more_url": more})


@login_required
@require_POST
def like_video(request: HttpRequest, public_id: str) -> HttpResponse:
    """Like a video, or take that back; a script gets the button as it is then."""
    user = person(request)
    video = video_to_watch(user, public_id)
    like(user, video, is_liked=request.POST.get("is_liked") == "1")
    if not request.headers.get("HX-Request"):
        return redirect("watch", public_id)
    return render(request, "watch/like.html", like_context(request, video))


def like_context(request: HttpRequest, video: Video) -> dict[str, object]:
    """Return what the button shows."""
    num_likes, is_liked = liking(request.user, video)
    return {"video": video, "is_liked": is_liked, "num_likes": num_likes}
