"""Questions over transcripts are answered by passages, everything else by sentences as before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from search_library import Library, entry, said

from kinora.errors import WeightsMissing
from kinora.index.entry import SENTENCE_DIM
from kinora.moments.frame_encoder import FrameEncoderInfo

KETTLE = [
    "today we mend a kettle", "pull the plug out", "three screws hold the base", "turn the screws to the left",
    "lift the base off", "keep the screws together", "now a word about tea", "tea comes from china",
]  # fmt: skip


class Topics:
    """Says that everything about screws and bases means the same as the question."""

    def embed_sentences(self, sentences: Sequence[str], /) -> np.ndarray:
        vectors = np.zeros((len(sentences), SENTENCE_DIM), np.float16)
        for row, text in enumerate(sentences):
            vectors[row, 0] = 1.0 if any(word in text for word in ("screw", "base", "open")) else 0.0
            vectors[row, 1 + sum(map(ord, text)) % 300] = 0.5
        return vectors

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, np.ndarray]:
        raise WeightsMissing("none")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "index", Topics())
    for video_id, lines in {"kettle": KETTLE, "secret": KETTLE}.items():
        cues = said(*((at * 5.0, at * 5.0 + 5.0, text) for at, text in enumerate(lines)))
        made.put(entry(video_id), cues, Topics().embed_sentences(lines))
    made.hidden.add("secret")
    return made


def test_a_question_finds_the_passage(library: Library) -> None:
    first = library.find("How do I open the base of the kettle?").hits[0]
    assert first.start_seconds <= 10.0 and 30.0 <= first.end_seconds <= 40.0
    assert any("base" in reason.text for reason in first.reasons)


def test_a_passage_is_found_once(library: Library) -> None:
    hits = library.find("How do I open the base of the kettle?").hits
    spans = [hit.span for hit in hits]
    assert not any(a.iou(b) >= 0.35 for n, a in enumerate(spans) for b in spans[n + 1 :])


def test_words_still_find_their_sentence(library: Library) -> None:
    assert library.spans("plug")[0] == ("kettle", 5.0, 10.0)


def test_a_hidden_video_answers_nothing(library: Library) -> None:
    found = library.find("How do I open the base of the kettle?")
    assert {hit.video_id for hit in found.hits} == {"kettle"}
    library.hidden.add("kettle")
    assert library.find("How do I open the base of the kettle?").hits == ()


def test_a_question_about_nothing_finds_nothing(library: Library) -> None:
    assert library.find("why do penguins xylophone zeppelins").hits == ()
