"""The index: moments → vectors and text on disk; words or vectors → the rows nearest to them.

One process writes (the worker), any number read. Open it in the process that uses it: it doesn't survive a fork.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kinora.index.board import Board
from kinora.index.encoders import encoders_in, videos_by_encoder
from kinora.index.entry import Content, IndexedVideo, Pictures, Vectors
from kinora.index.filters import VideoFilter, quoted
from kinora.index.maintenance import Maintained, compact, create_scalar_indexes, keep_tables, sweep
from kinora.index.part import vectors_of
from kinora.index.rows import (
    MOMENT_FIELDS,
    PICTURE_COLUMNS,
    TEXT_FIELDS,
    VIDEOS_SCHEMA,
    PictureRow,
    Stamp,
    TextRow,
    VideoRow,
    frames_name,
    looks_name,
    read_moments,
    read_pictures,
    read_texts,
    tables_of,
    video_rows,
    with_video_values,
)
from kinora.index.shelf import Shelf
from kinora.index.store import Store
from kinora.index.text_memory import DEFAULT_MIB, TextMemory, TextsInMemory
from kinora.index.text_search import TextQuestion, TextSearch, matching, read_rows
from kinora.index.videos import Videos, stamps_of
from kinora.index.vocabulary import Vocabulary
from kinora.moments.moment import Moment

REFRESH_SECONDS = 0.5
_MAX_READS = 4  # a write while a search reads is rare, and four in a row don't happen
_MAX_STAMPS_NAMED = 200

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class Index:
    """Rows on disk and what is kept of them in memory for searching."""

    def __init__(self, store: Store, *, memory_mib: int = DEFAULT_MIB) -> None:
        self.store = store
        self._memory_mib = memory_mib
        self._texts = TextSearch()
        self._forget()
        self._refreshed_at = float("-inf")
        self._shelf = Shelf(store.path)
        self._lock = RLock()

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, memory_mib: int = DEFAULT_MIB) -> Index:
        """Open the index in a folder; for reading, the folder may come later.

        Texts of at most `memory_mib` MiB are held in memory once they were asked for; 0: none.
        """
        return cls(Store(Path(path), read_only=read_only), memory_mib=memory_mib)

    def _forget(self) -> None:
        """Start from nothing, as for a folder that was never read."""
        self._memory = TextMemory(self._memory_mib)
        self._boards: dict[str, Board] = {}
        self._videos = Videos(VIDEOS_SCHEMA.empty_table())
        self._versions: dict[str, int] = {}
        self._vocabulary: tuple[int, Vocabulary] | None = None
        self._encoders: tuple[dict[str, int], tuple[str, ...]] | None = None

    def replace_video(
        self,
        entry: IndexedVideo,
        moments: Sequence[Moment],
        sentence_vectors: Vectors | None,
        pictures: Pictures,
    ) -> None:
        """Write a video's rows of one revision; doing it again changes nothing."""
        self.replace_videos([Content(entry, moments, sentence_vectors, pictures)])

    def replace_videos(self, contents: Sequence[Content]) -> None:
        """Write the rows of many videos at the price of one: all of them count from the same instant.

        True after a kill at any instant: new rows count from the moment that their rows in `videos` are written. The
        newest earlier revision stays, so that search finds it until the library says that the new one is current.
        """
        if not contents:
            return
        first = time.time_ns()
        stamped = dict(enumerate(contents, first))
        with self.store.writing(), self.store.errors():
            for name, rows in tables_of(stamped).items():
                self._table_for(name, rows.schema).add(rows)
            self._make_current({stamp: content.entry for stamp, content in stamped.items()})

    def update_video(self, entry: IndexedVideo) -> None:
        """Write a video's own facts (channel, visibility, …) and revision to all its rows; its moments stay."""
        with self.store.writing(), self.store.errors():
            latest = max((s for s in self._read_stamps() if s.video_id == entry.video_id), default=None)
            if latest is None:
                return
            stamp = time.time_ns()
            for name in [name for name in self.store.names() if name != "videos"]:
                table = self.store.table(name)
                rows = table.search().where(_of_stamps([latest])).limit(None).to_arrow()  # type: ignore[union-attr]
                if rows.num_rows:
                    table.add(with_video_values(rows, entry, stamp))  # type: ignore[union-attr]
            self._make_current({stamp: entry})

    def remove_video(self, video_id: str) -> None:
        """Remove all rows of a video, whatever their revision."""
        with self.store.writing(), self.store.errors():
            names = self.store.names()
            for name in ["videos", *(name for name in names if name != "videos")]:
                if table := self.store.table(name):
                    table.delete(f"video_id = {quoted(video_id)}")

    def maintain(self, current: Mapping[str, int] | None = None) -> Maintained:
        """Sweep dust, compact, take new rows into the indexes, and build vector indexes where tables outgrew memory.

        `current` gives the revision of every video that exists; rows of others, older than an hour, go too.
        """
        with self.store.writing(), self.store.errors():
            num_swept = sweep(self.store, self._read_stamps(), current)
            compact(self.store)
            living = frozenset(stamp.stamp for stamp in self._read_stamps())
            return Maintained(num_swept, keep_tables(self.store, self._shelf, living))

    def check(self, *, at_most_every_seconds: float = 0.0) -> None:
        """Read every row of every table once.

        Raises:
            IndexDamaged: some of it can't be read.
        """
        told = self.store.path / "checked"
        if told.exists() and time.time() - told.stat().st_mtime < at_most_every_seconds:
            return
        with self.store.errors():
            for name in self.store.names():
                for _ in self.store.table(name).search().limit(None).to_batches():  # type: ignore[union-attr]
                    pass
        if self.store.path.is_dir() and not self.store.read_only:
            told.touch()

    def revisions(self) -> dict[str, int]:
        """Return the newest whole revision of every video."""
        self.refresh()
        newest: dict[str, int] = {}
        for stamp in self._videos.stamps:
            newest[stamp.video_id] = max(stamp.revision, newest.get(stamp.video_id, stamp.revision))
        return newest

    def refresh(self, *, at_most_every_seconds: float = 0.0) -> None:
        """See what the worker wrote; costs about a millisecond when nothing changed."""
        with self._lock:
            if time.monotonic() - self._refreshed_at < at_most_every_seconds:
                return
            if self.store.is_another():
                self._forget()
            version = self.store.refresh("videos")
            if version != self._versions.get("videos"):
                self._videos = Videos(self._read_videos())
                self._versions["videos"] = version
            for name in [name for name in self.store.names() if name != "videos"]:
                self._versions[name] = self.store.refresh(name)
            self._refreshed_at = time.monotonic()

    def num_videos(self, where: VideoFilter) -> int:
        """Return how many videos pass a filter."""
        self.refresh(at_most_every_seconds=REFRESH_SECONDS)
        return self._videos.count(where)

    def videos(self, where: VideoFilter) -> list[VideoRow]:
        """Return the videos that pass a filter, latest first."""
        self.refresh(at_most_every_seconds=REFRESH_SECONDS)
        return self._videos.rows(where)

    def text_candidates(
        self,
        terms: Sequence[str],
        where: VideoFilter,
        *,
        signals: Sequence[str] = (),
        needs_all: bool = False,
        limit: int = 100,
    ) -> list[TextRow]:
        """Return the moments that hold any (or all) of the index terms, by BM25, best first."""
        question = TextQuestion(tuple(terms), where, tuple(signals), needs_all, limit)
        if held := self.texts_in_memory():
            return held.candidates(question)
        table = self.store.table("texts")
        if table is None or not terms:
            return []
        with self.store.errors():
            rows = matching(table, question, where.sql(signals=signals), TEXT_FIELDS, limit)
        scored = read_texts(rows, rows.column("_score").to_pylist())
        return [row for stamp, row in scored if stamp in self._videos.stamps]

    def texts_in_memory(self) -> TextsInMemory | None:
        """Return the texts as of the last refresh, `None` where they are not held: then `steady` reads from disk."""
        self.refresh(at_most_every_seconds=REFRESH_SECONDS)
        with self._lock:
            videos, table = self._videos, self.store.table("texts")
        if table is None:
            return None
        return self._memory.of(videos, table.count_rows, self._read_texts)

    def steady(self, read: Callable[[], Answer]) -> Answer:
        """Return what `read` returns of one state of the texts: it is done again when they changed meanwhile."""
        for _ in range(_MAX_READS):
            self.refresh(at_most_every_seconds=REFRESH_SECONDS)
            before = self.store.version("texts")
            answer = read()
            if self.store.version("texts") == before:
                break
        return answer

    def text_places(self, questions: Sequence[TextQuestion]) -> list[list[int]]:
        """Return the places of the rows that answer each question, best first; valid inside one `steady` only."""
        table = self.store.table("texts")
        asked = [question for question in questions if question.terms]
        if table is None or not asked:
            return [[] for _ in questions]
        with self.store.errors():
            answers = dict(zip(asked, self._texts.places(table, self._videos, asked), strict=True))
        return [answers.get(question, []) for question in questions]

    def texts_at(self, places: Sequence[int]) -> dict[int, TextRow]:
        """Return the moments at these places, in their order; valid inside one `steady` only."""
        table = self.store.table("texts")
        if table is None or not places:
            return {}
        with self.store.errors():
            rows = read_rows(table, places, ["stamp", *MOMENT_FIELDS])
        found = dict(zip(rows.column("_rowid").to_pylist(), read_moments(rows, self._videos.by_stamp), strict=True))
        return {place: row for place in places if (row := found.get(place)) is not None}

    def vocabulary(self) -> Vocabulary:
        """Return every distinct term of the index, as of the last refresh."""
        self.refresh(at_most_every_seconds=REFRESH_SECONDS)
        with self._lock:
            version = self._versions.get("texts", 0)
            if self._vocabulary is None or self._vocabulary[0] != version:
                self._vocabulary = (version, Vocabulary(self._read_terms()))
            return self._vocabulary[1]

    def sentence_candidates(
        self,
        vector: Vectors,
        where: VideoFilter,
        *,
        signals: Sequence[str] = (),
        limit: int = 50,
        min_cosine: float = -1.0,
    ) -> list[TextRow]:
        """Return the moments nearest in meaning, by cosine, best first."""
        rows, scores, videos = self._nearest("texts", vector, where, limit, signals)
        if rows is None:
            return []
        num_near = int(np.count_nonzero(scores >= min_cosine))
        texts = read_moments(rows.slice(0, num_near), videos.by_stamp)
        return [row._replace(score=float(score)) for row, score in zip(texts, scores, strict=False) if row]

    def picture_candidates(
        self, vector: Vectors, encoder_name: str, where: VideoFilter, *, limit: int = 100
    ) -> list[PictureRow]:
        """Return the seconds whose picture is nearest to a vector of the same frame encoder, best first."""
        return self._nearest_pictures(frames_name(encoder_name, len(vector)), vector, where, limit)

    def look_alikes(self, descriptor: Vectors, where: VideoFilter, *, limit: int = 100) -> list[PictureRow]:
        """Return the seconds whose picture looks most like the one described, best first."""
        return self._nearest_pictures(looks_name(len(descriptor)), descriptor, where, limit)

    def frame_encoders(self) -> tuple[str, ...]:
        """Return the frame encoders (as `slug_of` writes their names) of which there are vectors."""
        self.refresh(at_most_every_seconds=REFRESH_SECONDS)
        with self._lock, self.store.errors():
            if self._encoders is None or self._encoders[0] != self._versions:
                self._encoders = (dict(self._versions), encoders_in(self.store))
            return self._encoders[1]

    def videos_by_encoder(self) -> dict[str, frozenset[str]]:
        """Return the videos whose newest revision has vectors of each frame encoder; "" names all with pictures."""
        self.refresh()
        with self._lock, self.store.errors():
            return videos_by_encoder(self.store, self._videos.stamps)

    def own_vectors(self, name: str, video_id: str) -> tuple[pa.Table | None, Vectors]:
        """Return the rows of a table that belong to a video's newest revision, and their vectors (N, D)."""
        self.refresh(at_most_every_seconds=REFRESH_SECONDS)
        with self._lock:
            own = [stamp for stamp in self._videos.stamps if stamp.video_id == video_id]
            if not own or self.store.table(name) is None:
                return None, np.zeros((0, 0), np.float32)
            rows = self._read_rows(name, frozenset({max(own).stamp}))
        return rows, vectors_of(rows)

    def look_tables(self) -> list[str]:
        """Return the tables of look-alike descriptors, one a dimension."""
        return [name for name in self.store.names() if name.startswith("looks_")]

    def _nearest_pictures(self, name: str, vector: Vectors, where: VideoFilter, limit: int) -> list[PictureRow]:
        rows, scores, videos = self._nearest(name, vector, where, limit)
        return list(read_pictures(rows, scores, videos.by_stamp)) if rows is not None else []

    def _nearest(
        self, name: str, vector: Vectors, where: VideoFilter, limit: int, signals: Sequence[str] = ()
    ) -> tuple[pa.Table | None, Vectors, Videos]:
        self.refresh(at_most_every_seconds=REFRESH_SECONDS)
        with self._lock:
            videos = self._videos
            if self.store.table(name) is None:
                return None, np.zeros(0, np.float32), videos
            board = self._boards.setdefault(name, Board(name, self._shelf))
            board.refresh(videos.living, lambda missing: self._read_rows(name, missing))
        return (*board.nearest(vector, videos.permitted(where), limit=limit, signals=signals), videos)

    def _read_rows(self, name: str, stamps: frozenset[int]) -> pa.Table:
        """Return the rows of these stamps with their vectors."""
        fields = MOMENT_FIELDS if name == "texts" else [field for field, _ in PICTURE_COLUMNS]
        return self._rows_of(name, stamps, ["stamp", *fields, "vector"])

    def _rows_of(
        self, name: str, stamps: frozenset[int], fields: Sequence[str], *, with_row_id: bool = False
    ) -> pa.Table:
        table = self.store.table(name)
        assert table is not None
        with self.store.errors():
            query = table.search().select(list(fields)).limit(None)
            if len(stamps) < _MAX_STAMPS_NAMED:
                return query.where(f"stamp IN ({', '.join(str(stamp) for stamp in stamps)})").to_arrow()
            rows = query.where(f"stamp >= {min(stamps)} AND stamp <= {max(stamps)}").to_arrow()
        return rows.filter(pc.is_in(rows.column("stamp"), value_set=pa.array(list(stamps), pa.int64())))

    def _read_texts(self, stamps: frozenset[int]) -> pa.Table:
        """Return the rows of these stamps without their vectors, with their terms."""
        return self._rows_of("texts", stamps, ["stamp", *MOMENT_FIELDS, "terms"])

    def _read_terms(self) -> set[str]:
        table = self.store.table("texts")
        found: set[str] = set()
        if table is None:
            return found
        with self.store.errors():
            for batch in table.search().select(["terms"]).limit(None).to_batches():
                split = pc.split_pattern(batch.column("terms"), " ")
                found.update(pc.unique(split.flatten()).to_pylist())
        return found

    def _read_videos(self) -> pa.Table:
        table = self.store.table("videos")
        if table is None:
            return VIDEOS_SCHEMA.empty_table()
        with self.store.errors():
            return table.search().limit(None).to_arrow()

    def _read_stamps(self) -> frozenset[Stamp]:
        return stamps_of(self._read_videos())

    def _table_for(self, name: str, schema: pa.Schema) -> Any:
        is_new = self.store.table(name) is None
        table = self.store.create(name, schema)
        if is_new:
            create_scalar_indexes(table)
            if name == "texts":
                _create_text_index(table)
        return table

    def _make_current(self, entries: Mapping[int, IndexedVideo]) -> None:
        """Write the rows that make these stamps count, then sweep what they replaced."""
        videos = self._table_for("videos", VIDEOS_SCHEMA)
        kept = {*entries, *_earlier(self._read_stamps(), entries)}
        here = f"video_id IN ({', '.join(quoted(entry.video_id) for entry in entries.values())})"
        past = f"{here} AND stamp NOT IN ({', '.join(str(stamp) for stamp in sorted(kept))})"
        rows = pa.concat_tables([video_rows(entry, stamp) for stamp, entry in entries.items()])
        change = videos.merge_insert(["video_id", "stamp"]).when_matched_update_all().when_not_matched_insert_all()
        change.when_not_matched_by_source_delete(past).execute(rows.combine_chunks())
        for name in [name for name in self.store.names() if name != "videos"]:
            self.store.table(name).delete(past)  # type: ignore[union-attr]


def _earlier(known: Iterable[Stamp], entries: Mapping[int, IndexedVideo]) -> set[int]:
    """Return the stamp of the newest revision before the one written, of every video that has one."""
    written = {entry.video_id: entry.revision for entry in entries.values()}
    newest: dict[str, Stamp] = {}
    for stamp in known:
        if stamp.video_id in written and stamp.stamp not in entries and stamp.revision < written[stamp.video_id]:
            newest[stamp.video_id] = max(stamp, newest.get(stamp.video_id, stamp))
    return {stamp.stamp for stamp in newest.values()}


def _of_stamps(stamps: Sequence[Stamp]) -> str:
    return " OR ".join(f"(video_id = {quoted(s.video_id)} AND stamp = {s.stamp})" for s in stamps)


def _create_text_index(table: Any) -> None:
    """Index `terms` as they are: they come folded and stemmed from our own analysis."""
    from lancedb.index import FTS

    as_they_are = FTS(
        base_tokenizer="whitespace", stem=False, remove_stop_words=False, lower_case=False, ascii_folding=False,
        max_token_length=None, with_position=True,
    )  # fmt: skip
    table.create_index("terms", config=as_they_are)
