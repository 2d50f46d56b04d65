"""Rows found by words and rows found by vectors → evidence, each row once, with the revision it is of."""

from __future__ import annotations

from typing import Any

from kinora.index.rows import TextRow
from kinora.search.by_vector import Nearest
from kinora.search.evidence import Evidence
from kinora.search.gathering import Gathered
from kinora.search.lexical import Match, match_text
from kinora.timebase import Span

Matches = dict[tuple[object, ...], Match]


def matches_of(gathered: Gathered) -> Matches:
    """Return how the words stand in each row: what can be worked out while the vectors are still looked for."""
    return {_key(row): match_text(gathered.wanted, row.text, row.signal) for row in gathered.rows}


def evidence_of(gathered: Gathered, matches: Matches, nearest: Nearest) -> list[tuple[Evidence, int]]:
    """Return everything found."""
    rows = {_key(row): row for row in (*gathered.rows, *(row for row, _ in nearest.meanings))}
    scores = {_key(row): score for row, score in nearest.meanings}
    texts = []
    for key, row in rows.items():
        match = matches.get(key) or match_text(gathered.wanted, row.text, row.signal)
        texts.append((_text_evidence(row, match, scores.get(key, 0.0)), row.revision))
    return [*texts, *nearest.pictures]


def _text_evidence(row: TextRow, match: Match, meaning: float) -> Evidence:
    signal: Any = row.signal
    span = Span(row.start_seconds, max(row.start_seconds, row.end_seconds))
    return Evidence(row.video_id, span, signal, row.text, match, meaning=meaning, box=row.box)


def _key(row: TextRow) -> tuple[object, ...]:
    return row.video_id, row.revision, row.signal, row.start_seconds, row.end_seconds, row.text
