"""Importing from addresses: the form, and how far each import is."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kinora import config
from kinora.errors import KinoraError
from kinora.library.models import Visibility
from kinora.library.studio.imports import Wanted, begin_import, cancel_import, imports_of
from kinora.library.studio.models import ImportState
from kinora.library.studio.ytdlp import find_ytdlp
from kinora.site.people import person

_SHOWN = 100
_SIMPLE = (Visibility.PRIVATE, Visibility.UNLISTED, Visibility.PUBLIC)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    address, refusal = request.POST.get("address", ""), None
    if request.method == "POST":
        try:
            visibility = request.POST.get("visibility", "private")
            begin_import(person(request), Wanted(address, "whole" in request.POST, visibility))
        except KinoraError as error:
            refusal = error
        else:
            messages.success(request, _("The import is queued."))
            return redirect("imports")
    rows = list(imports_of(person(request))[:_SHOWN])
    context = {
        "imports": rows,
        "is_active": any(row.state == ImportState.QUEUED for row in rows),
        "address": address,
        "refusal": refusal,
        "has_ytdlp": find_ytdlp(config.current()) is not None,
        "visibilities": [(one.value, one.label) for one in _SIMPLE],
    }
    template = "studio/import_rows.html" if request.headers.get("HX-Request") else "studio/imports.html"
    return render(request, template, context, status=refusal.http_status if refusal else 200)


@login_required
@require_POST
def cancel(request: HttpRequest, import_id: str) -> HttpResponse:
    cancel_import(person(request), import_id)
    return redirect("imports")
