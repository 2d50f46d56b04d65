"""The create page: the form, its bill, the pictures it is given; takes as they are made, and what is done with them."""

from __future__ import annotations

import json
import secrets
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from kinora.errors import InputError, KinoraError, MediaTooLarge, NotFound, QueryRefused
from kinora.generate.operations import OPERATIONS
from kinora.library import make, takes
from kinora.library.access import can_watch
from kinora.library.find import find
from kinora.library.make_given import keep_picture, picture_path
from kinora.library.make_model import missing_sentence
from kinora.library.make_plan import bill_of
from kinora.library.make_sizes import sizes
from kinora.library.models import Take, User, Video
from kinora.library.take_info import TakeInfo
from kinora.media.images import MAX_BYTES
from kinora.site.create_form import (
    FROM_ONE,
    FROM_TWO,
    MAX_SECONDS,
    order_of,
    shown_for,
    source_named,
)
from kinora.site.moment_cards import rows_of
from kinora.site.people import person
from kinora.site.playing import media_url
from kinora.site.ranges import Served, serve_file
from kinora.site.take_files import serve_take_file

_NUM_TAKES = 60
_NUM_FRAMES = 12
_NUM_VIDEOS = 100
_STEERING = {"pause": takes.pause, "resume": takes.resume, "cancel": takes.cancel, "first": takes.move_first}


@never_cache
@login_required
def create(request: HttpRequest) -> HttpResponse:
    """Show the page; a form that is sent becomes takes."""
    user = person(request)
    if request.method == "POST":
        return _make(request, user)
    source = _source(request, user)
    context = {
        "shown": shown_for(source, request.GET.get("prompt", ""), request.GET.get("do", "")),
        "source": source and _source_card(source),
        "videos": _videos(user) if source else [],
        "operations": [OPERATIONS[name] for name in (*FROM_ONE, *FROM_TWO)],
        "from_two": FROM_TWO,
        "sizes": sizes(),
        "max_seconds": MAX_SECONDS,
        "missing": missing_sentence(),
        "batches": _batches(takes.takes_of(user)[:_NUM_TAKES]),
    }
    return render(request, "create/page.html", context)


def _make(request: HttpRequest, user: User) -> HttpResponse:
    try:
        made = make.make(order_of(request.POST), user)
    except KinoraError as error:
        if request.headers.get("HX-Request"):
            return _said(request, error)
        raise
    if not request.headers.get("HX-Request"):
        return redirect("create")
    return render(request, "create/batches.html", {"batches": _batches(made)})


def _said(request: HttpRequest, error: KinoraError) -> HttpResponse:
    """Show an error beside the button, whatever the answer was meant to replace."""
    response = render(request, "parts/error_notice.html", {"error": error}, status=error.http_status)
    response["HX-Retarget"], response["HX-Reswap"] = "#create-say", "innerHTML"
    return response


@login_required
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Show the bill of the form as it stands; nothing where there is nothing to be made yet."""
    user = person(request)
    context: dict[str, Any] = {"prompt_given": request.POST.get("prompt", "").strip()}
    try:
        context["bill"] = bill_of(order_of(request.POST), user, user)
    except InputError as error:
        context["error"] = error if request.POST.get("prompt", "").strip() else None
    except KinoraError:
        pass  # the page says already that the model is not here
    return render(request, "create/bill.html", context)


@login_required
@require_POST
def picture(request: HttpRequest) -> HttpResponse:
    """Keep a picture that was chosen or dropped, and return its row of the form."""
    sent = request.FILES.get("file")
    try:
        if sent is None or not sent.size:
            raise InputError("no picture was sent; accepted: PNG, JPEG, WebP and GIF")
        if sent.size > MAX_BYTES:
            raise MediaTooLarge(f"the picture is too large; at most {MAX_BYTES // 2**20} MB are accepted")
        name = keep_picture(sent.read(), person(request))
    except KinoraError as error:
        return _said(request, error)
    return _picture_row(request, name, reverse("create_picture_file", args=[name]), sent.name or "Picture")


@login_required
@require_safe
def picture_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return a picture that this person sent."""
    response = serve_file(request, Served(picture_path(name, person(request)), "image/png"))
    if response is None:
        raise Http404
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_GET
def frame(request: HttpRequest) -> HttpResponse:
    """Return the form's row of a video's frame."""
    given = source_named(request.GET.get("from", ""))
    video = _watchable(request.user, given.video)
    name = f"video:{video.public_id}@{given.at_seconds:.3f}"
    address = media_url(video, f"at/{round(given.at_seconds * 1000)}.jpg")
    return _picture_row(request, name, address, f"{video.title}, at {given.at_seconds:.1f} s")


def _picture_row(request: HttpRequest, name: str, address: str, title: str) -> HttpResponse:
    number = request.GET.get("rows", "") or request.POST.get("rows", "")
    when = "first" if number in ("", "0") else "last" if number == "1" else "at"
    context = {"name": name, "address": address, "title": title, "when": when, "key": secrets.token_hex(4)}
    return render(request, "create/picture_row.html", context)


@login_required
@require_GET
def frames(request: HttpRequest) -> HttpResponse:
    """Return frames of the library that answer a few words, to pick one from."""
    words = request.GET.get("frame_words", "").strip()
    context: dict[str, Any] = {"words": words, "rows": []}
    if words:
        try:
            context["rows"] = rows_of(find(words, user=request.user, limit=_NUM_FRAMES))
        except QueryRefused as error:
            context["error"] = error
    return render(request, "create/frames.html", context)


@never_cache
@login_required
@require_safe
def take_card(request: HttpRequest, take_id: str) -> HttpResponse:
    """Return one take as it is now; its card asks again while it waits or runs."""
    return render(request, "create/take.html", {"take": _card(takes.take_of(person(request), take_id))})


@login_required
@require_POST
def steer_take(request: HttpRequest, take_id: str, verb: str) -> HttpResponse:
    """Pause, resume, cancel, put first, delete, publish a take, or make it again with a new seed."""
    user = person(request)
    take = takes.take_of(user, take_id)
    try:
        answer = _steered(request, user, take, verb)
    except KinoraError as error:
        if request.headers.get("HX-Request"):
            return _said(request, error)
        raise
    return answer if request.headers.get("HX-Request") else redirect("create")


def _steered(request: HttpRequest, user: User, take: Take, verb: str) -> HttpResponse:
    if verb == "delete":
        takes.delete(take)
        return HttpResponse("")
    if verb == "again":
        made = make.make_again(take, user, seed=secrets.randbelow(2**31))
        response = render(request, "create/batches.html", {"batches": _batches([made])})
        response["HX-Retarget"], response["HX-Reswap"] = "#takes", "afterbegin"
        return response
    if verb == "publish":
        make.publish(take, user)
    elif verb in _STEERING:
        _STEERING[verb](take)
    else:
        raise InputError(f"a take can't be {verb[:20]!r}", hint="reload the page")
    return render(request, "create/take.html", {"take": _card(takes.take_of(user, take.public_id))})


@login_required
@require_safe
def take_file(request: HttpRequest, take_id: str, file: str) -> HttpResponseBase:
    """Return a file of one's own take."""
    response = serve_take_file(request, takes.take_of(person(request), take_id), file)
    if response is None:
        raise Http404
    return response


def _card(take: Take) -> dict[str, Any]:
    info = TakeInfo.of(take)
    try:
        version = take.preview_path.stat().st_mtime_ns // 1_000_000
    except OSError:
        version = 0
    request = take.request
    return {
        "info": info,
        "is_active": info.state in ("queued", "running"),
        "version": version,
        "label": OPERATIONS[info.operation].label if info.operation in OPERATIONS else "",
        "is_picture": take.num_frames == 1,
        "video": take.video,
        "aspect": f"{request.get('width', 1)}x{request.get('height', 1)}",
        "again": json.dumps({"source": f"take:{take.public_id}"}),
    }


def _batches(rows: Any) -> list[dict[str, Any]]:
    """Return takes that were asked for together, side by side."""
    batches = []
    for batch, group in groupby(rows, key=lambda take: take.batch):
        of_batch = sorted(group, key=lambda take: take.pk)
        batches.append(
            {
                "id": batch,
                "prompt": of_batch[0].prompt,
                "label": OPERATIONS.get(of_batch[0].request.get("operation", ""), OPERATIONS["text_to_video"]).label,
                "created_at": of_batch[0].created_at,
                "takes": [_card(take) for take in of_batch],
            }
        )
    return batches


def _source(request: HttpRequest, user: User) -> Video | Take | None:
    if request.GET.get("video"):
        return _watchable(user, request.GET["video"])
    if request.GET.get("take"):
        return takes.take_of(user, request.GET["take"])
    return None


def _source_card(source: Video | Take) -> dict[str, str]:
    if isinstance(source, Take):
        title = make.title_of(source)
        address = reverse("take_file", args=[source.public_id, "preview.webp"])
        return {"name": f"take:{source.public_id}", "title": title, "picture": address, "seconds": ""}
    address = media_url(source, "poster.jpg") if source.has_poster else ""
    seconds = f"{source.duration_seconds:.1f}"
    return {"name": f"video:{source.public_id}", "title": source.title, "picture": address, "seconds": seconds}


def _videos(user: User) -> list[Video]:
    """Return the person's latest videos, for what takes a second one."""
    return list(Video.objects.filter(owner=user, width__gt=0).order_by("-id")[:_NUM_VIDEOS])


def _watchable(user: Any, public_id: str) -> Video:
    video = Video.objects.select_related("channel").filter(public_id=public_id[:16]).first()
    if video is None or not can_watch(user, video):
        raise NotFound("There is no such video, or it is not for you to see.", hint="Look for it by its words.")
    return video
