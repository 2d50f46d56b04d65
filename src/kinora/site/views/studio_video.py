"""One video in the studio: what it takes on the disk, and its stages done again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora.library.studio.redo import redo
from kinora.library.studio.storage import storage_of
from kinora.site.views.my_videos import own_video, stages_after


@never_cache
@login_required
@require_safe
def storage(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what the video takes, part by part; a fragment, since folders are looked through for it."""
    return render(request, "studio/storage.html", {"storage": storage_of(own_video(request, public_id))})


@login_required
@require_POST
def do_again(request: HttpRequest, public_id: str) -> HttpResponse:
    redo(own_video(request, public_id), request.POST.get("stage", ""))
    if not request.headers.get("HX-Request"):
        messages.success(request, _("It is queued."))
    return stages_after(request, public_id)
