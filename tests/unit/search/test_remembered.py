"""The memory of query vectors: each asked for once, kinds apart, the oldest forgotten, failures never kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kinora.errors import WeightsMissing, WorkerLost
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.search import remembered
from kinora.search.remembered import RememberingEncoder


class Counting:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_lost = False

    def embed_sentences(self, sentences: Sequence[str], /) -> np.ndarray:
        if self.is_lost:
            raise WorkerLost("gone")
        self.asked += sentences
        return np.full((len(sentences), 3), len(self.asked), np.float32)

    def embed_picture_texts(self, texts: Sequence[str], /) -> np.ndarray:
        self.asked += [f"picture {text}" for text in texts]
        return np.zeros((len(texts), 2), np.float32)

    def frame_encoder_info(self) -> FrameEncoderInfo:
        raise WeightsMissing("none here")


def test_a_sentence_is_asked_for_once() -> None:
    inner = Counting()
    encoder = RememberingEncoder(inner)
    first = encoder.embed_sentences(["dog"])
    assert np.array_equal(encoder.embed_sentences(["dog"]), first)
    assert encoder.embed_picture_texts(["dog"]).shape == (1, 2)
    assert inner.asked == ["dog", "picture dog"]


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MAX_REMEMBERED", 2)
    inner = Counting()
    encoder = RememberingEncoder(inner)
    for word in ("a", "b", "a", "c", "a", "b"):
        encoder.embed_sentences([word])
    assert inner.asked == ["a", "b", "c", "b"]


def test_a_failure_is_not_remembered() -> None:
    inner = Counting()
    encoder = RememberingEncoder(inner)
    inner.is_lost = True
    with pytest.raises(WorkerLost):
        encoder.embed_sentences(["dog"])
    inner.is_lost = False
    assert encoder.embed_sentences(["dog"]).shape == (1, 3)
    with pytest.raises(WeightsMissing):
        encoder.frame_encoder_info()
