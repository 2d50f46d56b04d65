"""The bytes of a subtitle file → text: Unicode is recognised, old national encodings are guessed by their letters."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from kinora.moments.language import primary_language

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class _Legacy:
    """An encoding, the characters its texts are full of, and the share of the non-ASCII ones that these make up."""

    encoding: str
    languages: str
    common: str
    share: float

    @property
    def is_latin(self) -> bool:
        return self.encoding in ("cp1252", "cp1250", "cp1254")


# In order of preference where two fit equally well.
_LEGACY = (
    _Legacy("cp1252", "en de fr es it pt nl sv da no nb fi is", "éèàùêçäöüßñáíóúåøæâîôûëïãõìòœ¿¡«»‘’“”–—…♪°", 0.85),
    _Legacy("gb18030", "zh", "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能，。！？、", 0.22),
    _Legacy("big5", "zh", "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能，。！？、", 0.22),
    _Legacy("cp932", "ja", "のにはをがたでてとしれさいるなかもこうすらりまくあっそだよんーアイスンルトラ、。", 0.45),
    _Legacy("cp949", "ko", "이다는을를에의가고하지도은로기리사나어아서요게들한그시자인니라있습해만안내", 0.4),
    _Legacy("cp1251", "ru uk bg sr mk", "оеаинтсрвлОЕАИНТСРВЛ", 0.6),
    _Legacy("cp1250", "pl cs hu sk sl hr ro", "ąćęłńóśźżáčďéěíňřšťúůýžöőüűäôľĺŕăâîșț„”–…", 0.9),
    _Legacy("cp1253", "el", "αοιετσνηυρπκς", 0.65),
    _Legacy("cp1254", "tr", "ığşçöüİĞŞÇÖÜâî", 0.95),
    _Legacy("cp1255", "he", "יוהלאתמרבנש", 0.7),
    _Legacy("cp1256", "ar fa ur", "اليمونرتبةعد", 0.75),
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# Accented letters stand alone between plain ones in Latin scripts; other scripts don't mix with Latin in a word.
_ACCENTED_PAIR = re.compile(r"[^\x00-\x7f\W\d_]{2}")
_MIXED_SCRIPTS = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f\W\d_]|[^\x00-\x7f\W\d_](?=[A-Za-z])")
_LANGUAGE_BONUS = 0.35


def decode_subtitles(data: bytes, *, language: str = "") -> str:
    """Return the text of a subtitle file; `language`, when its name tells it, helps where bytes alone are ambiguous."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace")
    if wide := _utf16_without_bom(data):
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _is_mostly_utf8(data):
        return data.decode("utf-8", errors="replace")
    return data.decode(_guess_legacy(data, language), errors="replace")


def _utf16_without_bom(data: bytes) -> str:
    """Return the byte order where every other byte of the beginning is mostly NUL, as ASCII in UTF-16 is."""
    head = data[:4096]
    if len(head) < 8:
        return ""
    half = len(head) // 2
    if head[1::2].count(0) > 0.4 * half and head[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if head[0::2].count(0) > 0.4 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def _is_mostly_utf8(data: bytes) -> bool:
    """Return whether a file is UTF-8 with a little damage: a cut at the end, one broken character."""
    text = data.decode("utf-8", errors="replace")
    num_broken = text.count("\ufffd")
    num_right = len(_NOT_ASCII.findall(text)) - num_broken
    return num_right > 4 * num_broken


def _guess_legacy(data: bytes, language: str) -> str:
    scores = {legacy.encoding: _score(data, legacy, primary_language(language)) for legacy in _LEGACY}
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] > 0 else "cp1252"


def _score(data: bytes, legacy: _Legacy, language: str) -> float:
    """Return how much the decoded text looks like that encoding's languages, 0 where it can't be decoded."""
    try:
        text = data[:200_000].decode(legacy.encoding, errors="strict" if len(data) <= 200_000 else "replace")
    except UnicodeDecodeError:
        return 0.0
    others = _NOT_ASCII.findall(text)
    if not others:
        return 0.0
    common = set(legacy.common + legacy.common.upper() if legacy.is_latin else legacy.common)
    share = sum(character in common for character in others) / len(others)
    oddities = _ACCENTED_PAIR if legacy.is_latin else _MIXED_SCRIPTS
    oddity = len(oddities.findall(text)) / len(others)
    bonus = _LANGUAGE_BONUS if language in legacy.languages.split() else 0.0
    return min(1.0, share / legacy.share) - oddity + bonus
