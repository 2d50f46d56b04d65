"""`peaks`: the sound wave for the subtitle editor, when somebody opens it."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.engine.confined_call import confined_call
from kinora.library.files import put_in_place
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work, limits_for
from kinora.media.peaks import PEAKS_NAME, write_peaks


def run(work: Work) -> Outcome:
    """Listen to the sound once."""
    out_dir = work.folder / "peaks"
    out_dir.mkdir()
    video = work.video
    num_peaks = confined_call(
        write_peaks,
        arguments={"path": video.original_path, "out_dir": out_dir, "duration_seconds": video.duration_seconds},
        limits=limits_for(work, cpu_per_second=1.0, output_bytes=16 * 2**20),
        read_paths=[video.original_path],
        write_dir=out_dir,
        on_progress=work.report,
        cancel=work.cancel,
    )

    def write() -> Sequence[Next]:
        if (out_dir / PEAKS_NAME).exists():
            put_in_place(out_dir / PEAKS_NAME, video.folder / PEAKS_NAME, trash=work.trash)
        return ()

    return Outcome(write=write, result={"num_peaks": num_peaks})
