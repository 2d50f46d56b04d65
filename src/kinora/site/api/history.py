"""What a person watched; for that person alone."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Query

from kinora.library.history import entry_to_json, erase_history, history_of, pause_history
from kinora.library.models import WatchProgress
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 404, 422), ErrorOut)


class WatchedVideo(Schema):
    id: str
    title: str
    duration_seconds: float


class HistoryEntry(Schema):
    video: WatchedVideo
    position_seconds: float
    is_finished: bool
    watched_at: datetime

    @classmethod
    def of(cls, row: WatchProgress) -> HistoryEntry:
        return cls.model_validate(entry_to_json(row))


class HistoryOut(Schema):
    history: list[HistoryEntry]
    is_paused: bool


class HistoryIn(Schema):
    is_paused: bool


class ErasedOut(Schema):
    num_erased: int


@router.get("/history", response={200: HistoryOut, **REFUSALS}, summary="What you watched, last first")
def list_history(
    request: HttpRequest, limit: int = Query(50, ge=1, le=200), offset: int = Query(0, ge=0, le=100_000)
) -> HistoryOut:
    user = caller(request)
    rows = history_of(user)[offset : offset + limit]
    return HistoryOut(history=[HistoryEntry.of(row) for row in rows], is_paused=user.pauses_history)


@router.patch("/history", response={200: HistoryOut, **REFUSALS}, summary="Stop or go on remembering")
def change_history(request: HttpRequest, body: HistoryIn) -> HistoryOut:
    pause_history(caller(request), is_paused=body.is_paused)
    return list_history(request, limit=50, offset=0)


@router.delete("/history", response={200: ErasedOut, **REFUSALS}, summary="Erase it, or one video's entry")
def erase(request: HttpRequest, video: str = Query("", max_length=16)) -> ErasedOut:
    return ErasedOut(num_erased=erase_history(caller(request), video or None))
