"""Spans and timecodes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.errors import InputError
from kinora.timebase import Span, format_timecode, merge_spans, parse_timecode, pts_to_seconds

seconds = st.floats(min_value=0, max_value=1e6, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("75", 75), ("75.5", 75.5), ("1:15", 75), ("1:01:15.5", 3675.5), ("1m15s", 75), ("2h", 7200), ("90s", 90)],
)
def test_times_people_write(text: str, expected: float) -> None:
    assert parse_timecode(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "-5", "1:2:3:4", "nan", "1e9", "12:34pm", "9" * 40])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no time"):
        parse_timecode(text)


@given(st.integers(min_value=0, max_value=350_000))
def test_whole_seconds_round_trip(value: int) -> None:
    assert parse_timecode(format_timecode(value)) == value
    assert parse_timecode(format_timecode(value, with_milliseconds=True)) == value


def test_webvtt_form_rounds_up_across_the_minute() -> None:
    assert format_timecode(59.9996, with_milliseconds=True) == "00:01:00.000"


def test_a_span_is_half_open() -> None:
    span = Span(1.0, 2.0)
    assert span.contains(1.0)
    assert not span.contains(2.0)
    assert span.overlap_seconds(Span(2.0, 3.0)) == 0
    with pytest.raises(InputError):
        Span(2.0, 1.0)


@given(seconds, seconds, seconds, seconds)
def test_iou_is_symmetric_and_bounded(a: float, b: float, c: float, d: float) -> None:
    one, two = Span(min(a, b), max(a, b)), Span(min(c, d), max(c, d))
    assert one.iou(two) == two.iou(one)
    assert 0 <= one.iou(two) <= 1 + 1e-9


@given(st.lists(st.tuples(seconds, seconds), max_size=20))
def test_merged_spans_are_apart_and_hold_all(pairs: list[tuple[float, float]]) -> None:
    spans = [Span(min(pair), max(pair)) for pair in pairs]
    merged = merge_spans(spans)
    assert all(left.end_seconds < right.start_seconds for left, right in pairwise(merged))
    for span in spans:
        assert any(m.start_seconds <= span.start_seconds and span.end_seconds <= m.end_seconds for m in merged)


def test_pts_become_seconds_exactly_once() -> None:
    assert pts_to_seconds(90_000 + 3003, Fraction(1, 90_000), start_pts=90_000) == pytest.approx(3003 / 90_000)
