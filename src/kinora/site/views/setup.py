"""First run: the address that `kinora serve` prints makes the one first administrator, once."""

from __future__ import annotations

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kinora.errors import Conflict, InputError, NotAllowed
from kinora.library.accounts import create_administrator, is_first_run_token

_SPENT = NotAllowed(
    "This set-up address is not valid, or the administrator was made already.",
    hint="Sign in; or use the address that Kinora printed when it started.",
)


class AdministratorForm(forms.Form):
    """The first administrator's name and password."""

    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        min_length=10,
        max_length=500,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    token = request.GET.get("token", "")
    if not is_first_run_token(token):
        raise _SPENT
    form = AdministratorForm(request.POST or None)
    if form.is_valid():
        try:
            user = create_administrator(form.cleaned_data["username"], form.cleaned_data["password"], token=token)
        except (InputError, Conflict) as error:
            if isinstance(error, NotAllowed):
                raise
            form.add_error(None, error.message)
        else:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("upload")
    return render(request, "setup.html", {"form": form}, status=400 if form.errors else 200)
