"""Words in the picture, read from the kept pictures of a video."""

from __future__ import annotations

from kinora.engine.confined_call import confined_call
from kinora.library.samples import load_samples
from kinora.library.stages.stage import Work, limits_for
from kinora.moments.screen_text import Sample, read_screen_text
from kinora.moments.screen_words import ScreenWords


def read_screen(work: Work) -> list[ScreenWords]:
    """Return the words seen in a video; none when reading them is off or the file has sound only."""
    folder = work.video.folder
    samples = load_samples(folder)
    if not work.settings.ocr or not samples:
        return []
    found = confined_call(
        read_screen_text,
        arguments={"samples": [Sample(one.seconds, folder / one.path, one.change, one.shot_index) for one in samples]},
        limits=limits_for(work, cpu_per_second=10.0, output_bytes=64 * 2**20),
        read_paths=[folder / "samples"],
        write_dir=None,
        on_progress=lambda done, message: work.report(0.3 + 0.7 * done, message or "Reading on-screen words"),
        cancel=work.cancel,
    )
    return list(found)
