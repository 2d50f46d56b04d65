"""The half of a search that goes by vectors: sentences near in meaning, pictures that fit the words."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinora.errors import ResourceError, WeightsMissing
from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import PictureRow, TextRow
from kinora.moments.frame_encoder import FrameEncoderInfo, slug_of
from kinora.search.clauses import Clause
from kinora.search.evidence import Evidence
from kinora.search.meaning import curve_for, is_made_of_words, is_readable
from kinora.search.pictures import odds_of_best, ranges_of
from kinora.search.scope import QueryEncoder

MEANING_ROWS = 60
PICTURE_ROWS = 300
MIN_PICTURE_PROBABILITY = 0.1
MIN_OF_UNKNOWN_WORDS = 0.4  # letters that are no words lie near some picture or other, never very near
OTHER_PICTURES = (
    "Pictures of some videos are found by words once the frame encoder in use has looked at them again, which goes on"
    " in the background: the encoder that looked at them before is not on this machine any more."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Nearest:
    """What was found by vectors, calibrated to [0, 1], and what to tell about what could not be asked."""

    meanings: tuple[tuple[TextRow, float], ...] = ()
    pictures: tuple[tuple[Evidence, int], ...] = ()
    has_sentence: bool = False
    has_picture: bool = False
    notices: tuple[str, ...] = ()
    sentence: Vectors | None = None


def nearest_to(
    index: Index, encoder: QueryEncoder | None, query: Clause, where: VideoFilter, num_videos: int
) -> Nearest:
    """Return what is near to a clause's free words; nothing without an encoder or without free words."""
    if encoder is None or not query.meaning:
        return Nearest()
    sentence, told = _sentence_vector(encoder, query.meaning)
    asked, told_of_pictures = _picture_vectors(index, encoder, query.meaning)
    least = MIN_PICTURE_PROBABILITY if is_made_of_words(query.meaning) else MIN_OF_UNKNOWN_WORDS
    return Nearest(
        _meanings(index, query.meaning, sentence, where, num_videos) if sentence is not None else (),
        tuple(found for info, vector in asked for found in _pictures(index, vector, info, where, least)),
        sentence is not None,
        bool(asked),
        (*told, *told_of_pictures),
        sentence,
    )


def _sentence_vector(encoder: QueryEncoder, meaning: str) -> tuple[Vectors | None, tuple[str, ...]]:
    if not is_readable(meaning):
        return None, ()
    try:
        return _one(encoder.embed_sentences([meaning])), ()
    except ResourceError as error:
        return None, (f"Found by words only, not by meaning: {error.message}",)


def _picture_vectors(
    index: Index, encoder: QueryEncoder, meaning: str
) -> tuple[list[tuple[FrameEncoderInfo, Vectors]], tuple[str, ...]]:
    """Return the words as the chosen frame encoder has them, then as every other one whose vectors are still here.

    A video's pictures have vectors of one encoder, each asked by its own words and judged by its own probability.
    """
    asked: list[tuple[FrameEncoderInfo, Vectors]] = []
    told = []
    try:
        asked.append(encoder.embed_picture_text(meaning))
    except WeightsMissing as error:
        told.append(f"Pictures are not searched by words: {error.message}")
    except ResourceError as error:
        log.warning("pictures are not searched: %s", error.message)
    others = set(index.frame_encoders()) - {slug_of(info.name) for info, _ in asked}
    for other in sorted(others):
        try:
            asked.append(encoder.embed_picture_text(meaning, other))
        except ResourceError as error:
            log.info("pictures by %s are not searched: %s", other, error.message)
            told += [] if told else [OTHER_PICTURES]
    return asked, tuple(told)


def _meanings(
    index: Index, meaning: str, sentence: Vectors, where: VideoFilter, num_videos: int
) -> tuple[tuple[TextRow, float], ...]:
    curve = curve_for(meaning, num_videos=num_videos)
    rows = index.sentence_candidates(sentence, where, limit=MEANING_ROWS, min_cosine=curve.cut_off)
    near = [(row, score) for row in rows if (score := curve.score(row.score)) > 0.0]
    return tuple((row, score) for row, score in near if is_readable(row.text, row.language))


def _pictures(
    index: Index, picture: Vectors, info: FrameEncoderInfo, where: VideoFilter, least: float
) -> tuple[tuple[Evidence, int], ...]:
    rows = index.picture_candidates(picture, info.name, where, limit=PICTURE_ROWS)
    revisions = {row.video_id: row.revision for row in rows}
    return tuple(
        (Evidence(video_id, span, "picture", "", picture=score), revisions[video_id])
        for video_id, span, score in ranges_of(_calibrated(rows, info, least), odds_of_best)
    )


def _calibrated(rows: Iterable[PictureRow], info: FrameEncoderInfo, least: float) -> list[tuple[PictureRow, float]]:
    """Return the rows that may match, with the encoder's own probability; by rank where it has none."""
    found = []
    for rank, row in enumerate(rows):
        probability = info.match_probability(row.score)
        score = 1.0 / (1.0 + rank / 10.0) if math.isnan(probability) else probability
        if score >= least:
            found.append((row, score))
    return found


def _one(vectors: Any) -> Vectors:
    first: Vectors = np.asarray(vectors, np.float32)[0]
    return first
