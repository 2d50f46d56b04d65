"""The verbs of the Python API for a person's history: `Library` has them. See docs/history.md."""

from __future__ import annotations

from typing import Any

from kinora.library.accounts import person_named
from kinora.library.history import entry_to_json, erase_history, history_of, pause_history


class HistoryVerbs:
    """What a person (the library's own account when none is named) watched."""

    def history(self, *, username: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """Return what a person watched and how far, last first, as the documented JSON."""
        return [entry_to_json(row) for row in history_of(person_named(username))[:limit]]

    def erase_history(self, video_id: str | None = None, *, username: str = "") -> int:
        """Forget one video's entry, or the whole history; return how many entries there were."""
        return erase_history(person_named(username), video_id)

    def pause_history(self, *, is_paused: bool = True, username: str = "") -> None:
        """Stop or go on remembering."""
        pause_history(person_named(username), is_paused=is_paused)
