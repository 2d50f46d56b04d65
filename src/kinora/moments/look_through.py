"""One pass over a film: shots and samples; beside it the words in them are read and the pictures are described.

For use inside a confined child; `warm_up` is what a spare one loads beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from kinora.media.facts import MediaFile
from kinora.moments.descriptor import DESCRIPTOR_DIM, picture_descriptor
from kinora.moments.screen_reader import shared_reader
from kinora.moments.screen_text import TextWatch
from kinora.moments.screen_words import ScreenWords
from kinora.shots.scan import Scan, TakenSample, scan

DESCRIPTORS_FILE = "descriptors.f16"  # one row a sample, float16 (M, DESCRIPTOR_DIM)
_EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Looked:
    """What the pass found; `words` is empty where reading them was not asked for."""

    scan: Scan
    words: tuple[ScreenWords, ...]


def look_through(
    path: Path, facts: MediaFile, *, out_dir: Path, reads_words: bool, report: Callable[[float, str], None]
) -> Looked:
    """Write what `scan` writes and `DESCRIPTORS_FILE` into `out_dir`; return shots, samples and on-screen words.

    Raises:
        UnreadableMedia: it has no picture, or none that can be decoded.
    """
    watch = TextWatch(_EVERY_SECONDS, shared_reader) if reads_words else None
    descriptors: list[np.ndarray] = []

    def on_sample(sample: TakenSample) -> None:
        descriptors.append(picture_descriptor(sample.rgb))
        if watch is not None:
            watch.see(Image.fromarray(sample.rgb), sample.seconds, sample.num_jumps)

    found = scan(path, facts, out_dir=out_dir, sample_every_seconds=_EVERY_SECONDS, report=report, on_sample=on_sample)
    rows = np.array(descriptors, np.float16).reshape(len(descriptors), DESCRIPTOR_DIM)
    (out_dir / DESCRIPTORS_FILE).write_bytes(rows.tobytes())
    return Looked(found, tuple(watch.words()) if watch is not None else ())


def warm_up() -> None:
    """Load the networks that read words, by reading one."""
    picture = Image.new("RGB", (640, 360))
    ImageDraw.Draw(picture).text((80, 140), "Kinora", font_size=64)
    shared_reader().read(np.asarray(picture))
    picture_descriptor(np.asarray(picture))
