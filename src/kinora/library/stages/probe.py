"""`probe`: the facts of the file. It begins a video's way, and begins it anew when the file was replaced."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.errors import InputError
from kinora.library.files import clear_derived
from kinora.library.models import Chapter, Video
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work, facts_to_json
from kinora.media.facts import MediaFile
from kinora.media.probe import probe


def run(work: Work) -> Outcome:
    """Read the facts; a file that is refused raises, and the video fails with that sentence."""
    try:
        facts = probe(work.video.original_path, work.settings, cancel=work.cancel)
    except InputError as error:
        raise _by_its_own_name(error, work.video) from error
    return Outcome(write=lambda: _write(work, facts), result={"duration_seconds": facts.duration_seconds})


def _by_its_own_name(error: InputError, video: Video) -> InputError:
    """Return the error with the name that the person knows the file by."""
    message = error.message.replace(video.original_path.name, video.original_name)
    return type(error)(message, hint=error.hint)


def _write(work: Work, facts: MediaFile) -> Sequence[Next]:
    video = work.video
    clear_derived(video.folder, keep=video.original_path.name, trash=work.trash)
    Video.objects.filter(pk=video.pk).update(
        facts=facts_to_json(facts),
        duration_seconds=facts.duration_seconds,
        width=facts.video.width if facts.video else 0,
        height=facts.video.height if facts.video else 0,
    )
    Chapter.objects.filter(video=video).delete()
    Chapter.objects.bulk_create(
        Chapter(
            video=video, start_seconds=chapter.start_seconds, end_seconds=chapter.end_seconds, title=chapter.title[:300]
        )
        for chapter in facts.chapters
        if chapter.title.strip()
    )
    return [Next("preview"), Next("analyse")]
