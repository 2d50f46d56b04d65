"""The settings that an operator changes; for administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import StrictBool, StrictInt, StrictStr

from kinora.library.operating import settings_change
from kinora.site.api.auth import SIGNED_IN, caller, require_staff
from kinora.site.api.schemas import ErrorOut

router = Router(auth=SIGNED_IN)
REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 422), ErrorOut)
Value = StrictBool | StrictInt | StrictStr


class SettingOut(Schema):
    """`source`: default, kept (changed here) or environment; `fixed_by` names the variable that fixes it."""

    name: str
    group: str
    label: str
    kind: str
    value: Value
    default: Value
    accepted: list[str] | None
    source: str
    fixed_by: str
    after: str = Field(description="What does not change at once; empty: everything does")


class SettingsOut(Schema):
    settings: list[SettingOut]


class ChangedSettingsOut(SettingsOut):
    changed: list[str]


class SettingsIn(Schema):
    values: dict[str, Value | None] = Field(
        ..., min_length=1, max_length=100, description="By name, all or nothing; null goes back to the default"
    )


@router.get("/settings", response={200: SettingsOut, **REFUSALS}, summary="Read what an operator can change")
def read_settings(request: HttpRequest) -> dict[str, Any]:
    """Return every setting that can be changed while the site is there; secrets are masked."""
    require_staff(request)
    return {"settings": settings_change.all_choices()}


@router.patch("/settings", response={200: ChangedSettingsOut, **REFUSALS}, summary="Change settings")
def change_settings(request: HttpRequest, body: SettingsIn) -> dict[str, Any]:
    """Change what is given, and write it into the audit log."""
    require_staff(request)
    changed = settings_change.change_settings(body.values, by=caller(request))
    return {"settings": settings_change.all_choices(), "changed": changed}
