"""A video's chapters as people write them: one a line, the time, then the title."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from kinora.errors import InputError
from kinora.library.details import content_changed
from kinora.library.files import printable
from kinora.library.models import Chapter, Video
from kinora.library.patience import patient
from kinora.timebase import format_timecode, parse_timecode

MAX_CHAPTERS = 500
Mark = tuple[float, str]  # where a chapter starts, in seconds, and its title


def parse_chapters(text: str) -> list[Mark]:
    """Return the chapters of lines such as `1:15 The harbour`, in their order; empty lines count for nothing.

    Raises:
        InputError: a line has no time or no title, or does not start after the one before.
    """
    marks: list[Mark] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            marks.append(_mark(line.strip(), number))
            if len(marks) > 1 and marks[-1][0] <= marks[-2][0]:
                raise InputError(f"Line {number} starts no later than the one before it.", hint="Put them in order.")
    if len(marks) > MAX_CHAPTERS:
        raise InputError(f"{len(marks)} chapters were given; at most {MAX_CHAPTERS} are accepted.")
    return marks


def _mark(line: str, number: int) -> Mark:
    clock, _, rest = line.partition(" ")
    title = printable(rest).lstrip("-–—: ")[:300]
    try:
        start_seconds = parse_timecode(clock.strip("[]()"))
    except InputError as error:
        raise InputError(f"Line {number} does not begin with a time.", hint="Write it as 1:15 The harbour.") from error
    if not title:
        raise InputError(f"Line {number} has no title.", hint="Write it as 1:15 The harbour.")
    return start_seconds, title


def chapters_as_text(video: Video) -> str:
    """Return a video's chapters as `parse_chapters` reads them."""
    return "\n".join(f"{format_timecode(row.start_seconds)} {row.title}" for row in video.chapters.all())


@patient
def set_chapters(video: Video, marks: Sequence[Mark]) -> None:
    """Put these chapters in the place of the video's; each ends where the next begins.

    Raises:
        InputError: one starts after the video's end.
    """
    end_seconds = video.duration_seconds
    late = [title for start, title in marks if end_seconds and start >= end_seconds]
    if late:
        raise InputError(
            f"The chapter “{late[0]}” starts after the video's end at {format_timecode(end_seconds)}.",
            hint="Check its time.",
        )
    starts = [start for start, _ in marks]
    ends = [*starts[1:], max(end_seconds, starts[-1])] if starts else []
    with transaction.atomic():
        Chapter.objects.filter(video=video).delete()
        Chapter.objects.bulk_create(
            Chapter(video=video, start_seconds=start, end_seconds=end, title=title)
            for (start, title), end in zip(marks, ends, strict=True)
        )
        content_changed(video)
