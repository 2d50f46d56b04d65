"""The library's verb for copies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kinora.errors import NotFound
from kinora.library.find import Everyone
from kinora.library.models import Video

if TYPE_CHECKING:
    from kinora.library.copies import CopyReport


class CopyVerbs:
    """Where stretches reappear."""

    def copies(self, file_or_video: Path | str) -> CopyReport:
        """Return the videos that share stretches with a file, or with a video by its identifier.

        Raises:
            NotFound: it is neither.
        """
        from kinora.library.copies import copies_of_file, copies_of_video

        path = Path(file_or_video)
        if path.is_file():
            return copies_of_file(path, Everyone())
        video = Video.objects.filter(public_id=str(file_or_video)[:16]).first()
        if video is None or len(str(file_or_video)) > 16:
            raise NotFound(
                f"{str(file_or_video)[:200]!r} is neither a file nor a video of this library",
                hint="kinora videos lists the identifiers",
            )
        return copies_of_video(video, Everyone())
