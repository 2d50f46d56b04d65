"""The operator's page: is everything well, is e-mail sent, is the site open."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora import config
from kinora.errors import KinoraError, NotFound
from kinora.library.models import User
from kinora.library.operating.email_test import send_test_email
from kinora.library.operating.maintenance import begin_maintenance, end_maintenance, maintenance_sentence
from kinora.library.operating.readiness import readiness
from kinora.site.error_pages import MISSING
from kinora.site.people import person


def _administrator(request: HttpRequest) -> User:
    user = person(request)
    if not user.is_staff:
        raise MISSING
    return user


@never_cache
@login_required
@require_safe
def operating(request: HttpRequest) -> HttpResponse:
    """Show how the installation stands."""
    user, settings = _administrator(request), config.current()
    labels = {
        "database": _("The database answers"), "migrations": _("Its tables are up to date"),
        "disk": _("The disk has room"), "not_in_maintenance": _("The site is open"), "worker": _("A worker is running"),
    }  # fmt: skip
    context = {
        "checks": [(labels[name], holds) for name, holds in readiness(settings).items()],
        "email_host": settings.email_host,
        "email": user.email,
        "sentence": maintenance_sentence(settings),
    }
    return render(request, "operating/page.html", context)


@login_required
@require_POST
def steer_operating(request: HttpRequest, verb: str) -> HttpResponse:
    """Send a test e-mail, close or open the site."""
    _administrator(request)
    settings = config.current()
    if verb == "email":
        try:
            send_test_email(settings, request.POST.get("address", "").strip())
            messages.success(request, _("Sent. If it does not arrive, look among the spam."))
        except KinoraError as error:
            messages.error(request, f"{error.message}. {error.hint}")
    elif verb == "close":
        begin_maintenance(settings, request.POST.get("sentence", ""))
        messages.success(request, _("The site is closed; administrators still see it."))
    elif verb == "open":
        end_maintenance(settings)
        messages.success(request, _("The site is open."))
    else:
        raise NotFound("There is no such thing to do here.")
    return redirect("operating")
