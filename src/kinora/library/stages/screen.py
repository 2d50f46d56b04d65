"""Words in the picture, read from the kept pictures of a video."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from kinora.engine.confined_call import confined_call
from kinora.library.pictures import descriptors_of
from kinora.library.samples import KeptSample, load_samples
from kinora.library.stages.stage import Work, limits_for
from kinora.moments.screen_text import Sample, read_screen_text
from kinora.moments.screen_words import ScreenWords


def read_screen(work: Work) -> list[ScreenWords]:
    """Return the words seen in a video; none when reading them is off or the file has sound only.

    Meanwhile the pictures are described beside them, where `index` finds the descriptors.
    """
    samples = load_samples(work.video.folder)
    if not work.settings.ocr or not samples:
        return []
    with ThreadPoolExecutor(1, thread_name_prefix="describe") as beside:
        described = beside.submit(descriptors_of, work.video.folder, samples)
        words = _read(work, samples)
        described.result()
    return words


def _read(work: Work, samples: list[KeptSample]) -> list[ScreenWords]:
    folder = work.video.folder
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
