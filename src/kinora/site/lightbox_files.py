"""What is downloaded of a light-box."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from kinora.errors import NotFound
from kinora.library.lightbox_export import Exported, check_downloadable, file_name_of
from kinora.library.lightbox_models import LightboxExport
from kinora.library.models import User
from kinora.site.ranges import Served, serve_file


def serve_export(made: Exported) -> HttpResponse:
    """Return a file made at once, as a download that no shared cache keeps."""
    response = HttpResponse(made.data, content_type=made.content_type)
    _guard(response, made.name)
    return response


def serve_clips(request: HttpRequest, user: User, made: LightboxExport) -> HttpResponseBase:
    """Return the zip of clips, when this person may still watch all that is in it.

    Raises:
        NotFound: it is not there. Conflict: a video in it is private now.
    """
    check_downloadable(user, made)
    response = serve_file(request, Served(made.path, "application/zip", is_download=True, may_be_held=True))
    if response is None:
        raise NotFound("these clips are not there", hint="cut them again")
    _guard(response, f"{file_name_of(made.lightbox.name)}.zip")
    return response


def _guard(response: HttpResponseBase, name: str) -> None:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
