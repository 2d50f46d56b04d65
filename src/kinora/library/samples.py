"""The list of a video's kept pictures (one a second) beside them, and their descriptors.

No Django here: confined children use it too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

LIST_NAME = "samples/samples.json"


@dataclass(frozen=True)
class KeptSample:
    """A picture of a video; `path` is relative to the video's folder, `change` its difference from the one before."""

    seconds: float
    shot_index: int
    path: str
    change: float


def save_samples(folder: Path, samples: list[KeptSample]) -> None:
    """Write the list beside the pictures; `folder` is the video's, or its draft."""
    rows = [[sample.seconds, sample.shot_index, sample.path, round(sample.change, 5)] for sample in samples]
    target = folder / LIST_NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"version": 1, "samples": rows}), encoding="utf-8")


def load_samples(folder: Path) -> list[KeptSample]:
    """Return a video's kept pictures in order of time; none before it is analysed or when it has no picture."""
    source = folder / LIST_NAME
    if not source.exists():
        return []
    return [KeptSample(*row) for row in json.loads(source.read_text(encoding="utf-8"))["samples"]]
