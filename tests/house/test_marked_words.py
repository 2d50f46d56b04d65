"""No template says a word that can't be translated."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "kinora" / "site" / "templates"
HIDDEN = re.compile(
    r"{#.*?#}|<!--.*?-->|{%\s*blocktrans.*?endblocktrans(?:late)?\s*%}|{%\s*comment.*?endcomment\s*%}|"
    r"{%\s*block (?:page_class|body_class)\s*%}.*?{%\s*endblock\s*%}|<svg.*?</svg>|"
    r"<(script|style)\b.*?</\1>|{{.*?}}|{%.*?%}",
    re.S,
)
SPOKEN = re.compile(r'\s(?:aria-label|placeholder|title|alt|data-confirm)="([^"]*)"')
MARKUP = re.compile(r"<[^<>]*>", re.S)
WORD = re.compile(r"[^\W\d_]{2,}")
# Names, units and parts of addresses: the same in every language.
SAME = re.compile(r"&\w+;|\b(?:Kinora|RSS|Atom|UTC|JSON|CSV|ms|px|kB|MB|fps|dB)\b")


def bare_words(text: str) -> list[str]:
    shown = HIDDEN.sub(" ", text)
    pieces = [*SPOKEN.findall(shown), *MARKUP.split(shown)]
    return [piece.strip() for piece in pieces if WORD.search(SAME.sub("", piece))]


def test_every_visible_word_of_the_templates_is_marked():
    bare = {
        path.relative_to(TEMPLATES).as_posix(): words
        for path in sorted(TEMPLATES.rglob("*.html"))
        if "allauth/elements" not in path.as_posix() and (words := bare_words(path.read_text(encoding="utf-8")))
    }
    assert not bare, f"wrap these in {{% translate %}} or {{% blocktranslate %}}: {bare}"


def test_the_search_for_bare_words_finds_them():
    assert bare_words('<p title="Look">{% translate "Said" %} words</p>') == ["Look", "words"]
