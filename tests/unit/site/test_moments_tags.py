"""How a moment's times and reasons are written."""

from __future__ import annotations

from kinora.search.hit import Reason
from kinora.site.templatetags.moments import highlighted, seconds_value, spoken_time, timecode


def test_matching_words_are_marked_and_everything_is_escaped() -> None:
    reason = Reason("said", "<b>dog</b> & cat", 1.0, ((3, 6), (13, 16)))
    assert highlighted(reason) == "&lt;b&gt;<mark>dog</mark>&lt;/b&gt; &amp; <mark>cat</mark>"


def test_highlights_outside_the_text_or_over_each_other_are_left_out() -> None:
    assert highlighted(Reason("said", "dog", 1.0, ((0, 2), (1, 3), (2, 9)))) == "<mark>do</mark>g"


def test_times() -> None:
    assert timecode(75.9) == "1:15"
    assert seconds_value(75.5) == "75.5"
    assert seconds_value(60.0) == "60"
    assert spoken_time(3675.2) == "1 hour 1 minute 15 seconds"
    assert spoken_time(0.4) == "0 seconds"
