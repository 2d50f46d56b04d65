"""Evidence of one video → moments."""

from __future__ import annotations

import pytest

from kinora.index.rows import PictureRow
from kinora.search.evidence import Evidence
from kinora.search.hit import Hit, ReasonSignal
from kinora.search.lexical import match_text
from kinora.search.pictures import ranges_of
from kinora.search.query import parse_query
from kinora.search.scoring import hits_of_video, weights_for
from kinora.search.words import wanted_of
from kinora.timebase import Span


def found(query: str, *evidence: tuple[str, float, float, str]) -> list[Hit]:
    wanted = wanted_of(parse_query(query))
    held = [_evidence(query, *one) for one in evidence]
    weights = weights_for(wanted, has_meaning=False, has_picture=False)
    return hits_of_video(held, wanted, weights)


def _evidence(query: str, signal: ReasonSignal, start: float, end: float, text: str) -> Evidence:
    match = match_text(wanted_of(parse_query(query)), text, signal)
    return Evidence("v", Span(start, end), signal, text, match)


def spans(hits: list[Hit]) -> list[tuple[float, float]]:
    return [(hit.start_seconds, hit.end_seconds) for hit in hits]


def test_all_words_in_one_moment_beat_some() -> None:
    hits = found("dog beach", ("said", 0, 3, "a beach"), ("said", 60, 63, "a dog on a beach"), ("said", 90, 93, "dog"))
    assert spans(hits)[0] == (60, 63)
    assert hits[0].score > 1.5 * hits[1].score


def test_a_word_of_the_title_counts_for_the_moment_that_says_the_other() -> None:
    hits = found("dog beach", ("title", 0, 300, "My dog"), ("said", 200, 204, "at the beach"), ("said", 90, 93, "dogs"))
    assert spans(hits)[0] == (200, 204)


def test_a_title_alone_plays_the_start() -> None:
    assert spans(found("trailer", ("title", 0, 300, "The trailer"))) == [(0, 10)]
    assert spans(found("trailer", ("title", 0, 4, "The trailer"))) == [(0, 4)]


def test_neighbours_that_complete_each_other_are_one_moment() -> None:
    hits = found("dog beach", ("said", 0, 3, "the dog"), ("said", 3.5, 6, "on the beach"))
    assert spans(hits) == [(0, 6)]
    assert {reason.text for reason in hits[0].reasons} == {"the dog", "on the beach"}


def test_neighbours_that_say_the_same_stay_apart() -> None:
    assert spans(found("dog", ("said", 0, 3, "a dog"), ("said", 3.5, 6, "my dog"))) == [(0, 3), (3.5, 6)]


def test_a_moment_stays_a_moment() -> None:
    hits = found("dog beach", ("said", 0, 15, "the dog"), ("said", 15, 30, "on the beach"))
    assert all(end - start <= 20 for start, end in spans(hits))


def test_the_same_range_by_two_signals_is_one_moment_with_two_reasons() -> None:
    hits = found("exit", ("said", 10, 13, "the exit"), ("shown", 10.5, 13, "EXIT"))
    assert spans(hits) == [(10, 13)]
    assert [reason.signal for reason in hits[0].reasons] == ["said", "shown"]


def test_required_words_and_phrases_must_be_there() -> None:
    assert found('"blue sea" dog', ("said", 0, 3, "a dog by the sea so blue")) == []
    assert found("said:dog shown:exit", ("said", 0, 3, "dog"), ("shown", 100, 103, "exit")) == []
    assert spans(found("said:dog shown:exit", ("said", 0, 3, "dog"), ("shown", 1, 4, "exit"))) == [(0, 4)]


def test_scores_stay_between_0_and_1() -> None:
    hits = found("dog", ("said", 0, 3, "dog"), ("title", 0, 9, "dog"), ("tag", 0, 9, "dog"))
    assert all(0 < hit.score <= 1 for hit in hits)
    assert all(0 < reason.score <= 1 for hit in hits for reason in hit.reasons)


def _row(second: float, shot: int, start: float, end: float) -> PictureRow:
    return PictureRow("v", 1, second, shot, start, end, 0.0)


def test_a_short_shot_is_the_moment() -> None:
    rows = [(_row(second, 0, 3.2, 7.4), 0.5 + second / 100) for second in (4.0, 5.0, 6.0)]
    assert ranges_of(rows) == [("v", Span(3.2, 7.4), pytest.approx(0.56))]


def test_in_a_long_shot_the_run_of_matching_seconds_is_the_moment() -> None:
    rows = [(_row(second, 0, 0.0, 60.0), 0.9) for second in (20.0, 21.0, 22.0, 24.0, 40.0)]
    assert [span for _, span, _ in ranges_of(rows)] == [Span(20, 25), Span(40, 41)]
