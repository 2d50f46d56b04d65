"""The filter bar: what videos there are of each kind, each a search whose text says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from kinora.errors import QueryRefused
from kinora.library.access import visible_to
from kinora.library.models import Cue, ScreenText, Video
from kinora.library.video_filters import is_licence, parts_of, passing
from kinora.search.query import Filters, Query, parse_query
from kinora.site.search_state import SearchState

MAX_OPTIONS = 12


@dataclass(frozen=True)
class Option:
    """One filter: its words, how many videos pass, the address of the search with it (without it where it is on)."""

    label: str
    count: int
    url: str
    is_on: bool


@dataclass(frozen=True)
class Facet:
    """Filters of which one holds at a time."""

    name: str
    options: tuple[Option, ...]


def facets_of(user: Any, state: SearchState) -> list[Facet]:
    """Return the facets that have something to choose; counts are of the videos that this person may find."""
    try:
        query = parse_query(state.text) if state.text.strip() else Query()
    except QueryRefused:
        return []
    makers = (_contents, _makers, _languages, _licences)
    facets = [make(_Choice(user, state, query)) for make in makers]
    return [facet for facet in facets if facet.options]


@dataclass(frozen=True)
class _Choice:
    user: Any
    state: SearchState
    query: Query

    @property
    def filters(self) -> Filters:
        return self.query.filters

    def videos(self, **without: Any) -> QuerySet[Video]:
        """Return the videos that pass the query's other filters."""
        return passing(visible_to(self.user), replace(self.filters, **without)).order_by()

    def option(self, label: str, count: int, **values: Any) -> Option:
        is_on = all(getattr(self.filters, name) == value for name, value in values.items())
        off: dict[str, Any] = {name: "" if isinstance(value, str) else None for name, value in values.items()}
        filters = replace(self.filters, **(off if is_on else values))
        url = replace(self.state, text=str(replace(self.query, filters=filters))).address()
        return Option(label, count, url, is_on)


def _contents(choice: _Choice) -> Facet:
    videos = choice.videos(has_speech=None, has_text=None)
    speech = videos.filter(Exists(Cue.objects.filter(track__video=OuterRef("pk")))).count()
    text = videos.filter(Exists(ScreenText.objects.filter(video=OuterRef("pk")))).count()
    found = [
        (gettext("Speech"), speech, {"has_speech": True}),
        (gettext("No speech"), videos.count() - speech, {"has_speech": False}),
    ]
    found.append((gettext("Words in the picture"), text, {"has_text": True}))
    return Facet(gettext("With"), tuple(choice.option(label, n, **value) for label, n, value in found if n))


def _makers(choice: _Choice) -> Facet:
    marks = Counter(choice.videos(is_ai=None).values_list("machine_mark", flat=True))
    found = [(gettext("Filmed"), marks[""], False), (gettext("Made or altered by AI"), marks.total() - marks[""], True)]
    return Facet(gettext("Made"), tuple(choice.option(label, n, is_ai=value) for label, n, value in found if n))


def _languages(choice: _Choice) -> Facet:
    counts = Counter(language for language in choice.videos(language="").values_list("language", flat=True) if language)
    kept = counts.most_common(MAX_OPTIONS)
    return Facet(gettext("Language"), tuple(choice.option(language, n, language=language) for language, n in kept))


def _licences(choice: _Choice) -> Facet:
    counts = Counter(choice.videos(licence="").values_list("licence", flat=True))
    found = []
    for licence, count in counts.most_common(MAX_OPTIONS):
        wanted = licence.strip() or "none"
        if is_licence(licence, parts_of(wanted)) and '"' not in wanted:
            found.append(choice.option(licence or gettext("Not stated"), count, licence=wanted))
    return Facet(gettext("Licence"), tuple(found))
