"""Reports, moderation, the trash, one's room."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query

from kinora.errors import NotFound
from kinora.library.accounts import person_named
from kinora.library.moderation import cases as case_verbs
from kinora.library.moderation.audit import Wanted, entries, entry_to_json
from kinora.library.moderation.filters import export_filters, import_filters
from kinora.library.moderation.measures import all_of_person, num_done, undo
from kinora.library.moderation.models import Appeal, BulkAction
from kinora.library.moderation.quotas import usage_of
from kinora.library.moderation.reports import report
from kinora.library.moderation.standing import lift_suspension, suspend
from kinora.library.moderation.targets import target_for
from kinora.library.moderation.trash import gone_at, restore_video, trash_for, trashed_named
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), ErrorOut)
Kind = Literal["video", "comment", "post", "channel", "person"]
Reason = Literal["spam", "harassment", "hate", "violence", "sexual", "children", "privacy", "copyright", "other"]


class ReportIn(Schema):
    kind: Kind
    id: str = Field(max_length=60, description="A video's or post's id, a comment's number, else a channel's handle")
    reason: Reason
    text: str = Field("", max_length=10_000)


class DoneOut(Schema):
    ok: bool = True


class CaseOut(Schema):
    id: str
    about: dict[str, str]
    against: str | None
    num_reports: int
    state: Literal["open", "decided"]
    claimed_by: str | None
    decision: str | None
    explanation: str
    decided_by: str | None
    decided_at: datetime | None
    created_at: datetime


class CasesOut(Schema):
    cases: list[CaseOut]


class DecisionIn(Schema):
    decision: Literal["dismiss", "hold", "remove", "suspend"]
    explanation: str = Field("", max_length=4_000)
    days: int | None = Field(None, ge=1, le=3650)


class AppealIn(Schema):
    text: str = Field(max_length=10_000)


class AnswerIn(Schema):
    is_granted: bool
    answer: str = Field("", max_length=4_000)


class SuspensionIn(Schema):
    reason: str = Field(max_length=2_000)
    days: int | None = Field(None, ge=1, le=3650)


class BulkIn(Schema):
    verb: Literal["hold", "remove"]


class BulkOut(Schema):
    id: str
    comments: int
    posts: int
    videos: int


class EntryOut(Schema):
    at: datetime
    actor: str
    verb: str
    target_kind: str
    target_id: str
    person: str
    details: dict[str, Any]


class LogOut(Schema):
    entries: list[EntryOut]


class FilterOut(Schema):
    kind: Literal["words", "link"]
    text: str
    action: Literal["hold", "refuse"] = "hold"
    note: str = ""


class FiltersDocument(Schema):
    form: str
    filters: list[FilterOut]


class TakenOut(Schema):
    number: int


class TrashedOut(Schema):
    id: str
    title: str
    deleted_at: datetime
    gone_at: datetime
    is_by_staff: bool


class TrashOut(Schema):
    videos: list[TrashedOut]


class RoomOut(Schema):
    used_bytes: int
    day_bytes: int
    total_limit: int = Field(description="0: no limit")
    day_limit: int = Field(description="0: no limit")
    left_bytes: int | None


@router.post("/reports", response={201: DoneOut, **REFUSALS}, summary="Report something")
def send_report(request: HttpRequest, body: ReportIn) -> Status[DoneOut]:
    """A moderator looks at it; you are told what was decided."""
    user = caller(request)
    report(user, target_for(user, body.kind, body.id), reason=body.reason, text=body.text)
    return Status(201, DoneOut())


@router.get("/moderation/cases", response={200: CasesOut, **REFUSALS}, summary="Administrators: the queue")
def list_cases(
    request: HttpRequest,
    state: Literal["open", "decided"] = Query("open"),
    kind: Kind | None = Query(None),
    limit: int = Query(50, ge=1, le=200),
    offset: int = Query(0, ge=0, le=100_000),
) -> dict[str, Any]:
    case_verbs.require_moderator(caller(request))
    rows = case_verbs.queue(state=state, kind=kind or "")[offset : offset + limit]
    return {"cases": [case_verbs.case_to_json(row) for row in rows]}


@router.post("/moderation/cases/{case_id}/decision", response={200: CaseOut, **REFUSALS}, summary="Decide a case")
def decide(request: HttpRequest, case_id: str, body: DecisionIn) -> dict[str, Any]:
    """Administrators decide; both sides are told."""
    by, case = case_verbs.require_moderator(caller(request)), case_verbs.case_named(case_id)
    case_verbs.decide(case, by=by, decision=body.decision, explanation=body.explanation, days=body.days)
    return case_verbs.case_to_json(case_verbs.case_named(case_id))


@router.post("/appeals/{case_id}", response={201: DoneOut, **REFUSALS}, summary="Appeal against a decision")
def send_appeal(request: HttpRequest, case_id: str, body: AppealIn) -> Status[DoneOut]:
    """The person whom a decision concerns, once."""
    case_verbs.appeal(case_verbs.case_named(case_id), person=caller(request), text=body.text)
    return Status(201, DoneOut())


@router.post("/moderation/cases/{case_id}/appeal", response={200: DoneOut, **REFUSALS}, summary="Answer an appeal")
def answer_appeal(request: HttpRequest, case_id: str, body: AnswerIn) -> DoneOut:
    by = case_verbs.require_moderator(caller(request))
    row = Appeal.objects.filter(case=case_verbs.case_named(case_id)).first()
    if row is None:
        raise NotFound("there is no appeal in this case")
    case_verbs.answer_appeal(row, by=by, is_granted=body.is_granted, answer=body.answer)
    return DoneOut()


@router.put("/moderation/people/{username}/suspension", response={200: DoneOut, **REFUSALS}, summary="Suspend")
def suspend_person(request: HttpRequest, username: str, body: SuspensionIn) -> DoneOut:
    """Let somebody read but not write, for so many days or for good."""
    by = case_verbs.require_moderator(caller(request))
    suspend(person_named(username), by=by, reason=body.reason, days=body.days)
    return DoneOut()


@router.delete("/moderation/people/{username}/suspension", response={204: None, **REFUSALS}, summary="Lift it")
def lift(request: HttpRequest, username: str) -> Status[None]:
    lift_suspension(person_named(username), by=case_verbs.require_moderator(caller(request)))
    return Status(204, None)


@router.post("/moderation/people/{username}/all", response={200: BulkOut, **REFUSALS}, summary="A spam wave")
def all_of(request: HttpRequest, username: str, body: BulkIn) -> dict[str, Any]:
    """Hold or remove everything of somebody at once."""
    by = case_verbs.require_moderator(caller(request))
    action = all_of_person(person_named(username), verb=body.verb, by=by)
    return {"id": action.public_id, **num_done(action)}


@router.delete("/moderation/bulk/{action_id}", response={204: None, **REFUSALS}, summary="Undo a bulk action")
def undo_all(request: HttpRequest, action_id: str) -> Status[None]:
    by = case_verbs.require_moderator(caller(request))
    action = BulkAction.objects.filter(public_id=action_id[:16]).first()
    if action is None:
        raise NotFound(f"there is no bulk action {action_id[:16]!r}")
    undo(action, by=by)
    return Status(204, None)


@router.get("/moderation/log", response={200: LogOut, **REFUSALS}, summary="Administrators: who did what when")
def read_log(
    request: HttpRequest,
    actor: str = Query("", max_length=150),
    person: str = Query("", max_length=150),
    verb: str = Query("", max_length=40),
    limit: int = Query(100, ge=1, le=1000),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> dict[str, Any]:
    case_verbs.require_moderator(caller(request))
    rows = entries(Wanted(actor=actor, person=person, verb=verb))[offset : offset + limit]
    return {"entries": [entry_to_json(row) for row in rows]}


@router.get("/moderation/filters", response={200: FiltersDocument, **REFUSALS}, summary="The site's filters")
def read_filters(request: HttpRequest) -> dict[str, Any]:
    case_verbs.require_moderator(caller(request))
    return export_filters(None)


@router.post("/moderation/filters", response={200: TakenOut, **REFUSALS}, summary="Add filters")
def add_filters(request: HttpRequest, body: FiltersDocument) -> TakenOut:
    """All of the list, or none."""
    case_verbs.require_moderator(caller(request))
    return TakenOut(number=import_filters(None, body.model_dump()))


@router.get("/trash", response={200: TrashOut, **REFUSALS}, summary="Your deleted videos")
def list_trash(
    request: HttpRequest, limit: int = Query(50, ge=1, le=200), offset: int = Query(0, ge=0, le=100_000)
) -> dict[str, Any]:
    rows = trash_for(caller(request))[offset : offset + limit]
    return {
        "videos": [
            {"id": row.video.public_id, "title": row.video.title, "deleted_at": row.deleted_at,
             "gone_at": gone_at(row), "is_by_staff": row.is_by_staff}
            for row in rows
        ]
    }  # fmt: skip


@router.post("/trash/{video_id}/restore", response={200: DoneOut, **REFUSALS}, summary="Bring a video back")
def restore(request: HttpRequest, video_id: str) -> DoneOut:
    restore_video(trashed_named(caller(request), video_id), by=caller(request))
    return DoneOut()


@router.get("/room", response={200: RoomOut, **REFUSALS}, summary="How much room you have")
def room(request: HttpRequest) -> dict[str, Any]:
    usage = usage_of(caller(request))
    return {
        "used_bytes": usage.used_bytes, "day_bytes": usage.day_bytes, "total_limit": usage.total_limit,
        "day_limit": usage.day_limit, "left_bytes": usage.left_bytes,
    }  # fmt: skip
