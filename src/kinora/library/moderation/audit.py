"""The audit log: who did what when. Written in the transaction of what it tells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kinora.library.models import User
from kinora.library.moderation.models import AuditEntry

COMMANDS = "kinora"  # who acts where no person does: a command, a rule, housekeeping
COLUMNS = ("at", "actor", "verb", "target_kind", "target_id", "person", "details")


@dataclass(frozen=True)
class Wanted:
    """What part of the log is asked for; empty: everything."""

    actor: str = ""
    person: str = ""
    verb: str = ""  # a whole verb, or its beginning such as `comment.`
    since: datetime | None = None
    until: datetime | None = None


def note(
    actor: User | None,
    verb: str,
    *,
    kind: str = "",
    target: object = "",
    person: User | None = None,
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add a line to the log."""
    return AuditEntry.objects.create(
        actor_id=actor.pk if actor else None, actor=actor.username if actor else COMMANDS, verb=verb,
        target_kind=kind, target_id=str(target)[:40], person_id=person.pk if person else None,
        person=person.username if person else "", details=details or {},
    )  # fmt: skip


def entries(wanted: Wanted) -> QuerySet[AuditEntry]:
    """Return the lines asked for, newest first."""
    rows = AuditEntry.objects.order_by("-id")
    if wanted.actor:
        rows = rows.filter(actor__iexact=wanted.actor)
    if wanted.person:
        rows = rows.filter(person__iexact=wanted.person)
    if wanted.verb:
        rows = rows.filter(verb__startswith=wanted.verb) if wanted.verb.endswith(".") else rows.filter(verb=wanted.verb)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    return rows


def entry_to_json(row: AuditEntry) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(), "actor": row.actor, "verb": row.verb, "target_kind": row.target_kind,
        "target_id": row.target_id, "person": row.person, "details": row.details,
    }  # fmt: skip


def as_csv(wanted: Wanted) -> Iterator[str]:
    """Return the lines as CSV, header first; a cell that a spreadsheet would take for a formula begins with '."""
    yield _line(COLUMNS)
    for row in entries(wanted).iterator(chunk_size=1000):
        told = entry_to_json(row)
        yield _line([_safe(told[name]) for name in COLUMNS])


def _line(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _safe(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
