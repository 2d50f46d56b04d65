"""The moderators' pages: queue, case, person, log, filters; for administrators."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import InputError, NotFound
from kinora.library.accounts import person_named
from kinora.library.community.models import Comment, CommentState, Post
from kinora.library.models import User, Video
from kinora.library.moderation import cases as case_verbs
from kinora.library.moderation.audit import Wanted, as_csv, entries
from kinora.library.moderation.measures import all_of_person, num_done, undo
from kinora.library.moderation.models import Appeal, AppealState, BulkAction, Case, Decision, Report, TargetKind
from kinora.library.moderation.quotas import set_quota, usage_of
from kinora.library.moderation.standing import lift_suspension, suspend, suspension_of
from kinora.library.moderation.targets import target_of

PAGE_SIZE = 50
MAX_OFFSET = 100_000


def _offset(request: HttpRequest, name: str = "offset") -> int:
    text = request.GET.get(name, "")
    return min(int(text), MAX_OFFSET) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _number(text: str, what: str) -> int | None:
    """Return a whole number that was typed, None where nothing was."""
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 19):
        raise InputError(f"{what} is {text[:20]!r}; expected a whole number, or nothing")
    return int(text)


@never_cache
@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show what was reported, most reported first, with the appeals that wait."""
    case_verbs.require_moderator(request.user)
    state = request.GET.get("state", "open")
    kind = request.GET.get("kind", "")
    offset = _offset(request)
    rows = list(case_verbs.queue(state=state, kind=kind)[offset : offset + PAGE_SIZE + 1])
    more = urlencode({"state": state, "kind": kind, "offset": offset + PAGE_SIZE}) if len(rows) > PAGE_SIZE else ""
    context = {
        "cases": rows[:PAGE_SIZE],
        "state": state,
        "kind": kind,
        "kinds": TargetKind.choices,
        "appeals": Appeal.objects.filter(state=AppealState.OPEN).select_related("case", "person").order_by("id")[:50],
        "num_held": Comment.objects.filter(state=CommentState.HELD).count(),
        "more_url": f"?{more}" if more else "",
    }
    return render(request, "moderation/queue.html", context)


@never_cache
@login_required
@require_safe
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show one case: the thing, the reports, notes, and what can be decided."""
    case_verbs.require_moderator(request.user)
    found = case_verbs.case_named(case_id)
    context = {
        "case": found,
        "target": target_of(found),
        "reports": found.reports.select_related("reporter").order_by("id")[:200],
        "notes": found.notes.select_related("author").order_by("id"),
        "appeal": Appeal.objects.filter(case=found).first(),
        "decisions": Decision.choices,
        "num_earlier": Case.objects.filter(against=found.against).exclude(pk=found.pk).count() if found.against else 0,
    }
    return render(request, "moderation/case.html", context)


@login_required
@require_POST
def steer_case(request: HttpRequest, case_id: str, verb: str) -> HttpResponse:
    """Claim or give back a case, write a note, decide, answer its appeal."""
    by, found, given = case_verbs.require_moderator(request.user), case_verbs.case_named(case_id), request.POST
    if verb in ("claim", "release"):
        case_verbs.claim(found, by=by, is_claimed=verb == "claim")
    elif verb == "note":
        case_verbs.add_note(found, by=by, text=given.get("text", ""))
    elif verb == "decide":
        days = _number(given.get("days", ""), "days")
        case_verbs.decide(
            found, by=by, decision=given.get("decision", ""), explanation=given.get("explanation", ""), days=days
        )
        messages.success(request, _("Decided. Both sides are told."))
        return redirect("moderation")
    elif verb in ("grant", "refuse"):
        row = Appeal.objects.filter(case=found).first()
        if row is None:
            raise NotFound("There is no appeal in this case.")
        case_verbs.answer_appeal(row, by=by, is_granted=verb == "grant", answer=given.get("answer", ""))
    else:
        raise NotFound("There is no such thing to do with a case.")
    return redirect("moderation_case", case_id)


@never_cache
@login_required
@require_safe
def one_person(request: HttpRequest, username: str) -> HttpResponse:
    """Show everything that somebody did here."""
    case_verbs.require_moderator(request.user)
    found = User.objects.filter(username=username).first()
    if found is None:
        raise NotFound("There is nobody of that name.")
    before = _offset(request, "before")
    comments = Comment.objects.filter(author=found).order_by("-id").select_related("thread__video", "thread__post")
    shown = list((comments.filter(pk__lt=before) if before else comments)[: PAGE_SIZE + 1])
    context: dict[str, Any] = {
        "person": found,
        "suspension": suspension_of(found),
        "usage": usage_of(found),
        "videos": Video.objects.filter(owner=found).order_by("-id")[:PAGE_SIZE],
        "posts": Post.objects.filter(author=found).order_by("-id")[:PAGE_SIZE],
        "comments": shown[:PAGE_SIZE],
        "more_url": f"?before={shown[PAGE_SIZE - 1].pk}" if len(shown) > PAGE_SIZE else "",
        "cases": Case.objects.filter(against=found).order_by("-id")[:PAGE_SIZE],
        "reports": Report.objects.filter(reporter=found).select_related("case").order_by("-id")[:PAGE_SIZE],
        "entries": entries(Wanted(actor=found.username))[:PAGE_SIZE],
        "bulk": [(row, num_done(row)) for row in BulkAction.objects.filter(person=found).order_by("-id")[:20]],
    }
    return render(request, "moderation/person.html", context)


@login_required
@require_POST
def steer_person(request: HttpRequest, username: str, verb: str) -> HttpResponse:
    """Suspend somebody, hold or remove all of theirs, undo that, give them room."""
    by, given = case_verbs.require_moderator(request.user), request.POST
    found = person_named(username)
    if verb == "suspend":
        suspend(found, by=by, reason=given.get("reason", ""), days=_number(given.get("days", ""), "days"))
    elif verb == "unsuspend":
        lift_suspension(found, by=by)
    elif verb in ("hold", "remove"):
        told = num_done(all_of_person(found, verb=verb, by=by))
        text = _("Done: %(comments)s comments, %(posts)s posts, %(videos)s videos. It can be undone below.")
        messages.success(request, text % told)
    elif verb == "undo":
        row = BulkAction.objects.filter(person=found, public_id=given.get("action", "")[:16]).first()
        if row is None:
            raise NotFound("There is no such action.")
        undo(row, by=by)
        messages.success(request, _("Undone."))
    elif verb == "quota":
        total, day = _number(given.get("total", ""), "room"), _number(given.get("day", ""), "room a day")
        set_quota(found, total_bytes=total, day_bytes=day)
    else:
        raise NotFound("There is no such thing to do with a person.")
    return redirect("moderation_person", username)


@never_cache
@login_required
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show who did what when."""
    case_verbs.require_moderator(request.user)
    wanted, chosen = _wanted(request)
    offset = _offset(request)
    rows = list(entries(wanted)[offset : offset + PAGE_SIZE + 1])
    context = {
        "entries": rows[:PAGE_SIZE],
        "chosen": chosen,
        "csv_query": urlencode(chosen),
        "more_url": f"?{urlencode({**chosen, 'offset': offset + PAGE_SIZE})}" if len(rows) > PAGE_SIZE else "",
    }
    return render(request, "moderation/log.html", context)


@never_cache
@login_required
@require_safe
def log_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return the log, or the part of it asked for, as CSV."""
    case_verbs.require_moderator(request.user)
    response = StreamingHttpResponse(as_csv(_wanted(request)[0]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="kinora-log.csv"'
    return response


def _wanted(request: HttpRequest) -> tuple[Wanted, dict[str, str]]:
    chosen = {name: request.GET.get(name, "").strip()[:150] for name in ("actor", "person", "verb", "since", "until")}
    wanted = Wanted(
        actor=chosen["actor"], person=chosen["person"], verb=chosen["verb"], since=_day(chosen["since"]),
        until=_day(chosen["until"]),
    )  # fmt: skip
    return wanted, {name: text for name, text in chosen.items() if text}


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=timezone.get_current_timezone())
    except ValueError as error:
        raise InputError(f"{text[:20]!r} is no day; accepted: such as 2026-11-30") from error
