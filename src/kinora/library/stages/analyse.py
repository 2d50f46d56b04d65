"""`analyse`: one decode pass for shots, covers, pictures of every second and scrub sprites."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinora.engine.confined_call import confined_call
from kinora.library.files import put_in_place
from kinora.library.models import Shot, Video
from kinora.library.queue import Next
from kinora.library.samples import KeptSample, save_samples
from kinora.library.stages.stage import Outcome, Work, facts_of, limits_for
from kinora.shots import shot as nouns
from kinora.shots.scan import Scan, scan

_PARTS = ("covers", "samples", "scrub")
_MAX_OUTPUT_BYTES_A_SECOND = 2 * 2**20


def run(work: Work) -> Outcome:
    """Look at every frame once; a file that has sound only gives nothing and goes on."""
    facts = facts_of(work.video)
    if facts.video is None:
        return Outcome(write=lambda: [Next("read")], result={"num_shots": 0})
    out_dir = work.folder / "scan"
    out_dir.mkdir()
    output_bytes = 256 * 2**20 + int(_MAX_OUTPUT_BYTES_A_SECOND * facts.duration_seconds)
    found = confined_call(
        scan,
        arguments={"path": work.video.original_path, "facts": facts, "out_dir": out_dir},
        limits=limits_for(work, cpu_per_second=10.0, output_bytes=output_bytes),
        read_paths=[work.video.original_path],
        write_dir=out_dir,
        on_progress=work.report,
        cancel=work.cancel,
    )
    save_samples(out_dir, [KeptSample(s.seconds, s.shot_index, str(s.path), s.change) for s in found.samples])
    return Outcome(write=lambda: _write(work, found, out_dir), result={"num_shots": len(found.shots)})


def _write(work: Work, found: Scan, out_dir: Path) -> Sequence[Next]:
    video = work.video
    for name in (*_PARTS, "poster.jpg"):
        if (out_dir / name).exists():
            put_in_place(out_dir / name, video.folder / name, trash=work.trash)
    Shot.objects.filter(video=video).delete()
    Shot.objects.bulk_create([_row(video, shot) for shot in found.shots], batch_size=500)
    Video.objects.filter(pk=video.pk).update(has_poster=found.has_poster, has_scrub=found.has_scrub)
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
