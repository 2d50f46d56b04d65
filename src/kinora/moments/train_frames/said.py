"""What is said of the pictures, as sentence vectors made once, and as words to be named."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinora.errors import SettingRefused
from kinora.moments.train_frames.pictures import CaptionedPictures

LABEL_TEMPLATES = ("{}", "a photo of {}", "a picture of {}", "there is {} in the picture", "video of {}")
_MIN_TIMES = 15  # a word said of fewer pictures is not asked for
_A_TURN = 512
_STOP_WORDS = frozenset({
    "a", "above", "across", "against", "along", "an", "and", "another", "are", "around", "as", "at", "back", "be",
    "behind", "being", "between", "by", "down", "each", "for", "from", "front", "has", "have", "he", "her", "his",
    "in", "into", "is", "it", "its", "near", "next", "of", "off", "on", "one", "onto", "or", "other", "out", "over",
    "some", "something", "that", "the", "their", "them", "there", "they", "this", "three", "through", "to",
    "towards", "two", "under", "up", "very", "which", "while", "who", "with",
})  # fmt: skip


@dataclass(frozen=True)
class Said:
    """All texts once, with their vectors, and which of them belong to each picture.

    `words_of` gives, for a picture, the numbers of the words that its texts hold and, for a label, the label's own.
    """

    texts: tuple[str, ...]
    vectors_TS: npt.NDArray[np.float32]
    texts_of: tuple[npt.NDArray[np.int64], ...]
    means_NS: npt.NDArray[np.float32]  # unit: the mean of a picture's texts
    is_caption_T: npt.NDArray[np.bool_]
    words: tuple[str, ...]
    words_of: tuple[npt.NDArray[np.int64], ...]
    times_said: npt.NDArray[np.int64]  # pictures that each word is said of, among the training ones


def phrases_of(texts: Sequence[str]) -> list[str]:
    """Return how a picture's texts are said in training: captions as they stand, a lone label in several ways."""
    if len(texts) > 1:
        return list(dict.fromkeys(texts))
    return [template.format(texts[0]) for template in LABEL_TEMPLATES]


def words_in(texts: Sequence[str]) -> set[str]:
    """Return the telling words of the texts, plural and singular as one where an s makes the plural."""
    found = {word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower())}
    return {_singular(word) for word in found - _STOP_WORDS}


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def say(pictures: CaptionedPictures, cache: Path, *, report: Callable[[float, str], None]) -> Said:
    """Embed every text of the pictures, or read the vectors that an earlier run kept in `cache`."""
    phrases = [phrases_of(texts) for texts in pictures.texts]
    texts = tuple(sorted({phrase for own in phrases for phrase in own}))
    number = {text: position for position, text in enumerate(texts)}
    vectors = vectors_of(texts, cache / "texts", report=report)
    texts_of = tuple(np.array([number[phrase] for phrase in own], dtype=np.int64) for own in phrases)
    sums = np.stack([vectors[own].mean(axis=0) for own in texts_of])
    is_caption = np.zeros(len(texts), dtype=np.bool_)
    for own, given in zip(texts_of, pictures.texts, strict=True):
        is_caption[own] = len(given) > 1
    words, words_of, times_said = _words_of(pictures)
    return Said(
        texts, vectors, texts_of, sums / np.linalg.norm(sums, axis=1, keepdims=True), is_caption, words, words_of,
        times_said,
    )  # fmt: skip


def vectors_of(texts: Sequence[str], cache: Path, *, report: Callable[[float, str], None]) -> npt.NDArray[np.float32]:
    """Return (T, S) sentence vectors, made once and kept in `cache` with the endings .npy and .json."""
    path, made_of = cache.with_suffix(".npy"), cache.with_suffix(".json")
    if made_of.is_file() and json.loads(made_of.read_text()) == list(texts):
        kept: npt.NDArray[np.float32] = np.load(path).astype(np.float32)
        kept /= np.linalg.norm(kept, axis=1, keepdims=True)  # kept at any scale, also as bytes
        return kept
    from kinora.moments.sentence_encoder import (
        EMBEDDED_NAME,
        SentenceEncoder,
    )  # a training with kept vectors needs none

    encoder = SentenceEncoder.from_setting(EMBEDDED_NAME)
    if not texts:
        raise SettingRefused("the training data says nothing about its pictures")
    parts = []
    for start in range(0, len(texts), _A_TURN):
        parts.append(encoder.embed(texts[start : start + _A_TURN]))
        report(min(1.0, (start + _A_TURN) / len(texts)), f"embedded {start + len(parts[-1])} of {len(texts)} texts")
    vectors = np.concatenate(parts)
    np.save(path, vectors)
    made_of.write_text(json.dumps(list(texts)))
    return vectors


def _words_of(
    pictures: CaptionedPictures,
) -> tuple[tuple[str, ...], tuple[npt.NDArray[np.int64], ...], npt.NDArray[np.int64]]:
    """Return the words asked for, each picture's, and how often each is said in training."""
    said = [words_in(texts) | ({f"label: {texts[0]}"} if len(texts) == 1 else set()) for texts in pictures.texts]
    times = Counter(word for own, split in zip(said, pictures.splits, strict=True) if split == "train" for word in own)
    words = tuple(sorted(word for word, count in times.items() if count >= _MIN_TIMES))
    number = {word: position for position, word in enumerate(words)}
    words_of = tuple(np.array(sorted(number[word] for word in own if word in number), np.int64) for own in said)
    return words, words_of, np.array([times[word] for word in words], dtype=np.int64)
