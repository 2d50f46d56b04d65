"""`cut`: the kept stretches of a video become its file; address, details, subtitles and comments stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kinora.engine.confined_call import confined_call
from kinora.errors import NotFound
from kinora.library.models import Video
from kinora.library.replace import replace_file
from kinora.library.stages.stage import Outcome, Work, facts_of
from kinora.library.studio.cut import moved_chapters, moved_tracks, store_moved, suffix_for
from kinora.media.cut_clip import Cutting, cut_clip
from kinora.media.cut_copy import Piece, join_copies
from kinora.media.facts import Chapter
from kinora.media.ffmpeg import ffmpeg_limits
from kinora.timebase import Span


def run(work: Work) -> Outcome:
    """Make the file, then put it in place; a file that was replaced meanwhile is left alone."""
    payload = work.job.payload
    video = Video.objects.select_related("channel", "owner").filter(public_id=payload["video"]).first()
    if video is None:
        raise NotFound("the video was deleted")
    if video.sha256 != payload["sha256"]:  # cut already by an attempt that was stopped late, or replaced
        return Outcome(write=lambda: ())
    kept = [Span(start, end) for start, end in payload["keep"]]
    into = work.folder / "cut"
    into.mkdir()
    pieces = _encoded(work, video, kept, into) if payload["is_exact"] else _copied(video, kept)
    target = into / f"film{'.mp4' if payload['is_exact'] else suffix_for(video)}"
    lengths = _join(work, video, pieces, target, moved_chapters(video, kept))
    became = [Span(span.start_seconds, span.start_seconds + length) for span, length in zip(kept, lengths, strict=True)]
    tracks = moved_tracks(video, became)
    name = f"{Path(video.original_name).stem[:200]}{target.suffix}"
    replace_file(video, target, move=True, name=name)
    store_moved(video, tracks, became)
    return Outcome(write=lambda: (), result={"video": video.public_id, "duration_seconds": sum(lengths)})


def _copied(video: Video, kept: Sequence[Span]) -> list[Piece]:
    return [Piece(video.original_path, span.start_seconds, span.end_seconds) for span in kept]


def _encoded(work: Work, video: Video, kept: Sequence[Span], into: Path) -> list[Piece]:
    facts = facts_of(video)
    pieces = []
    for number, span in enumerate(kept):
        cutting = Cutting(video.original_path, facts, work.settings, _part(work, number, len(kept)), work.cancel)
        made = cut_clip(cutting, span, into / f"{number:03d}.mp4")
        pieces.append(Piece(made.path, 0.0, made.end_seconds - made.start_seconds))
    return pieces


def _part(work: Work, number: int, count: int) -> Callable[[float], None]:
    return lambda done: work.report((number + done) / count * 0.9, "Cutting")


def _join(work: Work, video: Video, pieces: Sequence[Piece], target: Path, chapters: Sequence[Chapter]) -> list[float]:
    limits = ffmpeg_limits(
        work.settings, duration_seconds=video.duration_seconds, output_bytes=2 * video.size_bytes + 2**30
    )
    return confined_call(
        join_copies,
        arguments={"pieces": list(pieces), "target": target, "chapters": list(chapters)},
        limits=limits,
        read_paths=[piece.path for piece in pieces],
        write_dir=target.parent,
        cancel=work.cancel,
    )
