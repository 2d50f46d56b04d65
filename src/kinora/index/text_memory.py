"""Keeps the texts in memory while they fit, and answers from there what else is asked of Lance."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Lock, Thread

import numpy as np
import pyarrow as pa

from kinora.errors import KinoraError
from kinora.index.filters import VideoFilter
from kinora.index.rows import TextRow, read_moments
from kinora.index.text_board import Passing, TextBoard
from kinora.index.text_search import TextQuestion
from kinora.index.videos import Videos
from kinora.index.vocabulary import Vocabulary

DEFAULT_MIB = 512
MAX_ROWS_AT_ONCE = 20_000  # read while a question waits; more are read beside it
MAX_STAMPS_AT_ONCE = 100
_BYTES_A_ROW = 150  # at least; what it really is is looked at once they are read
_MAX_REMEMBERED_BYTES = 16 * 2**20

ReadRows = Callable[[frozenset[int]], pa.Table]

log = logging.getLogger(__name__)


class TextsInMemory:
    """One state of videos and texts: answers for the index where the texts are held; may be shared by threads."""

    def __init__(self, board: TextBoard, videos: Videos, vocabulary: Vocabulary | None = None) -> None:
        self.board = board
        self.videos = videos
        self._vocabulary = vocabulary
        self._passing: dict[tuple[VideoFilter, tuple[str, ...]], Passing] = {}
        self._lock = Lock()

    def text_places(self, questions: Sequence[TextQuestion]) -> list[list[int]]:
        """Return the places of the rows that answer each question, best first."""
        return [self._best(question)[0] for question in questions]

    def texts_at(self, places: Sequence[int]) -> dict[int, TextRow]:
        """Return the moments at these places, in their order."""
        if not places:
            return {}
        rows = read_moments(self.board.rows.take(np.array(places, np.int32)), self.videos.by_stamp)
        return {place: row for place, row in zip(places, rows, strict=True) if row is not None}

    def candidates(self, question: TextQuestion) -> list[TextRow]:
        """Return the moments that answer a question, best first, with their BM25."""
        places, scores = self._best(question)
        score_of = dict(zip(places, scores, strict=True))
        return [row._replace(score=score_of[place]) for place, row in self.texts_at(places).items()]

    def vocabulary(self) -> Vocabulary:
        """Return every distinct term."""
        with self._lock:
            if self._vocabulary is None:
                self._vocabulary = Vocabulary(self.board.codes)
            return self._vocabulary

    def with_videos(self, videos: Videos) -> TextsInMemory:
        """Return the same texts with other rights."""
        return TextsInMemory(self.board, videos, self._vocabulary)

    def _best(self, question: TextQuestion) -> tuple[list[int], list[float]]:
        if not question.terms:
            return [], []
        passing = self._passing_of(question)
        return self.board.best(question.terms, passing, needs_all=question.needs_all, limit=question.limit)

    def _passing_of(self, question: TextQuestion) -> Passing:
        key = (question.where, tuple(question.signals))
        passing = self._passing.get(key)
        if passing is None:
            passing = self.board.passing(self.videos.permitted(question.where), question.signals)
            if not question.where.video_ids:  # such a filter hardly comes twice
                with self._lock:
                    if (len(self._passing) + 1) * self.board.num_rows > _MAX_REMEMBERED_BYTES:
                        self._passing.clear()
                    self._passing[key] = passing
        return passing


class TextMemory:
    """The newest state, at most `max_mib` MiB of it; larger libraries are asked on disk."""

    def __init__(self, max_mib: int = DEFAULT_MIB) -> None:
        self._max_bytes = max_mib * 2**20
        self._current: TextsInMemory | None = None
        self._refused: Videos | None = None
        self._is_too_large = max_mib <= 0
        self._thread: Thread | None = None
        self._lock = Lock()

    def of(self, videos: Videos, num_rows: Callable[[], int], read: ReadRows) -> TextsInMemory | None:
        """Return the texts of this state of the videos, `None` while they are not in memory or don't fit.

        `read` gives the rows of stamps; a few are read here, many by a thread beside the questions.
        """
        current = self._current
        if current is not None and current.videos is videos:
            return current
        if self._is_too_large or self._refused is videos:
            return None
        with self._lock:
            return self._refreshed(videos, num_rows, read)

    def _refreshed(self, videos: Videos, num_rows: Callable[[], int], read: ReadRows) -> TextsInMemory | None:
        current = self._current
        if current is not None and current.videos is videos:
            return current
        missing = videos.living - (current.board.covered if current else frozenset())
        if current is not None and not missing:
            self._current = current.with_videos(videos)
            return self._current
        if self._is_reading:
            return None
        total = num_rows()
        if total * _BYTES_A_ROW > self._max_bytes:
            self._refused = videos
            return None
        if total <= MAX_ROWS_AT_ONCE or (current is not None and len(missing) <= MAX_STAMPS_AT_ONCE):
            self._current = self._read(current, videos, missing, read)
            return self._current
        self._start(current, videos, missing, read)
        return None

    @property
    def _is_reading(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _start(self, current: TextsInMemory | None, videos: Videos, missing: frozenset[int], read: ReadRows) -> None:
        self._thread = Thread(target=self._load, args=(current, videos, missing, read), name="texts", daemon=True)
        self._thread.start()

    def _load(self, current: TextsInMemory | None, videos: Videos, missing: frozenset[int], read: ReadRows) -> None:
        try:
            self._current = self._read(current, videos, missing, read)
        except KinoraError as error:
            self._refused = videos
            log.warning("the texts are not held in memory: %s", error.message)

    def _read(
        self, current: TextsInMemory | None, videos: Videos, missing: frozenset[int], read: ReadRows
    ) -> TextsInMemory | None:
        board = current.board if current else TextBoard.empty()
        extended = board.extended(read(missing), missing, videos.living) if missing else board
        if extended.num_bytes > self._max_bytes:
            self._is_too_large = True
            log.info("the texts take %d MiB, more than may be held in memory", extended.num_bytes // 2**20)
            return None
        return TextsInMemory(extended, videos)
