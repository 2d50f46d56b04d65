"""The upload page, and what it asks about one upload: details, subtitle files, how it ended."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora import config
from kinora.errors import InputError, ResourceError
from kinora.library.models import Upload, Visibility
from kinora.library.moderation.quotas import usage_of
from kinora.library.people.visibility import SIMPLE
from kinora.library.sidecars import MAX_BYTES
from kinora.library.status import notices
from kinora.library.upload_sidecars import keep_sidecar
from kinora.library.uploads import UploadBusy, change_options, finish, received_bytes, upload_of
from kinora.site.current_channel import switcher
from kinora.site.people import person

_NUM_SHOWN = 50


@never_cache
@login_required
@require_safe
def upload(request: HttpRequest) -> HttpResponse:
    settings = config.current()
    waiting = Upload.objects.filter(owner=person(request), video=None).order_by("-updated_at")[:_NUM_SHOWN]
    context = {
        "unfinished": waiting,
        "waiting": [_waiting_json(found) for found in waiting if not found.error_message],
        "visibilities": [(value, label) for value, label in Visibility.choices if value in SIMPLE],
        "max_upload_bytes": settings.max_upload_bytes,
        "usage": usage_of(person(request)),
        "notices": notices(settings),
        **switcher(request),
    }
    return render(request, "upload.html", context)


@login_required
@require_POST
def upload_details(request: HttpRequest, upload_id: str) -> JsonResponse:
    """Keep the title or visibility that was typed while the file travels."""
    given = {name: request.POST[name] for name in ("title", "visibility") if name in request.POST}
    change_options(upload_of(person(request), upload_id), given)
    return JsonResponse({"status": "ok"})


@login_required
@require_POST
def upload_sidecar(request: HttpRequest, upload_id: str) -> JsonResponse:
    """Keep a subtitle file that was dropped together with its video."""
    found = upload_of(person(request), upload_id)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise InputError("no subtitle file was sent", hint="send it as the form field `file`")
    keep_sidecar(found, file.name or "", file.read(MAX_BYTES + 1))
    return JsonResponse({"status": "ok"})


@never_cache
@login_required
@require_safe
def upload_status(request: HttpRequest, upload_id: str) -> JsonResponse:
    """Tell what became of an upload, and finish a whole one that nobody finished yet."""
    found = upload_of(person(request), upload_id)
    waiting_for = ""
    try:
        finish(found)
    except UploadBusy:
        pass  # being entered right now: the next question is answered
    except ResourceError as error:
        waiting_for = f"{error.message}. {error.hint}"
    return JsonResponse(_status_json(found, waiting_for))


def _waiting_json(found: Upload) -> dict[str, object]:
    """Return what lets the page know the file again when it is chosen in another browser."""
    modified = found.options.get("modified", "")
    return {"id": found.public_id, "name": found.name, "size_bytes": found.size_bytes, "modified": modified}


def _status_json(found: Upload, waiting_for: str) -> dict[str, object]:
    video = None
    if found.video is not None:
        public_id = found.video.public_id
        video = {
            "id": public_id,
            "title": found.video.title,
            "edit_url": reverse("edit_video", args=[public_id]),
            "stages_url": reverse("stages", args=[public_id]),
        }
    received = found.size_bytes if found.error_message else received_bytes(found)
    return {
        "received_bytes": received,
        "size_bytes": found.size_bytes,
        "video": video,
        "error": found.error_message,
        "waiting_for": waiting_for,
    }
