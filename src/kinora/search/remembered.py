"""Query vectors asked for a short while ago: a page of results, its next page and its filters ask for the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np

from kinora.index.entry import Vectors
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.search.scope import QueryEncoder

MAX_REMEMBERED = 1_000  # 1.5 MB of sentence vectors
Key = tuple[str, str]


class RememberingEncoder:
    """A query encoder that asks another one only for what it was not asked of late; may be shared between threads."""

    def __init__(self, encoder: QueryEncoder) -> None:
        self._encoder = encoder
        self._known: OrderedDict[Key, Any] = OrderedDict()  # by kind and text
        self._lock = Lock()

    def embed_sentences(self, sentences: Sequence[str], /) -> Vectors:
        """Return one vector a sentence (N, D)."""
        if len(sentences) != 1:
            return np.asarray(self._encoder.embed_sentences(sentences))
        key = "sentence", sentences[0]
        held: Vectors | None = self._recalled(key)
        if held is None:
            held = _unchanging(self._encoder.embed_sentences(sentences))
            self._keep(key, held)
        return held

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, Vectors]:
        """Return the frame encoder and its text tower's vector in the space of pictures (E,)."""
        key = f"picture {by}", text
        held: tuple[FrameEncoderInfo, Vectors] | None = self._recalled(key)
        if held is None:
            info, vector = self._encoder.embed_picture_text(text, by)
            held = info, _unchanging(vector)
            self._keep(key, held)
        return held

    def _recalled(self, key: Key) -> Any:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def _keep(self, key: Key, answer: Any) -> None:
        with self._lock:
            self._known[key] = answer
            while len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)


def _unchanging(vectors: Any) -> Vectors:
    held = np.asarray(vectors)
    held.flags.writeable = False
    return held
