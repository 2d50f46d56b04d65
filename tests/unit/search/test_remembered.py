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

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, np.ndarray]:
        if by == "gone":
            raise WeightsMissing("none here")
        self.asked.append(f"picture {text}{by}")
        return FrameEncoderInfo(by or "chosen", 2, 1.0, 0.0), np.zeros(2, np.float32)


def test_a_sentence_is_asked_for_once() -> None:
    inner = Counting()
    encoder = RememberingEncoder(inner)
    first = encoder.embed_sentences(["dog"])
    assert np.array_equal(encoder.embed_sentences(["dog"]), first)
    info, vector = encoder.embed_picture_text("dog")
    assert (info.name, vector.shape) == ("chosen", (2,))
    assert encoder.embed_picture_text("dog") is encoder.embed_picture_text("dog")
    assert encoder.embed_picture_text("dog", "-old")[0].name == "-old"
    assert inner.asked == ["dog", "picture dog", "picture dog-old"]


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
        encoder.embed_picture_text("dog", "gone")
