"""Light-boxes: the list, one with its moments, what is done with them, the link that shares one, and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError, NotFound
from kinora.library import lightbox
from kinora.library import lightbox_export as exports
from kinora.library.lightbox_models import Lightbox, LightboxItem
from kinora.site.lightbox_files import serve_clips, serve_export
from kinora.site.people import person
from kinora.site.playing import Source, media_url, source_of


@dataclass(frozen=True)
class Row:
    """A moment as the page shows and plays it."""

    item: LightboxItem
    url: str
    cover_url: str
    source: Source


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def boxes(request: HttpRequest) -> HttpResponse:
    """Show a person's light-boxes; a post makes one."""
    user = person(request)
    if request.method == "POST":
        try:
            return redirect("lightbox", lightbox.make_box(user, request.POST.get("name", "")).public_id)
        except InputError as error:
            messages.error(request, _sentence(error))
            return redirect("lightboxes")
    return render(request, "lightboxes/list.html", {"boxes": lightbox.boxes_of(user)})


@never_cache
@login_required
@require_safe
def one_box(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one light-box to its owner."""
    box = lightbox.box_named(person(request), public_id)
    return _page(request, box, is_owner=True)


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show a light-box to whoever has its link; moments that they may not watch are left out."""
    response = _page(request, lightbox.shared_box(token), is_owner=False)
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_POST
def collect_moment(request: HttpRequest) -> HttpResponse:
    """Put a moment into a light-box, or take it out; the search page asks by script."""
    box, is_in = lightbox.collect(person(request), request.POST.get("moment", ""), request.POST.get("box", ""))
    url = reverse("lightbox", args=[box.public_id])
    told = {"id": box.public_id, "name": box.name, "url": url, "num_items": box.items.count(), "is_in": is_in}
    return JsonResponse(told)


@login_required
@require_POST
def steer_box(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Rename, order, share, clip or delete a light-box."""
    box = lightbox.box_named(person(request), public_id)
    try:
        _do(request, box, verb)
    except NotFound:
        raise
    except InputError as error:
        if request.headers.get("HX-Request"):
            raise
        messages.error(request, _sentence(error))
    if verb == "delete":
        return redirect("lightboxes")
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("lightbox", public_id)


def _do(request: HttpRequest, box: Lightbox, verb: str) -> None:
    if verb == "rename":
        lightbox.rename(box, request.POST.get("name", ""))
    elif verb in ("share", "unshare"):
        lightbox.share(box, is_shared=verb == "share")
    elif verb == "clips":
        exports.order_clips(box)
    elif verb == "delete":
        lightbox.delete_box(box)
    elif verb == "order":
        given = request.POST.get("order", "").split(",")
        if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in given):
            raise InputError("the order is no list of numbers")
        lightbox.put_in_order(box, [int(one) for one in given])
    else:
        raise NotFound("There is no such thing to do with a light-box.")


@login_required
@require_POST
def steer_item(request: HttpRequest, public_id: str, item_id: int, verb: str) -> HttpResponse:
    """Change a moment, move it up or down, or take it out."""
    box = lightbox.box_named(person(request), public_id)
    item = lightbox.item_of(box, item_id)
    try:
        if verb == "change":
            start, end = (_seconds(request.POST.get(name, "")) for name in ("start_seconds", "end_seconds"))
            lightbox.change_item(item, note=request.POST.get("note", ""), start_seconds=start, end_seconds=end)
        elif verb in ("up", "down"):
            _move(box, item, -1 if verb == "up" else 1)
        elif verb == "remove":
            lightbox.remove_item(item)
        else:
            raise NotFound("There is no such thing to do with a moment.")
    except NotFound:
        raise
    except InputError as error:
        messages.error(request, _sentence(error))
    return redirect(f"{reverse('lightbox', args=[public_id])}#item-{item_id}")


@login_required
@require_safe
def export_box(request: HttpRequest, public_id: str, file_format: str) -> HttpResponse:
    """Return a light-box as an edit or a list."""
    user = person(request)
    box = lightbox.box_named(user, public_id)
    return serve_export(exports.export(user, box, file_format, drop_frame="drop" in request.GET))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_export(request: HttpRequest, export_id: str) -> HttpResponse:
    """Show how far clips are; a post stops or deletes them."""
    made = exports.export_named(person(request), export_id)
    if request.method == "POST":
        box_id = made.lightbox.public_id
        exports.delete_export(made)
        return redirect("lightbox", box_id)
    return render(request, "lightboxes/export.html", {"made": made, "told": exports.export_to_json(made)})


@login_required
@require_safe
def export_file(request: HttpRequest, export_id: str) -> HttpResponseBase:
    """Return the zip of clips."""
    user = person(request)
    return serve_clips(request, user, exports.export_named(user, export_id))


def _page(request: HttpRequest, box: Lightbox, *, is_owner: bool) -> HttpResponse:
    items, num_hidden = lightbox.items_for(request.user, box)
    made = list(box.exports.select_related("job")[:3]) if is_owner else []
    context = {
        "box": box,
        "rows": [_row(item) for item in items],
        "num_hidden": num_hidden,
        "total_seconds": sum(item.end_seconds - item.start_seconds for item in items),
        "is_owner": is_owner,
        "share_url": lightbox.share_url(box) if is_owner else "",
        "exports": [(one, exports.export_to_json(one)) for one in made],
    }
    return render(request, "lightboxes/box.html", context)


def _row(item: LightboxItem) -> Row:
    video = item.video
    at = round(1000 * (item.start_seconds + min(0.7, (item.end_seconds - item.start_seconds) / 2)))
    cover = media_url(video, f"at/{at}.jpg") if video.has_poster or video.facts.get("video") else ""
    url = f"{reverse('watch', args=[video.public_id])}?t={item.start_seconds:.2f}"
    return Row(item, url, cover, source_of(video, heights=()))


def _move(box: Lightbox, item: LightboxItem, by: int) -> None:
    ids = list(box.items.values_list("pk", flat=True))
    at = ids.index(item.pk)
    to = min(len(ids) - 1, max(0, at + by))
    ids.insert(to, ids.pop(at))
    lightbox.put_in_order(box, ids)


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text) if len(text) < 20 else float("nan")
    except ValueError as error:
        raise InputError(f"{text[:20]!r} is no number of seconds") from error


def _sentence(error: Any) -> str:
    return f"{error.message}: {error.hint}" if error.hint else str(error.message)
