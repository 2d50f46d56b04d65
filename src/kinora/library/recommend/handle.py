"""The verbs of the Python API for recommendations: `Library` has them. See docs/recommendations.md."""

from __future__ import annotations

from typing import Any

from kinora.errors import NotFound
from kinora.library.access import can_watch
from kinora.library.accounts import person_named
from kinora.library.models import Video
from kinora.library.recommend.reasons import suggestion_to_json
from kinora.library.recommend.suggest import feed_for, related_to


class RecommendVerbs:
    """What to watch next, each with its reason."""

    def recommended(self, *, username: str = "", limit: int = 12) -> list[dict[str, Any]]:
        """Return a person's own feed, best first."""
        return [suggestion_to_json(one) for one in feed_for(person_named(username), limit=limit)]

    def related(self, video_id: str, *, username: str = "", limit: int = 12) -> list[dict[str, Any]]:
        """Return what a person may watch after a video, best first."""
        user = person_named(username)
        video = Video.objects.filter(public_id=video_id[:16]).first()
        if video is None or not can_watch(user, video):
            raise NotFound(f"there is no video {video_id[:16]!r}", hint="`kinora videos` lists them")
        return [suggestion_to_json(one) for one in related_to(user, video, limit=limit)]
