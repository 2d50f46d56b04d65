"""`copies`: a video's fingerprints, from the pictures kept of it and its sound; then what it shares with others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinora.engine.confined_call import confined_call
from kinora.library.copies import as_found, keep_matches
from kinora.library.copy_shelves import add_prints, prints_folder, shelves, wanted_for
from kinora.library.files import put_in_place
from kinora.library.find import Everyone
from kinora.library.models import Video
from kinora.library.queue import Next
from kinora.library.samples import load_samples
from kinora.library.stages.stage import Outcome, Work, facts_of, limits_for
from kinora.moments.copy_film import write_kept_prints
from kinora.moments.copy_prints import Prints
from kinora.search.copies import find_copies

_BYTES_A_SECOND = 8192


def run(work: Work) -> Outcome:
    """Take the fingerprints, put them into the index, and look where any stretch reappears."""
    out_dir = work.folder / "prints"
    prints = _taken(work, out_dir)
    add_prints(work.settings, work.video, prints)
    work.report(0.7, "Comparing with all other videos")
    matches = find_copies(prints, shelves(work.settings), wanted_for(Everyone(), without=work.video))
    found = as_found(matches, Everyone())

    def write() -> Sequence[Next]:
        if out_dir.exists():
            put_in_place(out_dir, prints_folder(work.video), trash=work.trash)
        alive = set(Video.objects.filter(pk__in=[one.video.pk for one in found]).values_list("pk", flat=True))
        keep_matches(work.video, [one for one in found if one.video.pk in alive])
        return ()

    return Outcome(write=write, result={"num_copies": len(found), "num_landmarks": len(prints.pictures)})


def _taken(work: Work, out_dir: Path) -> Prints:
    out_dir.mkdir()
    video, facts = work.video, facts_of(work.video)
    samples = load_samples(video.folder)
    output_bytes = 64 * 2**20 + int(_BYTES_A_SECOND * facts.duration_seconds)
    confined_call(
        write_kept_prints,
        arguments={
            "path": video.original_path, "facts": facts, "out_dir": out_dir,
            "seconds": [sample.seconds for sample in samples],
            "pictures": [video.folder / sample.path for sample in samples],
        },
        limits=limits_for(work, cpu_per_second=2.0, output_bytes=output_bytes),
        read_paths=[video.original_path, *([video.folder / "samples"] if samples else [])],
        write_dir=out_dir,
        on_progress=work.report,
        cancel=work.cancel,
    )  # fmt: skip
    return Prints.load(out_dir)
