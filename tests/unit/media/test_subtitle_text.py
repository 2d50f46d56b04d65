from __future__ import annotations

import pytest

from kinora.media.subtitle_text import clean_text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain", "plain"),
        (r"{\an8\fs20}top\Nsecond\hline", "top\nsecond line"),
        ("<i>it</i> <font color='red'>red</font> <b>b</b>", "it red b"),
        ("<v Anna>I said <00:00:01.000><c.loud>no</c>", "I said no"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "alert(1)"),
        (r"{\p1}m 0 0 l 100 0 100 100{\p0}words", "words"),
        ("a\u202eb\u200bc\x00d", "abcd"),
        ("  many \t  spaces  \r\n\r\n  and lines ", "many spaces\nand lines"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("", ""),
    ],
)
def test_only_the_words_stay(given: str, expected: str) -> None:
    assert clean_text(given) == expected


def test_a_cue_is_bounded() -> None:
    assert len(clean_text("x" * 1_000_000)) == 2000
