"""Which videos are about the same and look alike: by the moments that the index holds, ahead of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.moments.descriptor import LOOK_ALIKE_CUTOFF, look_alike_score

WORDS, PICTURE = "words", "picture"  # `NeighbourKind`, for those who have no database
MAX_NEIGHBOURS = 24  # of each kind
NUM_QUERIES = 16  # moments of a video that are looked up, spread over it
NUM_ROWS = 120  # that each brings
MIN_COSINE = 0.3  # of two texts; less says nothing
_EVERYTHING = VideoFilter(sees_everything=True)


@dataclass(frozen=True)
class Near:
    """Another video, how near it is in [0, 1], and where the two are nearest."""

    video_id: str
    kind: str
    score: float
    at_seconds: float
    other_seconds: float


@dataclass(frozen=True)
class Match:
    """One moment of the video and the nearest one of another."""

    score: float
    at_seconds: float
    other_seconds: float


def neighbours_of(index: Index, video_id: str) -> list[Near]:
    """Return the videos nearest to one by words and by picture, best first within each kind."""
    return [*_by_words(index, video_id), *_by_picture(index, video_id)]


def _by_words(index: Index, video_id: str) -> list[Near]:
    rows, vectors = index.own_vectors("texts", video_id)
    starts = rows.column("start_seconds").to_numpy() if rows is not None else np.zeros(0)
    chosen = _spread(vectors)
    found: list[dict[str, Match]] = []
    for place in chosen:
        best: dict[str, Match] = {}
        for row in index.sentence_candidates(vectors[place], _EVERYTHING, limit=NUM_ROWS, min_cosine=MIN_COSINE):
            if row.video_id != video_id and row.video_id not in best:
                best[row.video_id] = Match(row.score, float(starts[place]), row.start_seconds)
        found.append(best)
    return _nearest(found, WORDS)


def _by_picture(index: Index, video_id: str) -> list[Near]:
    found: list[dict[str, Match]] = []
    for name in index.look_tables():
        rows, vectors = index.own_vectors(name, video_id)
        if rows is None:
            continue
        seconds = rows.column("second").to_numpy()
        for place in _spread(vectors):
            best: dict[str, Match] = {}
            for row in index.look_alikes(vectors[place].astype(np.float32), _EVERYTHING, limit=NUM_ROWS):
                if row.video_id != video_id and row.score > LOOK_ALIKE_CUTOFF and row.video_id not in best:
                    score = look_alike_score(row.score)
                    best[row.video_id] = Match(score, float(seconds[place]), row.second)
            found.append(best)
    return _nearest(found, PICTURE)


def _spread(vectors: npt.NDArray[np.floating]) -> list[int]:
    """Return places of at most `NUM_QUERIES` rows with a vector, the first and others evenly after it."""
    usable = np.flatnonzero(np.any(vectors, axis=1)) if len(vectors) else np.zeros(0, int)
    if not len(usable):
        return []
    places = np.unique(np.linspace(0, len(usable) - 1, min(NUM_QUERIES, len(usable))).astype(int))
    return [int(usable[place]) for place in places]


def _nearest(found: Sequence[dict[str, Match]], kind: str) -> list[Near]:
    """Return the videos that come nearest over all moments: half by the nearest moment, half by how many are near."""
    by_video: dict[str, list[Match]] = defaultdict(list)
    for one_moment in found:
        for video_id, match in one_moment.items():
            by_video[video_id].append(match)
    near = []
    for video_id, matches in by_video.items():
        best = max(matches, key=lambda match: match.score)
        share = sum(match.score for match in matches) / len(found)
        near.append(Near(video_id, kind, 0.5 * best.score + 0.5 * share, best.at_seconds, best.other_seconds))
    near.sort(key=lambda one: (-one.score, one.video_id))
    return near[:MAX_NEIGHBOURS]
