"""The editing room: subtitles and chapters beside the video and its sound wave."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError, KinoraError
from kinora.library.chapters import MAX_CHAPTERS, set_chapters
from kinora.library.files import printable
from kinora.library.models import Playback, Video, VideoState
from kinora.library.queue import enqueue
from kinora.library.sidecars import MAX_BYTES
from kinora.library.studio.subtitle_editing import (
    NEW,
    Edited,
    cue_to_json,
    cues_from_json,
    cues_of,
    drop_draft,
    edited,
    keep_draft,
    save_track,
    track_of,
)
from kinora.media.peaks import PEAKS_A_SECOND, PEAKS_NAME
from kinora.moments.subtitle_writing import FORMATS, write_subtitles
from kinora.moments.subtitles import parse_subtitles
from kinora.site.people import person
from kinora.site.playing import source_of
from kinora.site.views.my_videos import own_video

_MAX_BODY = 8 * 2**20
_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt", "ttml": "application/ttml+xml", "txt": "text/plain"}


@never_cache
@login_required
@require_safe
def room(request: HttpRequest, public_id: str, key: str = "") -> HttpResponse:
    """Show the editor for one track; without a name, the first one there is, or new ones."""
    video = own_video(request, public_id)
    tracks = list(video.subtitle_tracks.all())
    key = key or (str(tracks[0].pk) if tracks else NEW)
    shown = edited(video, person(request), key)
    source = source_of(video)
    data = {
        **shown.to_json(),
        "source": vars(source),
        "durationSeconds": video.duration_seconds,
        "chapters": [{"start": row.start_seconds, "title": row.title} for row in video.chapters.all()],
        "peaksPerSecond": PEAKS_A_SECOND,
        "addresses": _addresses(video, key),
    }
    context = {
        "video": video,
        "tracks": tracks,
        "key": key,
        "room": data,
        "formats": FORMATS,
        "has_sound": _has_sound(video),
    }
    return render(request, "studio/room.html", context)


def _has_sound(video: Video) -> bool:
    return bool(video.facts.get("audio"))


def _addresses(video: Video, key: str) -> dict[str, str]:
    names = {"draft": "subtitle_draft", "save": "save_subtitles", "parse": "parse_subtitles"}
    told = {name: reverse(view, args=[video.public_id, key]) for name, view in names.items()}
    return told | {name: reverse(f"studio_{name}", args=[video.public_id]) for name in ("peaks", "chapters")}


@login_required
@require_http_methods(["PUT", "DELETE"])
def draft(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """Keep what was typed so far, or go back to what is saved."""
    video = own_video(request, public_id)
    if request.method == "DELETE":
        drop_draft(video, person(request), key)
        return HttpResponse(status=204)
    try:
        return JsonResponse({"version": keep_draft(video, person(request), _given(request, key))})
    except KinoraError as error:
        return JsonResponse(error.to_json(), status=error.http_status)


@login_required
@require_POST
def save(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    video = own_video(request, public_id)
    try:
        track = save_track(video, person(request), _given(request, key))
    except KinoraError as error:
        return JsonResponse(error.to_json(), status=error.http_status)
    return JsonResponse({"key": str(track.pk), "address": reverse("studio_room", args=[public_id, str(track.pk)])})


@login_required
@require_POST
def parse(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """Return the cues of a subtitle file, for the editor to take in; nothing is stored."""
    own_video(request, public_id)
    file = request.FILES.get("file")
    try:
        if not isinstance(file, UploadedFile) or not file.name:
            raise InputError("no subtitle file was chosen")
        cues = parse_subtitles(file.read(MAX_BYTES + 1), printable(file.name)[:200])
    except KinoraError as error:
        return JsonResponse(error.to_json(), status=error.http_status)
    return JsonResponse({"cues": [cue_to_json(cue) for cue in cues]})


@login_required
@require_safe
def export(request: HttpRequest, public_id: str, track_id: int, form: str) -> HttpResponse:
    """Send a saved track as a file."""
    video = own_video(request, public_id)
    track = track_of(video, track_id)
    text = write_subtitles(cues_of(track), form, track.language)
    response = HttpResponse(text, content_type=f"{_TYPES[form]}; charset=utf-8")
    language = f".{track.language}" if track.language else ""
    name = f"{video.title[:100]}{language}.{form}".replace("/", " ")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@login_required
@require_safe
def peaks(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Send the sound wave; 202 while it is being drawn, 404 where there is no sound."""
    video = own_video(request, public_id)
    path = video.folder / PEAKS_NAME
    if path.exists():
        response = FileResponse(path.open("rb"), content_type="application/octet-stream")
        response["Cache-Control"] = "private, no-cache"
        return response
    if not _has_sound(video) or video.state == VideoState.FAILED or video.playback == Playback.NONE:
        raise Http404
    job = video.jobs.filter(kind="peaks").order_by("-id").first()
    if job is not None and job.state in ("failed", "cancelled"):
        raise Http404
    return JsonResponse({"progress": enqueue("peaks", video=video).progress}, status=202)


@login_required
@require_http_methods(["PUT"])
def chapters(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put chapters in the place of the video's."""
    video = own_video(request, public_id)
    try:
        set_chapters(video, _marks(_body(request).get("chapters")))
    except KinoraError as error:
        return JsonResponse(error.to_json(), status=error.http_status)
    return JsonResponse({"num_chapters": video.chapters.count()})


def _marks(given: object) -> list[tuple[float, str]]:
    if not isinstance(given, list) or len(given) > MAX_CHAPTERS:
        raise InputError(f"these are no chapters; accepted: a list of at most {MAX_CHAPTERS}")
    cues = [{**one, "end": 10**6 - 1, "text": one.get("title", "")} if isinstance(one, dict) else one for one in given]
    marks = [(cue.start_seconds, " ".join(cue.text.split())[:300]) for cue in cues_from_json(cues)]
    if not all(title for _, title in marks):
        raise InputError("a chapter has no title", hint="write one, or take the chapter out")
    if len({start for start, _ in marks}) != len(marks):
        raise InputError("two chapters begin at the same second")
    return marks


def _given(request: HttpRequest, key: str) -> Edited:
    body = _body(request)
    version = body.get("version", 0)
    if not isinstance(version, int):
        raise InputError("version is no number")
    language, label = (str(body.get(name, ""))[:120] for name in ("language", "label"))
    return Edited(key, language[:16], label, cues_from_json(body.get("cues")), version)


def _body(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > _MAX_BODY:
        raise InputError(f"that is too much; accepted: at most {_MAX_BODY // 2**20} MiB")
    try:
        body = json.loads(request.read(_MAX_BODY + 1))
    except ValueError as error:
        raise InputError("that is no JSON") from error
    if not isinstance(body, dict):
        raise InputError("that is no JSON object")
    return body
