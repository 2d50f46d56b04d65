"""Videos behind a password: who has opened which.

Whoever gave the password holds a mark: a signature over the video and the password's hash. A changed password makes
every mark worthless. The site puts a visitor's marks on the `User` (`opened`), which is all that `access.py` looks at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import check_password
from django.utils.crypto import constant_time_compare, salted_hmac

from kinora.library.models import Video, Visibility

MAX_MARKS = 100  # that one visitor keeps; the oldest go
_SALT = "kinora.library.people.locks"


def mark_of(video: Video) -> str:
    """Return what proves that somebody gave the video's present password."""
    return salted_hmac(_SALT, f"{video.public_id}\n{video.password_hash}", algorithm="sha256").hexdigest()


def open_with(video: Video, password: str) -> str | None:
    """Return the mark for the right password, None for a wrong one."""
    is_right = video.visibility == Visibility.PASSWORD and check_password(password[:200], video.password_hash)
    return mark_of(video) if is_right else None


def has_opened(user: Any, video: Video) -> bool:
    """Return whether this visitor holds a mark of the video's present password."""
    marks: Mapping[str, str] = getattr(user, "opened", None) or {}
    given = marks.get(video.public_id, "")
    return bool(given and video.password_hash) and constant_time_compare(given, mark_of(video))


def with_mark(marks: Mapping[str, str], video: Video) -> dict[str, str]:
    """Return a visitor's marks with one more, which is the newest."""
    kept = {key: mark for key, mark in marks.items() if key != video.public_id}
    return {**dict(list(kept.items())[-(MAX_MARKS - 1) :]), video.public_id: mark_of(video)}
