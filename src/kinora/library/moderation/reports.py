"""Report something: reports about one thing gather in one case until it is decided."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from kinora.errors import Conflict, InputError, NotAllowed
from kinora.library.models import User
from kinora.library.moderation.audit import note
from kinora.library.moderation.models import Case, CaseState, Report, ReportReason
from kinora.library.moderation.rates import count
from kinora.library.moderation.standing import require_standing
from kinora.library.moderation.targets import Target
from kinora.library.moderation.words import cleaned
from kinora.library.notify_models import Notification
from kinora.library.patience import patient
from kinora.library.webhooks.events import tell_of_report

MAX_TEXT = 2_000


def report(reporter: User, target: Target, *, reason: str, text: str = "") -> Report:
    """Tell the moderators that something is wrong with a thing; a thing once a person and case.

    Raises:
        InputError: no such reason, or too many words. NotAllowed: it is their own, or they are suspended.
        Conflict: they reported it already. TooManyRequests: too many reports.
    """
    require_standing(reporter)
    if reason not in ReportReason.values:
        raise InputError(f"{reason[:20]!r} is no reason; accepted: {', '.join(ReportReason.values)}")
    said = cleaned(text)
    if len(said) > MAX_TEXT:
        raise InputError(f"a report has at most {MAX_TEXT:,} characters; this one has {len(said):,}")
    if reason == ReportReason.OTHER and not said:
        raise InputError("say what is wrong with it")
    if target.person.pk == reporter.pk:
        raise NotAllowed("this is your own", hint="you can change or delete it")
    count("report", f"user:{reporter.pk}")
    return _store(reporter, target, reason, said)


@patient
def _store(reporter: User, target: Target, reason: str, text: str) -> Report:
    with transaction.atomic():
        case = _open_case(target)
        if Report.objects.filter(case=case, reporter=reporter).exists():
            raise Conflict("you reported this already", hint="you are told when it is decided")
        row = Report.objects.create(case=case, reporter=reporter, reason=reason, text=text)
        Case.objects.filter(pk=case.pk).update(num_reports=F("num_reports") + 1)
        note(reporter, "report.send", kind=target.kind, target=case.public_id, person=target.person,
             details={"reason": reason})  # fmt: skip
        _tell_moderators()
        tell_of_report(row)
    return row


def _open_case(target: Target) -> Case:
    wanted: dict[str, Any] = {"target_kind": target.kind, "target_id": target.thing.pk, "state": CaseState.OPEN}
    case = Case.objects.filter(**wanted).first()
    while case is None:
        try:
            with transaction.atomic():
                case = Case.objects.create(**wanted, against=target.person, snapshot=target.snapshot)
        except IntegrityError:
            case = Case.objects.filter(**wanted).first()
    return case


def _tell_moderators() -> None:
    """Tell each administrator that reports wait; once until they look."""
    told = Notification.objects.filter(kind="report.new", read_at=None).values("owner")
    for moderator in User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=told)[:50]:
        Notification.objects.create(owner=moderator, kind="report.new", title="Reports wait", path="/moderation")


def reports_by(user: User) -> list[Report]:
    """Return what a person reported, newest first."""
    return list(Report.objects.filter(reporter=user).select_related("case").order_by("-id")[:100])
