"""The page of the settings that an operator changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kinora.errors import InputError
from kinora.library.operating import settings_change
from kinora.library.operating.byte_sizes import bytes_in_words
from kinora.library.operating.settings_table import GROUPS, SECRET, SIZE, SWITCH, Choice
from kinora.site.error_pages import MISSING
from kinora.site.people import person


@sensitive_post_parameters("email_password")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def site_settings(request: HttpRequest) -> HttpResponse:
    """Show the settings by group; a post changes those of one group, all or nothing."""
    user, problem = person(request), ""
    if not user.is_staff:
        raise MISSING
    group = request.POST.get("group", "")
    if request.method == "POST":
        try:
            changed = settings_change.change_settings(_changes(request.POST, group), by=user)
        except InputError as error:
            problem = f"{error.message}: {error.hint}" if error.hint else error.message
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
            return redirect(f"{reverse('site_settings')}#group-{group}")
    given = request.POST if problem else QueryDict()
    shown = [
        (key, label, [_shown(choice, given if key == group else None) for choice in choices])
        for key, label, choices in GROUPS
    ]
    context = {"groups": shown, "problem": problem, "problem_group": group}
    return render(request, "operating/settings.html", context, status=400 if problem else 200)


def _changes(given: QueryDict, group: str) -> dict[str, object]:
    """Return what the form of a group changes; `default` names one that goes back to its default."""
    reset = given.get("default", "")
    if reset:
        return {reset: None}
    choices = next((choices for key, _label, choices in GROUPS if key == group), ())
    sent: dict[str, str] = {}
    for choice in choices:
        if choice.kind == SWITCH and f"{choice.name}.shown" in given:
            sent[choice.name] = "on" if choice.name in given else "off"
        elif choice.name in given:
            sent[choice.name] = given.get(choice.name, "")
    return settings_change.differing(sent)


def _shown(choice: Choice, given: QueryDict | None) -> dict[str, Any]:
    told = settings_change.choice_to_json(choice)
    value = told["value"]
    if choice.kind == SIZE:
        value = bytes_in_words(int(value))
    if choice.kind == SECRET:
        value = ""
    if given and choice.name in given and choice.kind not in (SWITCH, SECRET):
        value = given[choice.name]
    return {**told, "choice": choice, "shown": value, "is_set": bool(told["value"])}
