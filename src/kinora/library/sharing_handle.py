"""The verbs of the Python API for sharing: `Library` has them. See docs/sharing.md."""

from __future__ import annotations

from typing import Any

from kinora.errors import NotFound
from kinora.library.models import Video
from kinora.library.sharing import Rule, rule_of, set_embed_rule, share
from kinora.library.sharing_models import EmbedRule


class SharingVerbs:
    """Links to videos and their moments, and where they may be embedded."""

    def share(self, video_id: str, *, start_seconds: float = 0.0, end_seconds: float | None = None) -> dict[str, Any]:
        """Return the links to a video, or to its moment `[start, end)` alone, and the code to embed it.

        Raises:
            NotFound: no such video. InputError: the moment does not lie in it.
        """
        return share(_video(video_id), start_seconds, end_seconds).to_json()

    def embedding(self, video_id: str) -> Rule:
        """Return where a video may be embedded, by its own rule or its channel's."""
        video = _video(video_id)
        own = EmbedRule.objects.filter(video=video).first()
        return rule_of(own or EmbedRule.objects.filter(channel=video.channel_id).first())

    def set_embedding(self, video_id: str, place: str | None, domains: str = "") -> Rule:
        """Say where a video may be embedded: `anywhere`, `listed` (on `domains`), `nowhere`; None: as its channel says.

        Raises:
            NotFound: no such video. InputError: an unknown place, or no name of a site.
        """
        set_embed_rule(_video(video_id), place, domains)
        return self.embedding(video_id)


def _video(video_id: str) -> Video:
    row = Video.objects.select_related("channel").filter(public_id=video_id).first()
    if row is None:
        raise NotFound(f"there is no video {video_id!r}", hint="`kinora videos` lists them")
    return row
