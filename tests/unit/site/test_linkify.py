"""Plain text of strangers on a page: escaped, with links and timecodes."""

import pytest

from kinora.site.linkify import linkify


def test_markup_is_escaped() -> None:
    assert linkify('<script>alert(1)</script> & "x"') == ("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;")


def test_an_address_becomes_a_link_without_the_full_stop_after_it() -> None:
    html = linkify("See https://example.org/a_(b)?c=1&d=2.")
    assert 'href="https://example.org/a_(b)?c=1&amp;d=2"' in html
    assert html.endswith("</a>.")
    assert 'rel="nofollow noopener ugc"' in html


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "ftp://a.b"])
def test_other_schemes_stay_text(text: str) -> None:
    assert "<a" not in linkify(text)


def test_an_address_cannot_leave_its_attribute() -> None:
    html = linkify('https://example.org/"onmouseover="alert(1)')
    assert 'onmouseover="' not in html


def test_a_timecode_inside_the_video_seeks() -> None:
    html = linkify("0:05 start\n1:15 end\n99:59 beyond", watch_url="/watch/abc", duration_seconds=120)
    assert '<a href="/watch/abc?t=5" data-seek="5">0:05</a>' in html
    assert 'data-seek="75"' in html
    assert html.count("<a ") == 2
    assert html.count("<br>") == 2


def test_a_clock_time_or_ratio_inside_a_word_is_left_alone() -> None:
    assert "<a" not in linkify("a1:15b 10:1 1.1:15", watch_url="/watch/abc", duration_seconds=1e6)
