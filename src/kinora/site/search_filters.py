"""The filter menus of the search page: read from a query, and written back into its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from kinora.errors import QueryRefused
from kinora.search.query import Filters, Query, TermField, parse_query

# What each menu offers: its value in the form and its words.
DATES = (
    ("", gettext_lazy("Any date")),
    ("1", gettext_lazy("Last day")),
    ("7", gettext_lazy("Last week")),
    ("31", gettext_lazy("Last month")),
    ("366", gettext_lazy("Last year")),
)
LENGTHS = (
    ("", gettext_lazy("Any length")),
    ("-240", gettext_lazy("Under 4 minutes")),
    ("240-1200", gettext_lazy("4 to 20 minutes")),
    ("1200-", gettext_lazy("Over 20 minutes")),
)
PLACES = (
    ("", gettext_lazy("Anywhere")),
    ("said", gettext_lazy("Said")),
    ("shown", gettext_lazy("Shown on screen")),
    ("title", gettext_lazy("In the title")),
)
MENUS = ("channel", "date", "length", "where")


@dataclass(frozen=True)
class Menus:
    """What the menus show for a query; a value of none of the options is shown as "other"."""

    channel: str
    date: str
    length: str
    where: str


def menus_of(text: str, today: date) -> Menus:
    """Return the menus' state for a query's text; a query that is refused leaves them at their first option."""
    try:
        query = parse_query(text)
    except QueryRefused:
        query = Query()
    filters = query.filters
    return Menus(filters.channel, _date_value(filters, today), _length_value(filters), _place_value(query))


def with_menus(text: str, chosen: Mapping[str, str], today: date) -> str:
    """Return the query's text with the chosen menus written into it; "" takes a filter out.

    Raises:
        QueryRefused: the text itself can't be understood.
    """
    query = _parsed_or_empty(text)
    filters = query.filters
    if "channel" in chosen:
        filters = replace(filters, channel=chosen["channel"][:120])
    if "date" in chosen:
        filters = replace(filters, before=None, after=_first_day(chosen["date"], today))
    if "length" in chosen:
        longer, shorter = _lengths(chosen["length"])
        filters = replace(filters, longer_seconds=longer, shorter_seconds=shorter)
    query = replace(query, filters=filters)
    if "where" in chosen:
        query = _placed(query, chosen["where"])
    return str(query)


def _parsed_or_empty(text: str) -> Query:
    return parse_query(text) if text.strip() else Query()


def _first_day(value: str, today: date) -> date | None:
    return today - timedelta(days=int(value)) if value and value in dict(DATES) else None


def _lengths(value: str) -> tuple[float | None, float | None]:
    if value not in dict(LENGTHS):
        return None, None
    longer, _, shorter = value.partition("-")
    return (float(longer) if longer else None), (float(shorter) if shorter else None)


def _placed(query: Query, value: str) -> Query:
    fields: dict[str, TermField] = {"said": "said", "shown": "shown", "title": "title"}
    field = fields.get(value, "")
    return query.with_terms(lambda term: term if term.is_negative else replace(term, field=field))


def _date_value(filters: Filters, today: date) -> str:
    if filters.after is None:
        return ""
    days = str((today - filters.after).days)
    return days if days in dict(DATES) and filters.before is None else "other"


def _length_value(filters: Filters) -> str:
    if filters.longer_seconds is None and filters.shorter_seconds is None:
        return ""
    longer = "" if filters.longer_seconds is None else f"{filters.longer_seconds:g}"
    shorter = "" if filters.shorter_seconds is None else f"{filters.shorter_seconds:g}"
    return f"{longer}-{shorter}" if f"{longer}-{shorter}" in dict(LENGTHS) else "other"


def _place_value(query: Query) -> str:
    fields = {term.field for term in query.wanted}
    if len(fields) <= 1:
        return next(iter(fields), "")
    return "other"
