"""Query vectors asked for a short while ago: a page of results, its next page and its filters ask for the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from kinora.index.entry import Vectors
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.search.scope import QueryEncoder

MAX_REMEMBERED = 1_000  # 1.5 MB of sentence vectors


class RememberingEncoder:
    """A query encoder that asks another one only for what it was not asked of late; may be shared between threads."""

    def __init__(self, encoder: QueryEncoder) -> None:
        self._encoder = encoder
        self._known: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = Lock()

    def embed_sentences(self, sentences: Sequence[str], /) -> Vectors:
        """Return one vector a sentence (N, D)."""
        return self._remembered("sentence", sentences, self._encoder.embed_sentences)

    def embed_picture_texts(self, texts: Sequence[str], /) -> Vectors:
        """Return the text tower's vectors in the space of pictures (N, E)."""
        return self._remembered("picture", texts, self._encoder.embed_picture_texts)

    def frame_encoder_info(self) -> FrameEncoderInfo:
        """Return name and calibration of the frame encoder."""
        return self._encoder.frame_encoder_info()

    def _remembered(self, kind: str, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        if len(texts) != 1:
            return embed(texts)
        key = kind, texts[0]
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        vectors = np.asarray(embed(texts))
        vectors.flags.writeable = False
        with self._lock:
            self._known[key] = vectors
            while len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)
        return vectors
