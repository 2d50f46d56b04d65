"""Report something, see what became of one's reports, and appeal against what was decided about oneself."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kinora.errors import Conflict, InputError, NotFound
from kinora.library.moderation.cases import appeal, case_named, decisions_against
from kinora.library.moderation.models import Appeal, Case, ReportReason
from kinora.library.moderation.reports import report, reports_by
from kinora.library.moderation.standing import suspension_of
from kinora.library.moderation.targets import target_for
from kinora.site.people import person


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_form(request: HttpRequest) -> HttpResponse:
    """Ask what is wrong with a thing, and tell the moderators."""
    given = request.POST if request.method == "POST" else request.GET
    target = target_for(request.user, given.get("kind", ""), given.get("id", ""))
    context = {
        "target": target,
        "kind": given.get("kind"),
        "name": given.get("id"),
        "reasons": ReportReason.choices,
        "given": request.POST,
    }
    if request.method != "POST":
        return render(request, "moderation/report.html", context)
    try:
        report(person(request), target, reason=given.get("reason", ""), text=given.get("text", ""))
    except (InputError, Conflict) as error:
        return render(request, "moderation/report.html", {**context, "error": error}, status=error.http_status)
    messages.success(request, _("Thank you. A moderator looks at it, and you are told what was decided."))
    return redirect("my_reports")


@never_cache
@login_required
@require_safe
def my_reports(request: HttpRequest) -> HttpResponse:
    """Show what one reported and what was decided."""
    return render(request, "moderation/my_reports.html", {"reports": reports_by(person(request))})


@never_cache
@login_required
@require_safe
def my_decisions(request: HttpRequest) -> HttpResponse:
    """Show what was decided about one's own things, with the way to appeal."""
    user = person(request)
    context = {"cases": decisions_against(user)[:100], "suspension": suspension_of(user)}
    return render(request, "moderation/appeals.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_decision(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show one decision to the person whom it concerns; a post appeals against it."""
    user, case = person(request), _own_case(request, case_id)
    if request.method == "POST":
        appeal(case, person=user, text=request.POST.get("text", ""))
        messages.success(request, _("Your appeal is sent. You are told what comes of it."))
        return redirect("appeal", case.public_id)
    given = Appeal.objects.filter(case=case).first()
    return render(request, "moderation/appeal.html", {"case": case, "appeal": given})


def _own_case(request: HttpRequest, case_id: str) -> Case:
    case = case_named(case_id)
    if case.against_id != person(request).pk or case not in decisions_against(person(request)):
        raise NotFound("There is no such decision about you.")
    return case
