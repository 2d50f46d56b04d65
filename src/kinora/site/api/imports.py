"""Imports from addresses, for whoever began them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Query

from kinora.library.studio.imports import Wanted, begin_import, cancel_import, import_to_json, imports_of
from kinora.library.studio.models import AddressImport
from kinora.site.api.auth import SIGNED_IN, caller
from kinora.site.api.schemas import ErrorOut, SimpleVisibility

router = Router(auth=SIGNED_IN)
REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 422), ErrorOut)


class ImportIn(Schema):
    address: str = Field(max_length=2000)
    is_list: bool = Field(False, description="All that a channel or list of another site holds; needs yt-dlp")
    visibility: SimpleVisibility = "private"


class ImportOut(Schema):
    """One import; a list's parts are imports of their own."""

    id: str
    address: str
    is_list: bool
    title: str
    state: str
    progress: float
    video_id: str
    num_found: int
    error_message: str
    created_at: datetime

    @classmethod
    def of(cls, row: AddressImport) -> ImportOut:
        return cls.model_validate(import_to_json(row))


class ImportsOut(Schema):
    imports: list[ImportOut]


@router.get("/imports", response={200: ImportsOut, **REFUSALS}, summary="Your imports, latest first")
def list_imports(
    request: HttpRequest, limit: int = Query(50, ge=1, le=200), offset: int = Query(0, ge=0, le=100_000)
) -> ImportsOut:
    rows = imports_of(caller(request))[offset : offset + limit]
    return ImportsOut(imports=[ImportOut.of(row) for row in rows])


@router.post("/imports", response={202: ImportOut, **REFUSALS}, summary="Import from an address")
def begin(request: HttpRequest, body: ImportIn) -> Status[ImportOut]:
    """Queue it; public addresses only, each redirect checked again."""
    row = begin_import(caller(request), Wanted(body.address, body.is_list, body.visibility))
    return Status(202, ImportOut.of(row))


@router.delete("/imports/{import_id}", response={204: None, **REFUSALS}, summary="Stop an import")
def cancel(request: HttpRequest, import_id: str) -> Status[None]:
    cancel_import(caller(request), import_id)
    return Status(204, None)
