"""Text → the terms it is found by: one analysis for index, score and highlight.

Words are folded (case, accents, apostrophes) and English ones stemmed. Scripts written without spaces, or that glue
particles to words (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese), give every character and every pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kinora.index.stemmer import stem

MAX_TERM_CHARACTERS = 40
WHOLE_WORD = "="

# Han, kana, Hangul, Thai, Lao, Burmese, Khmer (and the iteration mark 々).
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1100-\u11ff\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u3099\u309a"
    "\u30a1-\u30fa\u30fc-\u30fe\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003134f"
)
# Marks that belong to the letter before them; Python's \w leaves most of them out.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a03\u0a3c-\u0a51\u0a81-\u0a83"
    "\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6"
    "\u0d00-\u0d03\u0d3b-\u0d4d\u0f71-\u0f84\u200c\u200d"
)
_TOKEN = re.compile(f"([{_UNSPACED}]+)|((?:(?![{_UNSPACED}])[^\\W_])(?:(?![{_UNSPACED}])[^\\W_]|[{_MARKS}'’ʼ])*)")
_ASCII_TOKEN = re.compile("[A-Za-z0-9][A-Za-z0-9']*")  # the same, seven times as fast
_DROPPED = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06e8\u200c\u200d'’ʼ]")
_POSSESSIVE = re.compile("['’ʼ]s?$")
_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "wolves": "wolf", "leaves": "leaf", "knives": "knife", "lives": "life",
    "ran": "run", "went": "go", "gone": "go", "said": "say", "fell": "fall", "fallen": "fall", "broke": "break",
    "broken": "break", "spoke": "speak", "spoken": "speak", "wrote": "write", "written": "write", "took": "take",
    "taken": "take", "gave": "give", "given": "give", "came": "come", "made": "make", "knew": "know",
    "known": "know", "saw": "see", "seen": "see", "ate": "eat", "eaten": "eat", "drove": "drive",
    "driven": "drive", "flew": "fly", "flown": "fly", "swam": "swim", "sang": "sing", "sung": "sing",
    "bought": "buy", "brought": "bring", "taught": "teach", "caught": "catch", "thought": "think", "told": "tell",
    "found": "find", "began": "begin", "begun": "begin", "rode": "ride", "ridden": "ride", "threw": "throw",
    "thrown": "throw", "sat": "sit", "stood": "stand", "built": "build", "held": "hold", "slept": "sleep",
    "grew": "grow", "grown": "grow", "won": "win", "lost": "lose", "paid": "pay", "sold": "sell", "sent": "send",
}  # fmt: skip


class Token(NamedTuple):
    """A word where it stands: half-open range of characters, as folded, and its stem.

    `is_unspaced`: a run of a script without spaces; `stem` is then the run itself.
    """

    start: int
    end: int
    folded: str
    stem: str
    is_unspaced: bool = False

    def terms(self) -> Iterator[str]:
        """Yield what the index holds for this token; a word that is not its own stem also as written, after `=`."""
        if not self.is_unspaced:
            yield self.stem[:MAX_TERM_CHARACTERS]
            if self.folded != self.stem:
                yield f"{WHOLE_WORD}{self.folded[:MAX_TERM_CHARACTERS]}"
            return
        for at, letter in enumerate(self.folded):
            yield letter
            if at + 1 < len(self.folded):
                yield self.folded[at : at + 2]

    def query_terms(self) -> tuple[str, ...]:
        """Return the terms that a text must hold to hold this token: the word, or every pair of its characters."""
        if not self.is_unspaced:
            return (self.stem[:MAX_TERM_CHARACTERS],)
        if len(self.folded) == 1:
            return (self.folded,)
        return tuple(self.folded[at : at + 2] for at in range(len(self.folded) - 1))


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return a word without case, accents, vowel points and apostrophes."""
    normal = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    return unicodedata.normalize("NFC", _DROPPED.sub("", _POSSESSIVE.sub("", normal)))


@lru_cache(maxsize=50_000)
def stem_of(folded: str) -> str:
    """Return the stem of a folded word; *men* and *went* become *man* and *go*."""
    return stem(_IRREGULAR.get(folded, folded))


def tokens_of(text: str) -> list[Token]:
    """Return the words of a text in order, with their ranges in the text as given."""
    if text.isascii():
        return [Token(*word) for word in words_of_ascii(text)]
    found = []
    for match in _TOKEN.finditer(text):
        word, is_unspaced = match.group(), match.group(1) is not None
        folded, stemmed = (unicodedata.normalize("NFKC", word),) * 2 if is_unspaced else _analysed(word)
        if folded:
            found.append(Token(match.start(), match.end(), folded, stemmed, is_unspaced))
    return found


def words_of_ascii(text: str) -> list[tuple[int, int, str, str]]:
    """Return start, end, folded form and stem of the words of a text in ASCII: what `tokens_of` gives, and faster."""
    return [
        (match.start(), match.end(), *analysed)
        for match in _ASCII_TOKEN.finditer(text)
        if (analysed := _analysed(match.group()))[0]
    ]


@lru_cache(maxsize=50_000)
def _analysed(word: str) -> tuple[str, str]:
    """Return a word as folded, and its stem."""
    folded = fold(word)
    return folded, stem_of(folded) if folded else ""


def index_terms(text: str) -> str:
    """Return the terms of a text, joined by spaces: what the full-text index reads."""
    return " ".join(term for token in tokens_of(text) for term in token.terms())
