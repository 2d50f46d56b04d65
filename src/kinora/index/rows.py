"""The rows of each table, and how a video becomes rows.

Every row carries the video-level columns, so that filters run before the ranking, and a `stamp`: rows count only
while `videos` names their `(video_id, revision, stamp)`. That one row, written last, makes a replacement true at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from kinora.errors import InputError
from kinora.index.entry import SENTENCE_DIM, Content, IndexedVideo, Pictures, Vectors
from kinora.index.terms import index_terms
from kinora.moments.frame_encoder import slug_of
from kinora.moments.moment import Box, Moment

VIDEO_COLUMNS = [
    ("video_id", pa.string()),
    ("revision", pa.int64()),
    ("stamp", pa.int64()),
    ("channel", pa.string()),
    ("owner_id", pa.int64()),
    ("visibility", pa.string()),
    ("published_at", pa.float64()),
    ("duration_seconds", pa.float64()),
]
TEXT_COLUMNS = [
    ("signal", pa.string()),
    ("start_seconds", pa.float64()),
    ("end_seconds", pa.float64()),
    ("text", pa.string()),
    ("language", pa.string()),
    ("box", pa.list_(pa.float32())),
]
PICTURE_COLUMNS = [
    ("second", pa.float64()),
    ("shot_index", pa.int32()),
    ("shot_start", pa.float64()),
    ("shot_end", pa.float64()),
]
VIDEOS_SCHEMA = pa.schema([*VIDEO_COLUMNS, ("title", pa.string()), ("language", pa.string())])
TEXTS_SCHEMA = pa.schema(
    [*VIDEO_COLUMNS, *TEXT_COLUMNS, ("terms", pa.string()), ("vector", pa.list_(pa.float16(), SENTENCE_DIM))]
)
TEXT_FIELDS = [name for name, _ in VIDEO_COLUMNS[:3] + TEXT_COLUMNS]
MOMENT_FIELDS = [name for name, _ in TEXT_COLUMNS]


class Stamp(NamedTuple):
    """Names one writing of one revision of a video."""

    video_id: str
    revision: int
    stamp: int


class TextRow(NamedTuple):
    """A moment found by its words (`score` is BM25) or its meaning (`score` is the cosine)."""

    video_id: str
    revision: int
    signal: str
    start_seconds: float
    end_seconds: float
    text: str
    language: str
    box: Box | None
    score: float


class VideoRow(NamedTuple):
    """One revision of a video in the index."""

    video_id: str
    revision: int
    title: str
    duration_seconds: float


class PictureRow(NamedTuple):
    """A second of a video found by its picture; `score` is the cosine."""

    video_id: str
    revision: int
    second: float
    shot_index: int
    shot_start: float
    shot_end: float
    score: float


def pictures_schema(dimension: int) -> pa.Schema:
    """Return the columns of a table of pictures whose vectors have this dimension."""
    return pa.schema([*VIDEO_COLUMNS, *PICTURE_COLUMNS, ("vector", pa.list_(pa.float16(), dimension))])


def looks_name(dimension: int) -> str:
    """Return the name of the table of look-alike descriptors of this dimension."""
    return f"looks_{dimension}"


def frames_name(encoder_name: str, dimension: int) -> str:
    """Return the name of the table of one frame encoder's vectors."""
    return f"frames_{slug_of(encoder_name)}_{dimension}"


def tables_of(stamped: Mapping[int, Content]) -> dict[str, pa.Table]:
    """Return the rows of many videos, by the table they go to; `stamped` gives each writing its own stamp."""
    parts: dict[str, list[pa.Table]] = {}
    for stamp, content in stamped.items():
        for name, rows in _tables_of_one(stamp, content):
            parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(tables).combine_chunks() for name, tables in parts.items()}


def _tables_of_one(stamp: int, content: Content) -> Iterator[tuple[str, pa.Table]]:
    entry, pictures = content.entry, content.pictures
    yield "texts", text_rows(entry, stamp, content.moments, content.sentence_vectors)
    if not len(pictures.seconds):
        return
    yield looks_name(pictures.descriptors.shape[1]), picture_rows(entry, stamp, pictures, pictures.descriptors)
    if pictures.embeddings is not None:
        name = frames_name(pictures.encoder_name, pictures.embeddings.shape[1])
        yield name, picture_rows(entry, stamp, pictures, pictures.embeddings)


def video_rows(entry: IndexedVideo, stamp: int) -> pa.Table:
    """Return the one row that makes a video's other rows count."""
    values = _video_values(entry, stamp, 1)
    return pa.table([*values, [entry.title], [entry.language]], schema=VIDEOS_SCHEMA)


def text_rows(entry: IndexedVideo, stamp: int, moments: Sequence[Moment], vectors: Vectors | None) -> pa.Table:
    """Return one row a moment; without vectors they are found by words only."""
    if vectors is not None and vectors.shape != (len(moments), SENTENCE_DIM):
        raise InputError(
            f"sentence vectors have the shape {vectors.shape}; expected {(len(moments), SENTENCE_DIM)}",
            hint="the index holds vectors of one sentence encoder; rebuild it after choosing another",
        )
    columns: list[Any] = [
        [m.signal for m in moments],
        [float(m.start_seconds) for m in moments],
        [float(m.end_seconds) for m in moments],
        [m.text for m in moments],
        [m.language for m in moments],
        [[m.box.left, m.box.top, m.box.width, m.box.height] if m.box else None for m in moments],
        [index_terms(m.text) for m in moments],
        pa.nulls(len(moments), TEXTS_SCHEMA.field("vector").type) if vectors is None else vector_column(vectors),
    ]
    return pa.table([*_video_values(entry, stamp, len(moments)), *columns], schema=TEXTS_SCHEMA)


def picture_rows(entry: IndexedVideo, stamp: int, pictures: Pictures, vectors: Vectors) -> pa.Table:
    """Return one row a picture with these vectors (descriptors or embeddings)."""
    spans = pictures.spans()
    columns: list[Any] = [
        np.asarray(pictures.seconds, np.float64),
        np.asarray(pictures.shot_index, np.int32),
        [start for start, _ in spans],
        [end for _, end in spans],
        vector_column(vectors),
    ]
    return pa.table([*_video_values(entry, stamp, len(spans)), *columns], schema=pictures_schema(vectors.shape[1]))


def with_video_values(rows: pa.Table, entry: IndexedVideo, stamp: int) -> pa.Table:
    """Return the same rows with another stamp and the video's own facts as given."""
    for (name, _), values in zip(VIDEO_COLUMNS, _video_values(entry, stamp, rows.num_rows), strict=True):
        rows = rows.set_column(rows.schema.get_field_index(name), name, values)
    return rows


def vector_column(vectors: Vectors) -> pa.Array:
    """Return vectors (N, D) as a column of float16 lists of fixed length, each of length 1."""
    lengths = np.linalg.norm(vectors.astype(np.float32), axis=1, keepdims=True)
    normal = (vectors / np.maximum(lengths, 1e-6)).astype(np.float16)
    return pa.FixedSizeListArray.from_arrays(pa.array(normal.ravel()), normal.shape[1])


def _video_values(entry: IndexedVideo, stamp: int, count: int) -> list[Any]:
    values = (
        entry.video_id, entry.revision, stamp, entry.channel, entry.owner_id, entry.visibility,
        float(entry.published_at), float(entry.duration_seconds),
    )  # fmt: skip
    return [pa.array([value] * count, kind) for value, (_, kind) in zip(values, VIDEO_COLUMNS, strict=True)]


def read_texts(rows: pa.Table, scores: Iterable[float]) -> Iterator[tuple[Stamp, TextRow]]:
    """Yield the rows of a table with `TEXT_FIELDS` as named tuples, each with its stamp."""
    columns = [rows.column(name).to_pylist() for name in TEXT_FIELDS]
    for (video_id, revision, stamp, signal, start, end, text, language, box), score in zip(
        zip(*columns, strict=True), scores, strict=False
    ):
        own_box = Box(*box) if box else None
        yield (
            Stamp(video_id, revision, stamp),
            TextRow(video_id, revision, signal, start, end, text, language, own_box, float(score)),
        )


def read_moments(rows: pa.Table, by_stamp: Mapping[int, Stamp]) -> Iterator[TextRow | None]:
    """Yield rows with `stamp` and `MOMENT_FIELDS` as named tuples, `None` for those that don't count any more."""
    columns = [rows.column(name).to_pylist() for name in ("stamp", *MOMENT_FIELDS)]
    for stamp, signal, start, end, text, language, box in zip(*columns, strict=True):
        named = by_stamp.get(stamp)
        own_box = Box(*box) if box else None
        yield (
            TextRow(named.video_id, named.revision, signal, start, end, text, language, own_box, 0.0) if named else None
        )


def read_pictures(rows: pa.Table, scores: Iterable[float], by_stamp: Mapping[int, Stamp]) -> Iterator[PictureRow]:
    """Yield rows with `stamp` and the picture's columns as named tuples, those that count."""
    columns = [rows.column(name).to_pylist() for name in ("stamp", *(name for name, _ in PICTURE_COLUMNS))]
    for (stamp, second, shot_index, start, end), score in zip(zip(*columns, strict=True), scores, strict=True):
        if named := by_stamp.get(stamp):
            yield PictureRow(named.video_id, named.revision, second, shot_index, start, end, float(score))
