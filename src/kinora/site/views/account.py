"""The account page: profile, sessions, taking the account along, bringing one in, and leaving."""

from __future__ import annotations

import shutil
from pathlib import Path

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora import config
from kinora.errors import InputError, MediaTooLarge, NotFound
from kinora.library.files import check_room
from kinora.library.models import User
from kinora.library.people import leaving, parcels
from kinora.library.people.models import AccountExport, AccountImport, ParcelState
from kinora.site.people import person


class ProfileForm(forms.Form):
    """What others see of an account."""

    name = forms.CharField(required=False, max_length=150, label=gettext_lazy("Name that is shown"))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show everything about one's account, and take a new name."""
    user = person(request)
    form = ProfileForm(request.POST or None, initial={"name": user.first_name})
    if request.method == "POST" and form.is_valid():
        user.first_name = " ".join(form.cleaned_data["name"].split())
        user.save(update_fields=["first_name"])
        messages.success(request, _("Saved."))
        return redirect("account")
    context = {"form": form, "goes": leaving.what_goes(user), **_parcels(user)}
    return render(request, "people/account.html", context, status=400 if form.errors else 200)


def _parcels(user: User) -> dict[str, object]:
    exports = AccountExport.objects.filter(owner=user).select_related("job")[: parcels.MAX_KEPT]
    imports = AccountImport.objects.filter(owner=user).select_related("job")[:3]
    states = [row.state for row in exports] + [row.state for row in imports]
    is_active = ParcelState.QUEUED in states
    return {"exports": exports, "imports": imports, "is_active": is_active}


@never_cache
@login_required
@require_safe
def parcel_list(request: HttpRequest) -> HttpResponse:
    """Show how far exports and imports are; the page asks every second while one is made."""
    return render(request, "people/parcels.html", _parcels(person(request)))


@login_required
@require_POST
def order_export(request: HttpRequest) -> HttpResponse:
    parcels.order_export(person(request))
    return redirect("account")


@never_cache
@login_required
@require_POST
def fetch_export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Send the zip, once. It is a form's answer, so that no link or crawler spends it."""
    file, size_bytes = parcels.take_export(person(request), public_id)
    response = FileResponse(file, as_attachment=True, filename="kinora-account.zip", content_type="application/zip")
    response["Content-Length"] = str(size_bytes)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """Take a zip that another site exported."""
    file, settings = request.FILES.get("file"), config.current()
    if not isinstance(file, UploadedFile):
        raise InputError("No zip was chosen.", hint="Choose the file that another Kinora gave you.")
    if (file.size or 0) > settings.max_upload_bytes:
        raise MediaTooLarge(f"the zip has {file.size:,} bytes; accepted: at most {settings.max_upload_bytes:,}")
    check_room(settings, for_bytes=2 * (file.size or 0))

    def write_to(path: Path) -> None:
        with path.open("xb") as target:
            shutil.copyfileobj(file, target, 2**20)

    try:
        parcels.begin_import(person(request), write_to)
    except InputError as error:
        messages.error(request, f"{error.message}: {error.hint}" if error.hint else error.message)
    return redirect("account")


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out in one other place."""
    row = UserSession.objects.filter(user=person(request), pk=session_id).first()
    if row is None:
        raise NotFound("There is no such session of yours.", hint="Reload the page.")
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()
    return redirect("usersessions_list")


@sensitive_post_parameters("password")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ask for the password, or the name where there is none, then close the account."""
    user, error = person(request), ""
    if request.method == "POST":
        try:
            _check_is_meant(request, user)
            leaving.close_account(user, hands_over=request.POST.get("videos") == "hand-over")
        except InputError as refused:
            error = f"{refused.message}: {refused.hint}" if refused.hint else refused.message
        else:
            logout(request)
            messages.success(request, _("The account is closed; what was in it is being deleted."))
            return redirect("home")
    context = {"goes": leaving.what_goes(user), "error": error, "has_password": user.has_usable_password()}
    return render(request, "people/delete_account.html", context, status=400 if error else 200)


def _check_is_meant(request: HttpRequest, user: User) -> None:
    if user.has_usable_password():
        if not user.check_password(request.POST.get("password", "")):
            raise InputError(_("That is not your password."))
    elif request.POST.get("username", "") != user.username:
        raise InputError(_("That is not your name here."))
