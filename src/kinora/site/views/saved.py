"""Saved searches: the page, one search with what it found and sent, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError, NotFound
from kinora.library.models import User
from kinora.library.notify import deliveries_of, email_of
from kinora.library.saved import Changes, change, new_feed_address, save_search, saved_named, saved_of
from kinora.library.saved_told import told_of
from kinora.site.people import person

_SHOWN_MATCHES = 100
_SHOWN_DELIVERIES = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved_searches(request: HttpRequest) -> HttpResponse:
    """Show a person's saved searches; a post saves one."""
    user, given = person(request), request.POST
    problem = ""
    if request.method == "POST":
        try:
            saved = save_search(user, given.get("query", ""), Changes(name=given.get("name") or None))
        except InputError as error:
            problem = _sentence(error)
        else:
            messages.success(request, f"Saved “{saved.name}”. You are told here when a new moment answers it.")
            return redirect("saved")
    shown = {"query": given.get("query", ""), "name": given.get("name", ""), "problem": problem}
    context = {**shown, "searches": saved_of(user), "email_problem": _email_problem(user)}
    return render(request, "saved/page.html", context, status=400 if problem else 200)


@never_cache
@login_required
@require_safe
def one_search(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one search, what it found and what was sent."""
    user = person(request)
    saved = saved_named(user, public_id)
    context = {
        "saved": saved,
        "matches": told_of(saved)[:_SHOWN_MATCHES],
        "deliveries": deliveries_of(user).filter(about__saved=saved.public_id)[:_SHOWN_DELIVERIES],
        "email_problem": _email_problem(user),
    }
    return render(request, "saved/found.html", context)


@login_required
@require_POST
def steer_search(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Change, pause, resume or delete a search, or give its feed a new address."""
    saved = saved_named(person(request), public_id)
    try:
        if verb == "change":
            change(saved, _changes(request.POST))
        elif verb in ("pause", "resume"):
            change(saved, Changes(is_paused=verb == "pause"))
        elif verb == "new-feed":
            new_feed_address(saved)
        elif verb == "delete":
            saved.delete()
        else:
            raise NotFound("There is no such thing to do with a saved search.")
    except NotFound:
        raise
    except InputError as error:
        messages.error(request, _sentence(error))
    return redirect("saved")


def _changes(given: QueryDict) -> Changes:
    return Changes(
        name=given.get("name"), by_site="by_site" in given, by_email="by_email" in given, by_feed="by_feed" in given,
        webhook=given.get("webhook", ""),
    )  # fmt: skip


def _email_problem(user: User) -> str:
    try:
        email_of(user)
    except InputError as error:
        return error.message
    return ""


def _sentence(error: Any) -> str:
    return f"{error.message}: {error.hint}" if error.hint else str(error.message)
