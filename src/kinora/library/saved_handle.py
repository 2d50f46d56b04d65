"""The verbs of the Python API for saved searches: `Library` has them. See docs/saved-searches.md."""

from __future__ import annotations

from typing import Any

from kinora.library.accounts import person_named
from kinora.library.saved import Changes, save_search, saved_named, saved_of, saved_to_json
from kinora.library.saved_check import check
from kinora.library.saved_told import match_to_json


class SavedVerbs:
    """Keep searches for a person (the library's own account when none is named) and look for what is new."""

    def save_search(
        self, query: str, *, name: str = "", username: str = "", feed: bool = False, email: bool = False,
        webhook: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Keep a search and return it as the documented JSON; moments that can be found from now on are told.

        Raises:
            QueryRefused: it can't be understood. InputError: a channel that can't be used.
        """
        changes = Changes(name=name or None, by_feed=feed, by_email=email or None, webhook=webhook or None)
        return saved_to_json(save_search(person_named(username), query, changes))

    def saved_searches(self, *, username: str = "") -> list[dict[str, Any]]:
        """Return a person's saved searches, newest first."""
        return [saved_to_json(row) for row in saved_of(person_named(username))]

    def check_saved_search(self, saved_id: str, *, username: str = "") -> list[dict[str, Any]]:
        """Look now and return the moments that are told by that, as the documented JSON."""
        return [match_to_json(match) for match in check(saved_named(person_named(username), saved_id))]

    def remove_saved_search(self, saved_id: str, *, username: str = "") -> dict[str, Any]:
        """Delete a saved search and return what it was.

        Raises:
            NotFound: the person has none of that id.
        """
        saved = saved_named(person_named(username), saved_id)
        told = saved_to_json(saved)
        saved.delete()
        return told
