"""Sharing out: the player for other people's pages, oEmbed, and where a video or a channel may be embedded."""

from __future__ import annotations

from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import InputError, KinoraError, NotFound
from kinora.library.access import can_watch
from kinora.library.accounts import channel_of
from kinora.library.models import Channel, Video
from kinora.library.sharing import frame_ancestors, set_embed_rule, watch_url_of
from kinora.library.sharing_oembed import oembed_of
from kinora.site.age import is_gated
from kinora.site.people import person
from kinora.site.playing import SPEEDS, end_seconds_of, media_url, ordered_tracks, player_data, start_seconds_of
from kinora.site.playing import source_of as playable_source_of
from kinora.site.security import policy_framed_by
from kinora.site.views.my_videos import own_video

MAX_SIZE = 10_000
_PLAIN: AttributesImpl[str] = AttributesImpl({})
OEMBED_FORMS = ("json", "xml")


@xframe_options_exempt
@require_safe
def embed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the player alone; the policy says on whose pages. A private video is not there, as one that never was."""
    rows = Video.objects.select_related("channel__embed_rule", "embed_rule").defer("recipe")
    video = rows.filter(public_id=public_id[:16]).first()
    if video is None or len(public_id) > 16 or not can_watch(request.user, video):
        response = render(request, "embed/missing.html", status=404)
        response["Content-Security-Policy"] = policy_framed_by("*")
        return response
    if is_gated(request, video):
        response = render(request, "embed/age.html", {"watch_url": watch_url_of(video)}, status=403)
        response["Content-Security-Policy"] = policy_framed_by(frame_ancestors(video))
        return response
    chapters, tracks = list(video.chapters.all()), ordered_tracks(video, request.headers.get("Accept-Language", ""))
    asked = start_seconds_of(request.GET.get("t", ""), video)
    end = end_seconds_of(request.GET.get("end", ""), asked, video)
    data = player_data(video, chapters, tracks)
    start = {"startSeconds": asked or 0.0, "isStartAsked": asked is not None, "resumeSeconds": None, "endSeconds": end}
    context = {
        "video": video,
        "tracks": data["tracks"],
        "player": data | start,
        "poster": media_url(video, "poster.jpg") if video.has_poster else "",
        "source": playable_source_of(video),
        "watch_url": watch_url_of(video, asked or 0.0, end),
        "is_audio_only": bool(video.facts) and not video.facts.get("video"),
        "is_embed": True,
        "speeds": SPEEDS,
    }
    response = render(request, "embed/page.html", context)
    response["Content-Security-Policy"] = policy_framed_by(frame_ancestors(video))
    return response


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """Answer oEmbed as JSON or XML. It never asks who is signed in: what it tells is public."""
    form = request.GET.get("format", "json")
    if form not in OEMBED_FORMS:
        return _refused(NotFound(f"the format {form[:20]!r} is not made here", hint="format=json or format=xml"), 501)
    try:
        told = oembed_of(request.GET.get("url", ""), _size(request, "maxwidth"), _size(request, "maxheight"))
    except KinoraError as error:
        return _refused(error, error.http_status)
    response: HttpResponse = JsonResponse(told) if form == "json" else _as_xml(told)
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response


def _refused(error: KinoraError, status: int) -> HttpResponse:
    return JsonResponse(error.to_json(), status=status, headers={"Access-Control-Allow-Origin": "*"})


def _size(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) >= 1):
        raise InputError(f"{name} is {text[:20]!r}; accepted: whole pixels from 1 to {MAX_SIZE}")
    return min(int(text), MAX_SIZE)


def _as_xml(told: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(content_type="text/xml; charset=utf-8")
    handler = SimplerXMLGenerator(response, "utf-8")
    handler.startDocument()
    handler.startElement("oembed", _PLAIN)
    for name, value in told.items():
        handler.addQuickElement(name, str(value))
    handler.endElement("oembed")
    return response


@login_required
@require_POST
def video_embedding(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say where one's own video may be embedded."""
    video = own_video(request, public_id)
    _set(request, video)
    return redirect("edit_video", video.public_id)


@login_required
@require_POST
def channel_embedding(request: HttpRequest) -> HttpResponse:
    """Say where the videos of one's own channel may be embedded."""
    channel = channel_of(person(request))
    _set(request, channel)
    return redirect("channel", channel.handle)


def _set(request: HttpRequest, owner: Video | Channel) -> None:
    place = request.POST.get("place", "")
    try:
        set_embed_rule(owner, None if place == "channel" else place, request.POST.get("domains", ""))
    except InputError as error:
        messages.error(request, f"{error.message}: {error.hint}" if error.hint else error.message)
    else:
        messages.success(request, "Saved where it may be embedded.")
