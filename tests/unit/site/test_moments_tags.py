"""How a moment's times and reasons are written."""

from __future__ import annotations

from types import SimpleNamespace

from kinora.search.hit import Reason
from kinora.site.templatetags.moments import highlighted, hit_head, moment_card, seconds_value, spoken_time, timecode


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


def card_of(reasons: tuple[Reason, ...], cover_url: str = "/media/a/at/1.jpg", **options: bool) -> str:
    moment = SimpleNamespace(
        start_seconds=75.5, end_seconds=80.0, url="/watch/a?t=75.5&x=1", cover_url=cover_url, reasons=reasons
    )
    source = SimpleNamespace(kind="hls", src='/media/"a"/hls/main.m3u8')
    row = SimpleNamespace(video=SimpleNamespace(title="<i>Film</i>"), source=source)
    return str(moment_card(moment, row, **options))


def test_a_card_escapes_all_that_is_not_its_own() -> None:
    card = card_of((Reason("said", "<script>{dog}", 1.0),), show_title=True)
    assert "<script>" not in card and "&lt;script&gt;{dog}" in card
    assert "<i>" not in card and card.count("&lt;i&gt;Film&lt;/i&gt;") == 2
    assert 'href="/watch/a?t=75.5&amp;x=1"' in card and 'data-src="/media/&quot;a&quot;/hls/main.m3u8"' in card
    assert 'data-start="75.5" data-end="80"' in card and '<img src="/media/a/at/1.jpg"' in card


def test_a_card_gives_three_reasons_and_no_title_unless_asked() -> None:
    card = card_of(tuple(Reason("said", f"line {n}", 1.0) for n in range(5)), cover_url="")
    assert card.count('class="reason-text"') == 3 and "line 3" not in card
    assert "Film" not in card and "<img" not in card and "moment-blank" in card


def head_of(visibility: str) -> str:
    video = SimpleNamespace(
        title="<i>Film</i>", channel=SimpleNamespace(handle='a"b', name="Tom & Ann"), duration_seconds=75.0,
        published_at=None, visibility=visibility, get_visibility_display=lambda: "Private",
    )  # fmt: skip
    return str(hit_head(SimpleNamespace(url="/watch/a?x=1&y=2", video=video)))


def test_a_head_escapes_all_that_is_not_its_own_and_marks_what_is_not_public() -> None:
    head = head_of("private")
    assert "<i>" not in head and "&lt;i&gt;Film&lt;/i&gt;" in head
    assert 'href="/c/a&quot;b">Tom &amp; Ann</a> · 1:15 · ' in head and 'href="/watch/a?x=1&amp;y=2"' in head
    assert head.count('class="badge">Private') == 1
    assert "badge" not in head_of("public")
