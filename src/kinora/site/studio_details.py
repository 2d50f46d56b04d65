"""What the watch page says of a video's details: category, licence, what may be saved."""

from __future__ import annotations

from typing import Any

from kinora.library.models import Video
from kinora.library.studio.categories import CATEGORIES
from kinora.library.studio.downloads import downloads_of, may_download
from kinora.library.studio.licences import licence_url


def details_of(user: Any, video: Video) -> dict[str, Any]:
    """Return the names that `studio/terms.html` and `studio/downloads.html` use."""
    return {
        "category_name": CATEGORIES.get(video.category, ""),
        "licence_url": licence_url(video.licence),
        "downloads": downloads_of(video) if video.playback and may_download(user, video) else [],
    }
