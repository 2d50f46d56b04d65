"""`analyse`: one decode pass for shots, covers, pictures of every second, the words in them and scrub sprites."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinora.engine.confined_call import confined_call
from kinora.library.files import put_in_place
from kinora.library.models import ScreenText, Shot, Video
from kinora.library.pictures import keep_descriptors
from kinora.library.queue import Next
from kinora.library.samples import KeptSample, save_samples
from kinora.library.stages.stage import Outcome, Work, facts_of, limits_for
from kinora.moments.look_through import DESCRIPTORS_FILE, Looked, look_through
from kinora.moments.screen_words import ScreenWords
from kinora.shots import shot as nouns

_PARTS = ("covers", "samples", "scrub")
_MAX_OUTPUT_BYTES_A_SECOND = 2 * 2**20


def run(work: Work) -> Outcome:
    """Look at every frame once; a file that has sound only gives nothing and goes on."""
    facts = facts_of(work.video)
    if facts.video is None:
        return Outcome(write=lambda: _write_rows(work.video, (), ()), result={"num_shots": 0})
    out_dir = work.folder / "scan"
    out_dir.mkdir()
    output_bytes = 256 * 2**20 + int(_MAX_OUTPUT_BYTES_A_SECOND * facts.duration_seconds)
    found = confined_call(
        look_through,
        arguments={
            "path": work.video.original_path,
            "facts": facts,
            "out_dir": out_dir,
            "reads_words": work.settings.ocr,
        },
        limits=limits_for(work, cpu_per_second=20.0, output_bytes=output_bytes),
        read_paths=[work.video.original_path],
        write_dir=out_dir,
        on_progress=work.report,
        cancel=work.cancel,
    )
    samples = found.scan.samples
    save_samples(out_dir, [KeptSample(s.seconds, s.shot_index, str(s.path), s.change) for s in samples])
    keep_descriptors(out_dir, out_dir / DESCRIPTORS_FILE, num_samples=len(samples))
    result = {"num_shots": len(found.scan.shots), "num_screen_texts": len(found.words)}
    return Outcome(write=lambda: _write(work, found, out_dir), result=result)


def _write(work: Work, found: Looked, out_dir: Path) -> Sequence[Next]:
    video = work.video
    for name in (*_PARTS, "poster.jpg"):
        if (out_dir / name).exists():
            put_in_place(out_dir / name, video.folder / name, trash=work.trash)
    scan = found.scan
    has_poster = scan.has_poster or bool(video.thumbnail)
    Video.objects.filter(pk=video.pk).update(has_poster=has_poster, has_scrub=scan.has_scrub)
    return _write_rows(video, scan.shots, found.words)


def _write_rows(video: Video, shots: Sequence[nouns.Shot], words: Sequence[ScreenWords]) -> Sequence[Next]:
    Shot.objects.filter(video=video).delete()
    Shot.objects.bulk_create([_row(video, shot) for shot in shots], batch_size=500)
    ScreenText.objects.filter(video=video).delete()
    ScreenText.objects.bulk_create([_words_row(video, line) for line in words], batch_size=500)
    return [Next("read")]


def _row(video: Video, shot: nouns.Shot) -> Shot:
    return Shot(
        video=video,
        index=shot.index,
        start_frame=shot.start_frame,
        end_frame=shot.end_frame,
        start_seconds=shot.start_seconds,
        end_seconds=shot.end_seconds,
        transition=shot.transition,
        transition_start_seconds=shot.transition_start_seconds,
        transition_end_seconds=shot.transition_end_seconds,
        cover_seconds=shot.cover_seconds,
    )


def _words_row(video: Video, line: ScreenWords) -> ScreenText:
    return ScreenText(
        video=video,
        start_seconds=line.start_seconds,
        end_seconds=line.end_seconds,
        text=line.text.replace("\x00", ""),
        left=line.box.left,
        top=line.box.top,
        width=line.box.width,
        height=line.box.height,
        similarity=line.similarity,
    )
