"""What every `FrameEncoder` must keep: subclass `FrameEncoderSuite` and give it a fixture `encoder`."""

from __future__ import annotations

import numpy as np

from kinora.moments.frame_encoder import FrameEncoder, Rgb, info_of


def pictures(num: int = 3) -> list[Rgb]:
    """Return pictures of different sizes and shapes."""
    random = np.random.default_rng(7)
    shapes = [(48, 64), (120, 40), (32, 32), (270, 480), (1, 1)]
    return [random.integers(0, 256, (*shapes[n % len(shapes)], 3), dtype=np.uint8) for n in range(num)]


class FrameEncoderSuite:
    """The conformance tests."""

    def test_names_and_numbers_are_told(self, encoder: FrameEncoder) -> None:
        info = info_of(encoder)
        assert info.name and info.dimension > 0
        assert isinstance(info.logit_scale, float) and isinstance(info.logit_bias, float)

    def test_vectors_have_the_dimension_and_length_one(self, encoder: FrameEncoder) -> None:
        for vectors, num in ((encoder.embed_images(pictures(5)), 5), (encoder.embed_texts(["a dog", ""]), 2)):
            assert vectors.shape == (num, encoder.dimension) and vectors.dtype == np.float32
            assert np.isfinite(vectors).all()
            assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)

    def test_nothing_gives_nothing(self, encoder: FrameEncoder) -> None:
        assert encoder.embed_images([]).shape == (0, encoder.dimension)
        assert encoder.embed_texts([]).shape == (0, encoder.dimension)

    def test_the_batch_does_not_change_a_vector(self, encoder: FrameEncoder) -> None:
        images, texts = pictures(11), [f"text number {n}" for n in range(11)]
        alone = np.concatenate([encoder.embed_images([image]) for image in images])
        assert np.allclose(encoder.embed_images(images), alone, atol=2e-2)
        alone = np.concatenate([encoder.embed_texts([text]) for text in texts])
        assert np.allclose(encoder.embed_texts(texts), alone, atol=2e-2)

    def test_the_same_gives_the_same_and_other_gives_other(self, encoder: FrameEncoder) -> None:
        image = pictures(1)[0]
        first, second, other = encoder.embed_images([image, image, 255 - image])
        assert np.allclose(first, second, atol=1e-3) and not np.allclose(first, other, atol=1e-3)
        words = encoder.embed_texts(["a dog", "a dog", "a beach at night"])
        assert np.allclose(words[0], words[1], atol=1e-3) and not np.allclose(words[0], words[2], atol=1e-4)

    def test_very_long_and_odd_texts_are_taken(self, encoder: FrameEncoder) -> None:
        assert np.isfinite(encoder.embed_texts(["word " * 5000, "\x00\ufffd", "שלום 世界 🙂"])).all()
