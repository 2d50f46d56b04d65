"""API keys: make one (its secret is shown once) and delete it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kinora.errors import InputError, NotFound
from kinora.library.keys import delete_key, keys_of, make_key
from kinora.site.people import person


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    secret = problem = ""
    if request.method == "POST":
        try:
            _, secret = make_key(person(request), request.POST.get("name", ""))
        except InputError as error:
            problem = f"{error.message}: {error.hint}" if error.hint else error.message
    context = {"keys": keys_of(person(request)), "secret": secret, "problem": problem}
    return render(request, "keys.html", context, status=400 if problem else 200)


@login_required
@require_POST
def remove_key(request: HttpRequest, key_id: int) -> HttpResponse:
    if not delete_key(person(request), key_id):
        raise NotFound("You have no such key.", hint="It may have been deleted already.")
    return redirect("keys")
