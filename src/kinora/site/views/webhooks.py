"""Webhooks: a person's own at /settings/webhooks, the site's at /operating/webhooks; one template for both."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import Conflict, InputError, NotFound
from kinora.library.models import User
from kinora.library.notify_models import DeliveryState, Webhook
from kinora.library.webhooks import hooks
from kinora.library.webhooks.events import LABELS
from kinora.site.error_pages import MISSING
from kinora.site.people import person

_SHOWN_DELIVERIES = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest, *, for_site: bool = False) -> HttpResponse:
    """Show a person's webhooks, or the site's to administrators; a post makes one."""
    user = person(request)
    if for_site and not user.is_staff:
        raise MISSING
    owner, problem = None if for_site else user, ""
    if request.method == "POST":
        try:
            made = hooks.make_webhook(owner, _changes(request.POST), by=user)
        except InputError as error:
            problem = _sentence(error)
        else:
            messages.success(request, _("Made. Send a test to see whether the other side takes it."))
            return redirect("webhook", made.pk)
    chosen = request.POST.getlist("events")
    context = {
        "for_site": for_site, "hooks": [(row, _labels(row)) for row in hooks.webhooks_of(owner)], "problem": problem,
        "given": request.POST, "events": _choices(owner, chosen),
    }  # fmt: skip
    return render(request, "webhooks/page.html", context, status=400 if problem else 200)


@never_cache
@login_required
@require_safe
def one_webhook(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Show one webhook: what it is told of, its secret, and what was sent."""
    hook = hooks.webhook_for(person(request), hook_id)
    log = [(row, LABELS.get(row.event, row.event)) for row in hooks.log_of(hook)[:_SHOWN_DELIVERIES]]
    context = {
        "hook": hook, "events": _choices(hook.owner, hook.events), "log": log,
        "num_searches": hook.saved_searches.count(),
        "is_waiting": any(row.state == DeliveryState.QUEUED for row, _label in log),
    }  # fmt: skip
    return render(request, "webhooks/one.html", context)


@login_required
@require_POST
def steer_webhook(request: HttpRequest, hook_id: int, verb: str) -> HttpResponse:
    """Change, switch, try or delete a webhook, give it a new secret, or send one message again."""
    user = person(request)
    hook = hooks.webhook_for(user, hook_id)
    if verb not in _VERBS:
        raise NotFound("There is no such thing to do with a webhook.")
    try:
        messages.success(request, _VERBS[verb](hook, user, request.POST))
    except NotFound:
        raise
    except (InputError, Conflict) as error:
        messages.error(request, _sentence(error))
    if verb == "delete":
        return redirect("site_webhooks" if hook.owner_id is None else "webhooks")
    return redirect("webhook", hook_id)


def _change(hook: Webhook, user: User, given: QueryDict) -> str:
    hooks.change_webhook(hook, _changes(given), by=user)
    return _("Saved.")


def _switch(hook: Webhook, user: User, given: QueryDict) -> str:
    hooks.change_webhook(hook, hooks.HookChanges(is_active=not hook.is_active), by=user)
    return _("It is on.") if hook.is_active else _("It is off: nothing is sent.")


def _renew(hook: Webhook, user: User, given: QueryDict) -> str:
    hooks.new_secret(hook, by=user)
    return _("It has a new secret; give it to the other side.")


def _test(hook: Webhook, user: User, given: QueryDict) -> str:
    hooks.send_test(hook)
    return _("A test is on its way; the log below says how it went.")


def _again(hook: Webhook, user: User, given: QueryDict) -> str:
    hooks.send_again(hook, given.get("delivery", ""))
    return _("It is on its way again.")


def _delete(hook: Webhook, user: User, given: QueryDict) -> str:
    hooks.delete_webhook(hook, by=user)
    return _("The webhook is deleted.")


_VERBS: dict[str, Any] = {
    "change": _change, "switch": _switch, "secret": _renew, "test": _test, "again": _again, "delete": _delete,
}  # fmt: skip


def _changes(given: QueryDict) -> hooks.HookChanges:
    return hooks.HookChanges(given.get("url", ""), given.get("name", ""), given.getlist("events"))


def _choices(owner: User | None, chosen: list[str]) -> list[tuple[str, Any, bool]]:
    return [(name, LABELS[name], name in chosen) for name in hooks.accepted_events(owner)]


def _labels(hook: Webhook) -> list[Any]:
    return [LABELS[name] for name in hook.events if name in LABELS]


def _sentence(error: InputError) -> str:
    return f"{error.message}: {error.hint}" if error.hint else error.message
