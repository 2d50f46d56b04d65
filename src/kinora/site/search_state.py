"""What a page of results is of: the text, the order, and the moments pointed at; as an address and as a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote_plus, urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from kinora.search.asked import SORTS, Asked
from kinora.timebase import format_timecode

SORT_LABELS = (
    ("", gettext_lazy("Best first")),
    ("newest", gettext_lazy("Newest")),
    ("oldest", gettext_lazy("Oldest")),
    ("longest", gettext_lazy("Longest moment")),
)
MAX_POINTED = 20


@dataclass(frozen=True)
class Pointed:
    """A moment pointed at, as a chip that can be taken off."""

    label: str
    without_url: str
    is_more: bool


@dataclass(frozen=True)
class SearchState:
    """One search as its address says it."""

    text: str
    sort: str = "best"
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest) -> SearchState:
        """Return what the address asks; an order that there is not is the usual one."""
        given = request.GET
        sort = given.get("sort", "best")
        lists = (tuple(dict.fromkeys(given.getlist(name)))[:MAX_POINTED] for name in ("more", "less"))
        return cls(given.get("q", ""), sort if sort in SORTS else "best", *lists)

    @property
    def asked(self) -> Asked:
        """Return what the search is asked beside the text."""
        return Asked(None, self.sort, self.more, self.less)

    def address(self, name: str = "search", **extra: int) -> str:
        """Return the address of this search on the page of that name."""
        if not self.text.strip():
            return reverse(name)
        pairs: list[tuple[str, str]] = [("q", self.text)]
        pairs += [("sort", self.sort)] if self.sort != "best" else []
        pairs += [("more", moment) for moment in self.more] + [("less", moment) for moment in self.less]
        pairs += [(key, str(value)) for key, value in extra.items()]
        return f"{reverse(name)}?{urlencode(pairs)}"

    def pointing(self, moment: str, *, is_more: bool) -> SearchState:
        """Return the search with one more moment pointed at, and not pointed at the other way."""
        more, less = (tuple(one for one in held if one != moment) for held in (self.more, self.less))
        return replace(self, more=(*more, moment) if is_more else more, less=less if is_more else (*less, moment))

    def pointing_addresses(self, moment: str) -> tuple[str, str]:
        """Return the addresses of the search with more and with less like a moment: thirty moments are on a page."""
        if moment in self.more or moment in self.less or not self.text.strip():
            more, less = (self.pointing(moment, is_more=is_more).address() for is_more in (True, False))
            return more, less
        own, said = self._own_address, quote_plus(moment)
        if not self.less:
            return f"{own}&more={said}", f"{own}&less={said}"
        return self.pointing(moment, is_more=True).address(), f"{own}&less={said}"

    @cached_property
    def _own_address(self) -> str:
        return self.address()

    @property
    def pointed(self) -> list[Pointed]:
        """Return the moments pointed at."""
        found = []
        for is_more, moments in ((True, self.more), (False, self.less)):
            for moment in moments:
                more, less = (tuple(one for one in held if one != moment) for held in (self.more, self.less))
                without = replace(self, more=more, less=less)
                found.append(Pointed(_label(moment), without.address(), is_more))
        return found


def _label(moment: str) -> str:
    start = moment.partition("@")[2].partition("-")[0]
    try:
        return format_timecode(int(float(start)))
    except (ValueError, OverflowError):
        return "?"
