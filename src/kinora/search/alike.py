"""What a picture, a box of one or a clip looks like, and the seconds that look like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kinora.index.entry import Vectors
from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import PictureRow
from kinora.moments.descriptor import LOOK_ALIKE_CUTOFF, look_alike_score
from kinora.timebase import Span

ALIKE_ROWS = 300
BESIDE_WORDS_ROWS = 3_000
SAME_SCENE = 0.5  # the most that nearness by the frame encoder gives: it says what is seen, not that it is a copy


@dataclass(frozen=True)
class Pictured:
    """One look of what is wanted: `descriptors` (each (D,)) of its frames, and by frame encoder its vectors of them.

    `origin`: the video and range it was taken from, which is no answer; `None` for a picture from outside.
    """

    descriptors: tuple[Vectors, ...]
    embeddings: Mapping[str, Sequence[Vectors]] = field(default_factory=dict)
    origin: tuple[str, Span] | None = None

    def is_itself(self, video_id: str, span: Span) -> bool:
        """Return whether a range is the one that the picture came from."""
        if self.origin is None or self.origin[0] != video_id:
            return False
        own = self.origin[1]
        return span.overlap_seconds(own) > 0 or span.contains(own.start_seconds)


Scored = tuple[PictureRow, float]


def seconds_alike(index: Index, picture: Pictured, where: VideoFilter, *, beside_words: bool = False) -> list[Scored]:
    """Return the seconds that look like a picture; beside words also those that look a little like it."""
    limit = BESIDE_WORDS_ROWS if beside_words else ALIKE_ROWS
    best: dict[tuple[str, int, float], Scored] = {}
    for descriptor in picture.descriptors:
        rows = index.look_alikes(descriptor, where, limit=limit)
        cut_off = 0.0 if beside_words else LOOK_ALIKE_CUTOFF
        _keep(best, [(row, look_alike_score(row.score)) for row in rows if row.score > cut_off])
    for encoder_name, embeddings in picture.embeddings.items():
        for embedding in embeddings:
            rows = index.picture_candidates(embedding, encoder_name, where, limit=limit)
            _keep(best, _by_encoder(rows))
    return sorted((one for one in best.values() if one[1] > 0.0), key=lambda one: -one[1])


def _by_encoder(rows: Sequence[PictureRow]) -> list[Scored]:
    """Return rows with their place between the farthest that was asked for and a copy."""
    if not rows:
        return []
    floor = min(row.score for row in rows)
    return [(row, SAME_SCENE * max(0.0, row.score - floor) / max(1e-6, 1.0 - floor)) for row in rows]


def _keep(best: dict[tuple[str, int, float], Scored], scored: Sequence[Scored]) -> None:
    for row, score in scored:
        key = (row.video_id, row.revision, row.second)
        if key not in best or best[key][1] < score:
            best[key] = (row, score)
