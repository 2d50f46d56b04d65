"""The operator's page about people: who may sign up, who waits, invitations; and the door of whoever is invited."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import NotFound
from kinora.library.models import User
from kinora.library.people import sign_up
from kinora.site.accounts import INVITATION_KEY
from kinora.site.people import administrator


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Show the policy, who waits and the invitations; take a new policy or make an invitation."""
    user, link = administrator(request), ""
    if "policy" in request.POST:
        sign_up.set_policy(request.POST["policy"], by=user)
        messages.success(request, _("Saved."))
        return redirect("people")
    if request.method == "POST":
        _row, link = sign_up.make_invitation(user, request.POST.get("note", ""))
    context = {
        "policies": sign_up.Policy.choices, "policy": sign_up.policy(), "pending": sign_up.pending_accounts()[:100],
        "invitations": sign_up.invitations()[:100], "link": link,
        "num_people": User.objects.filter(is_active=True).count(),
    }  # fmt: skip
    return render(request, "people/people.html", context)


@login_required
@require_POST
def steer_account(request: HttpRequest, username: str, verb: str) -> HttpResponse:
    """Let an account in, or turn it away."""
    administrator(request)
    if verb == "approve":
        sign_up.approve(username)
        messages.success(request, _("%(name)s may come in.") % {"name": username})
    elif verb == "reject":
        sign_up.reject(username)
        messages.success(request, _("%(name)s was turned away.") % {"name": username})
    else:
        raise NotFound("There is no such verb.", hint="Reload the page.")
    return redirect("people")


@login_required
@require_POST
def take_back(request: HttpRequest, invitation_id: int) -> HttpResponse:
    administrator(request)
    sign_up.take_back_invitation(invitation_id)
    return redirect("people")


@never_cache
@require_safe
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Keep an invitation in the session and go to sign-up."""
    if sign_up.open_invitation(token) is None:
        raise NotFound("This invitation does not hold any more.", hint="Ask for a new one.")
    request.session[INVITATION_KEY] = token[:200]
    return redirect("account_signup")
