"""Playlists: a person's own, one with its videos, saving a video in one, and the feed of one that is shared."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError, NotFound
from kinora.library.models import Video
from kinora.library.watching import playlists as lists
from kinora.library.watching.models import Playlist, PlaylistVisibility
from kinora.library.watching.playlists import PlaylistChanges
from kinora.site.api.lookup import video_to_watch
from kinora.site.feed_forms import FORMS, Head, entry_of, feed_response
from kinora.site.people import person

_NUM_ENTRIES = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def playlists(request: HttpRequest) -> HttpResponse:
    """Show a person's playlists; a post makes one."""
    user = person(request)
    if request.method == "POST":
        try:
            made = lists.make_playlist(user, request.POST.get("title", ""), _changes(request))
            return redirect("playlist", made.public_id)
        except InputError as error:
            messages.error(request, sentence(error))
            return redirect("playlists")
    lists.watch_later_of(user)
    context = {"playlists": lists.playlists_of(user), "visibilities": PlaylistVisibility.choices}
    return render(request, "playlists/list.html", context)


@never_cache
@require_safe
def playlist(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a playlist to whoever may open it, with the videos that they may find."""
    if public_id == "later":
        if not request.user.is_authenticated:
            raise NotFound("Watch later is for who is signed in.", hint="Sign in first.")
        return redirect("playlist", lists.watch_later_of(person(request)).public_id)
    row = lists.playlist_to_see(request.user, public_id)
    items, is_own = list(lists.items_for(request.user, row)), lists.is_own(request.user, row)
    context = {
        "playlist": row,
        "items": items,
        "is_own": is_own,
        "num_hidden": row.items.count() - len(items) if is_own else 0,
        "total_seconds": sum(item.video.duration_seconds for item in items),
        "visibilities": PlaylistVisibility.choices,
        "is_shared": row.visibility != PlaylistVisibility.PRIVATE,
        "share_url": lists.url_of(row),
    }
    response = render(request, "playlists/one.html", context)
    if row.visibility != PlaylistVisibility.PUBLIC:
        response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_POST
def steer_playlist(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Change, order or delete one's own playlist; a script that orders gets no page back."""
    row = lists.playlist_to_change(person(request), public_id)
    try:
        if verb == "change":
            lists.change_playlist(row, replace(_changes(request), title=request.POST.get("title", "")))
            messages.success(request, _("Kept."))
        elif verb == "order":
            lists.put_in_order(row, [one for one in request.POST.get("order", "").split(",") if one])
        elif verb == "delete":
            lists.delete_playlist(row)
            return redirect("playlists")
        else:
            raise NotFound("There is no such thing to do with a playlist.")
    except NotFound:
        raise
    except InputError as error:
        if request.headers.get("HX-Request"):
            raise
        messages.error(request, sentence(error))
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("playlist", public_id)


@login_required
@require_POST
def steer_playlist_item(request: HttpRequest, public_id: str, video_id: str, verb: str) -> HttpResponse:
    """Move a video up or down in one's own playlist, or take it out."""
    row = lists.playlist_to_change(person(request), public_id)
    if verb in ("up", "down"):
        lists.move(row, video_id, -1 if verb == "up" else 1)
    elif verb == "remove":
        lists.take_out(row, video_id)
    else:
        raise NotFound("There is no such thing to do with a video of a playlist.")
    return redirect("playlist", public_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def save_video(request: HttpRequest) -> HttpResponse:
    """Show in which playlists a video is; a post puts it in one or takes it out, or makes a list with it."""
    user = person(request)
    video = video_to_watch(user, (request.POST if request.method == "POST" else request.GET).get("video", ""))
    error = ""
    if request.method == "POST":
        try:
            _save(request, video)
        except NotFound:
            raise
        except InputError as refused:
            error = sentence(refused)
        if not request.headers.get("HX-Request") and not error:
            return redirect(f"{request.path}?video={video.public_id}")
    context = {
        "video": video, "playlists": lists.lists_to_save_in(user), "held": lists.lists_with(user, video),
        "error": error, "visibilities": PlaylistVisibility.choices,
    }  # fmt: skip
    is_part = request.headers.get("HX-Request")
    return render(request, "playlists/save_form.html" if is_part else "playlists/save.html", context)


def _save(request: HttpRequest, video: Video) -> None:
    user, chosen = person(request), request.POST.get("playlist", "")
    if not chosen:
        lists.put_in(lists.make_playlist(user, request.POST.get("title", ""), _changes(request)), video)
        return
    row = lists.playlist_to_change(user, chosen)
    if not lists.take_out(row, video.public_id):
        lists.put_in(row, video)


@require_safe
def playlist_feed(request: HttpRequest, public_id: str, form: str) -> HttpResponse:
    """Return the videos that were last put into a shared playlist, as everybody may see them."""
    row = Playlist.objects.select_related("owner").filter(public_id=public_id[:16]).first()
    if form not in FORMS or row is None or row.visibility == PlaylistVisibility.PRIVATE:
        raise NotFound("There is no such feed.")
    is_podcast = form == "podcast"
    items = lists.items_for(None, row).order_by("-added_at", "-id")[:_NUM_ENTRIES]
    entries = [replace(entry_of(item.video, is_podcast=is_podcast), at=item.added_at) for item in items]
    kept = [entry for entry in entries if entry.enclosures] if is_podcast else entries
    picture = str(entries[0].extra["picture"]) if entries else ""
    head = Head(row.title, row.description, request.path, f"/playlists/{row.public_id}", row.owner.username, picture)
    return feed_response(form, head, kept, is_secret=row.visibility != PlaylistVisibility.PUBLIC)


def _changes(request: HttpRequest) -> PlaylistChanges:
    given = request.POST
    return PlaylistChanges(description=given.get("description"), visibility=given.get("visibility"))


def sentence(error: InputError) -> str:
    """Return a refusal with what to do, for a page."""
    return f"{error.message}: {error.hint}" if error.hint else str(error.message)
