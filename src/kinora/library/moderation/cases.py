"""The queue of cases: claim, write notes, decide, tell both sides; appeals by the affected person."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kinora.errors import Conflict, InputError, NotAllowed, NotFound
from kinora.library.models import User
from kinora.library.moderation.audit import note
from kinora.library.moderation.measures import take_back, take_measure
from kinora.library.moderation.models import Appeal, AppealState, Case, CaseNote, CaseState, Decision
from kinora.library.moderation.standing import lift_suspension, suspend
from kinora.library.moderation.targets import target_of
from kinora.library.moderation.words import cleaned
from kinora.library.notify_models import Notification
from kinora.library.patience import patient

MAX_TEXT = 4_000


def require_moderator(user: Any) -> User:
    """Return the person if they moderate this site.

    Raises:
        NotAllowed: they do not.
    """
    if not isinstance(user, User) or not user.is_staff or not user.is_active:
        raise NotAllowed("this is for moderators", hint="sign in as an administrator")
    return user


def queue(*, state: str = "open", kind: str = "") -> QuerySet[Case]:
    """Return cases: of open ones those that most people reported first, of decided ones the latest."""
    if state not in CaseState.values:
        raise InputError(f"{state[:20]!r} is no state of a case; accepted: {', '.join(CaseState.values)}")
    rows = Case.objects.filter(state=state).select_related("against", "claimed_by", "decided_by")
    rows = rows.filter(target_kind=kind) if kind else rows
    return rows.order_by("-num_reports", "id") if state == CaseState.OPEN else rows.order_by("-decided_at", "-id")


def case_named(public_id: str) -> Case:
    """Return a case.

    Raises:
        NotFound: there is none of that name.
    """
    rows = Case.objects.select_related("against", "claimed_by", "decided_by")
    case = rows.filter(public_id=public_id[:16]).first()
    if case is None:
        raise NotFound(f"there is no case {public_id[:16]!r}")
    return case


@patient
def claim(case: Case, *, by: User, is_claimed: bool = True) -> None:
    """Say that one looks at a case, so that nobody else does; or give it back.

    Raises:
        Conflict: somebody else has it.
    """
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=case.pk)
        if row.claimed_by_id not in (None, by.pk) and is_claimed:
            raise Conflict(f"{case.claimed_by} looks at this case already")
        Case.objects.filter(pk=case.pk).update(
            claimed_by=by if is_claimed else None, claimed_at=timezone.now() if is_claimed else None
        )
        note(
            by, "case.claim" if is_claimed else "case.release", kind="case", target=case.public_id, person=case.against
        )
    case.refresh_from_db()


def add_note(case: Case, *, by: User, text: str) -> CaseNote:
    """Write something down for other moderators."""
    said = _words(text, "a note")
    with transaction.atomic():
        row = CaseNote.objects.create(case=case, author=by, text=said)
        note(by, "case.note", kind="case", target=case.public_id, person=case.against)
    return row


@patient
def decide(case: Case, *, by: User | None, decision: str, explanation: str = "", days: int | None = None) -> None:
    """Decide a case: do what was decided, tell those who reported and, unless dismissed, the affected person.

    Args:
        by: who decides; None for a command.
        days: how long a suspension lasts; for good when not given.

    Raises:
        InputError: an unknown decision. Conflict: it is decided already, or somebody else has claimed it.
    """
    if decision not in Decision.values:
        raise InputError(f"{decision[:20]!r} is no decision; accepted: {', '.join(Decision.values)}")
    said = cleaned(explanation)[:MAX_TEXT]
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=case.pk)
        if row.state == CaseState.DECIDED:
            raise Conflict("this case is decided already", hint="an appeal opens it again")
        if by is not None and row.claimed_by_id not in (None, by.pk):
            raise Conflict(f"{row.claimed_by} looks at this case", hint="ask them, or let them give it back")
        _carry_out(row, by, decision, said, days)
        Case.objects.filter(pk=row.pk).update(
            state=CaseState.DECIDED, decision=decision, explanation=said, decided_by=by, decided_at=timezone.now(),
        )  # fmt: skip
        note(by, f"case.{decision}", kind="case", target=row.public_id, person=row.against,
             details={"about": row.target_kind, "explanation": said[:500], "days": days})  # fmt: skip
        case.refresh_from_db()
        _tell(case)


def _carry_out(case: Case, by: User | None, decision: str, explanation: str, days: int | None) -> None:
    if decision == Decision.DISMISS:
        return
    target = target_of(case)
    if target is not None:
        take_measure(target, by=by, is_hold=decision == Decision.HOLD)
    if decision == Decision.SUSPEND:
        if case.against is None:
            raise InputError("the account is gone already", hint="remove it instead")
        suspend(case.against, by=by, reason=explanation or "Broke the rules of this site", days=days, case=case)


_TOLD = {
    Decision.DISMISS: "Nothing was found wrong with it",
    Decision.HOLD: "It is hidden for now",
    Decision.REMOVE: "It was removed",
    Decision.SUSPEND: "It was removed, and its writer is suspended",
}


def _tell(case: Case) -> None:
    what, decision = str(case.snapshot.get("title", "")), Decision(case.decision)
    for reporter in User.objects.filter(reports__case=case):
        Notification.objects.create(
            owner=reporter, kind="report.decided", title=f"You reported “{what[:200]}”: {_TOLD[decision]}",
            text=case.explanation[:2000], path="/reports",
        )  # fmt: skip
    if case.against is not None and decision != Decision.DISMISS:
        verb = "hidden for now" if decision == Decision.HOLD else "removed"
        Notification.objects.create(
            owner=case.against, kind="moderation", title=f"“{what[:200]}” was {verb} by a moderator",
            text=case.explanation[:2000], path=f"/appeals/{case.public_id}",
        )  # fmt: skip


def decisions_against(person: User) -> QuerySet[Case]:
    """Return what was decided about this person's things, latest first; what was dismissed is not told."""
    rows = Case.objects.filter(against=person, state=CaseState.DECIDED).exclude(decision=Decision.DISMISS)
    return rows.select_related("appeal").order_by("-decided_at")


def appeal(case: Case, *, person: User, text: str) -> Appeal:
    """Ask that a decision be looked at again; once.

    Raises:
        NotFound: it is not about them. Conflict: they asked already, or it is not decided against them.
    """
    if case.against_id != person.pk:
        raise NotFound("there is no such decision about you")
    said = _words(text, "an appeal")
    if case.state != CaseState.DECIDED or case.decision == Decision.DISMISS:
        raise Conflict("nothing was decided against you here")
    with transaction.atomic():
        row, is_new = Appeal.objects.get_or_create(case=case, defaults={"person": person, "text": said})
        if not is_new:
            raise Conflict("you appealed already", hint="you are told when it is answered")
        note(person, "appeal.send", kind="case", target=case.public_id, person=person)
        for moderator in User.objects.filter(is_staff=True, is_active=True)[:50]:
            Notification.objects.create(owner=moderator, kind="appeal.new", title="An appeal waits", path="/moderation")
    return row


@patient
def answer_appeal(row: Appeal, *, by: User | None, is_granted: bool, answer: str = "") -> None:
    """Grant an appeal, which undoes what was decided, or refuse it; the person is told.

    Raises:
        Conflict: it is answered already.
    """
    with transaction.atomic():
        current = Appeal.objects.select_for_update().select_related("case", "person").get(pk=row.pk)
        if current.state != AppealState.OPEN:
            raise Conflict("this appeal is answered already")
        state = AppealState.GRANTED if is_granted else AppealState.REFUSED
        Appeal.objects.filter(pk=row.pk).update(
            state=state, answer=cleaned(answer)[:MAX_TEXT], answered_by=by, answered_at=timezone.now()
        )
        if is_granted:
            _undo(current.case, by)
        note(by, f"appeal.{state.value}", kind="case", target=current.case.public_id, person=current.person)
        title = "Your appeal was granted" if is_granted else "Your appeal was refused"
        Notification.objects.create(
            owner=current.person, kind="moderation", title=title, text=cleaned(answer)[:2000],
            path=f"/appeals/{current.case.public_id}",
        )  # fmt: skip
    row.refresh_from_db()


def _undo(case: Case, by: User | None) -> None:
    target = target_of(case)
    if target is not None:
        take_back(target, by=by)
    if case.decision == Decision.SUSPEND and case.against is not None:
        lift_suspension(case.against, by=by)


def _words(text: str, what: str) -> str:
    said = cleaned(text)
    if not said or len(said) > MAX_TEXT:
        raise InputError(f"{what} has 1 to {MAX_TEXT:,} characters; {len(said):,} were given")
    return said


def case_to_json(case: Case) -> dict[str, Any]:
    """Return the documented JSON of a case, for moderators."""
    return {
        "id": case.public_id,
        "about": {"kind": case.target_kind, **case.snapshot},
        "against": case.against.username if case.against else None,
        "num_reports": case.num_reports,
        "state": case.state,
        "claimed_by": case.claimed_by.username if case.claimed_by else None,
        "decision": case.decision or None,
        "explanation": case.explanation,
        "decided_by": case.decided_by.username if case.decided_by else None,
        "decided_at": case.decided_at.isoformat() if case.decided_at else None,
        "created_at": case.created_at.isoformat(),
    }
