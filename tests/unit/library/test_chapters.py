"""Chapters as people write them."""

from __future__ import annotations

import pytest

from kinora.errors import InputError
from kinora.library.chapters import MAX_CHAPTERS, parse_chapters


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("", []),
        ("0:00 Opening\n\n 1:15  The harbour \n", [(0.0, "Opening"), (75.0, "The harbour")]),
        ("[0:00] - Dusk\n1:00:05.5 – Night", [(0.0, "Dusk"), (3605.5, "Night")]),
        ("0:05 12:30 to Paris", [(5.0, "12:30 to Paris")]),
        ("0:05 夜の港", [(5.0, "夜の港")]),
    ],
)
def test_lines_are_read(text: str, marks: list[tuple[float, str]]) -> None:
    assert parse_chapters(text) == marks


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Opening", "Line 1 does not begin with a time"),
        ("0:00 A\n\n0:00 B", "Line 3 starts no later"),
        ("0:00", "Line 1 has no title"),
        ("0:00 -", "Line 1 has no title"),
        ("\n".join(f"{second}s x" for second in range(MAX_CHAPTERS + 1)), "at most"),
    ],
)
def test_a_line_that_can_not_be_read_is_named(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_chapters(text)
