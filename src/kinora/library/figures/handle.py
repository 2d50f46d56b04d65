"""The verbs of the Python API for figures: `Library` has them. See docs/figures.md."""

from __future__ import annotations

from kinora.errors import NotFound
from kinora.library.figures.telling import Figures, figures_of_channel, figures_of_video
from kinora.library.models import Channel, Video


class FigureVerbs:
    """What was watched, and how people came to it."""

    def figures(self, video_or_channel: str, *, num_days: int = 28) -> Figures:
        """Return the figures of a video by its id, or of a channel as `@handle`."""
        if video_or_channel.startswith("@"):
            channel = Channel.objects.filter(handle=video_or_channel[1:]).first()
            if channel is None:
                raise NotFound(f"there is no channel {video_or_channel}")
            return figures_of_channel(channel, num_days)
        video = Video.objects.filter(public_id=video_or_channel[:16]).first()
        if video is None:
            raise NotFound(f"there is no video {video_or_channel[:16]!r}", hint="a channel is written @handle")
        return figures_of_video(video, num_days)
