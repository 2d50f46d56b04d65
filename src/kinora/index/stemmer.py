"""The English (Porter 2) stemmer: *running* and *runs* become *run*.

Source: M. Porter, "The English (Porter2) stemming algorithm", snowballstem.org/algorithms/english/stemmer.html.
Our own, because index, score and highlight must agree on every word.
"""

from __future__ import annotations

import re
from functools import lru_cache

_VOWELS = "aeiouy"
_DOUBLES = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
_REGION_1_EXCEPTIONS = ("gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ")
_EXCEPTIONS = {
    "skis": "ski", "skies": "sky", "idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli",
    "only": "onli", "singly": "singl", "sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas",
    "cosmos": "cosmos", "bias": "bias", "andes": "andes",
}  # fmt: skip
_STOP_AFTER_1A = ("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed")
_STEP_2 = {
    "tional": "tion", "enci": "ence", "anci": "ance", "abli": "able", "entli": "ent", "izer": "ize",
    "ization": "ize", "ational": "ate", "ation": "ate", "ator": "ate", "alism": "al", "aliti": "al",
    "alli": "al", "fulness": "ful", "ousli": "ous", "ousness": "ous", "iveness": "ive", "iviti": "ive",
    "biliti": "ble", "bli": "ble", "fulli": "ful", "lessli": "less", "ogist": "og",
}  # fmt: skip
_STEP_3 = {
    "tional": "tion", "ational": "ate", "alize": "al", "icate": "ic", "iciti": "ic", "ical": "ic",
    "ful": "", "ness": "",
}  # fmt: skip
_STEP_4 = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize",
    "al", "er", "ic",
)  # fmt: skip
_ENGLISH = re.compile(r"[a-z']+")
_REGION = re.compile(f"[{_VOWELS}][^{_VOWELS}](.*)")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case English word; anything else comes back unchanged."""
    if len(word) <= 2 or not _ENGLISH.fullmatch(word):
        return word
    if word in _EXCEPTIONS:
        return _EXCEPTIONS[word]
    word = _mark_consonant_y(word.removeprefix("'"))
    r1, r2 = _regions(word)
    word = _step_1a(word)
    if word in _STOP_AFTER_1A:
        return word
    word = _step_1c(_step_1b(word, r1))
    word = _step_2(word, r1)
    word = _step_3(word, r1, r2)
    word = _step_5(_step_4(word, r2), r1, r2)
    return word.replace("Y", "y")


def _mark_consonant_y(word: str) -> str:
    return re.sub(f"(^|[{_VOWELS}])y", lambda found: found[1] + "Y", word)


def _regions(word: str) -> tuple[int, int]:
    start = next((len(prefix) for prefix in _REGION_1_EXCEPTIONS if word.startswith(prefix)), None)
    if start is None:
        found = _REGION.search(word)
        start = found.start(1) if found else len(word)
    found = _REGION.search(word, start)
    return start, found.start(1) if found else len(word)


def _has_vowel(text: str) -> bool:
    return any(letter in _VOWELS for letter in text)


def _ends_in_short_syllable(word: str) -> bool:
    if word == "past":
        return True
    if len(word) == 2:
        return word[0] in _VOWELS and word[1] not in _VOWELS
    return bool(re.search(f"[^{_VOWELS}][{_VOWELS}][^{_VOWELS}wxY]$", word))


def _step_1a(word: str) -> str:
    for ending in ("'s'", "'s", "'"):
        word = word.removesuffix(ending)
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and _has_vowel(word[:-2]):
        return word[:-1]
    return word


def _step_1b(word: str, r1: int) -> str:
    for ending in ("eedly", "eed"):
        if word.endswith(ending):
            return word[: -len(ending)] + "ee" if len(word) - len(ending) >= r1 else word
    for ending in ("ingly", "edly", "ing", "ed"):
        if word.endswith(ending):
            return _restored(word, word[: -len(ending)], ending, r1)
    return word


def _restored(word: str, base: str, ending: str, r1: int) -> str:
    if not _has_vowel(base):
        return word
    if ending == "ing" and len(base) == 2 and base[1] == "y" and base[0] not in _VOWELS:
        return base[0] + "ie"  # dying, lying, tying
    if base.endswith(("at", "bl", "iz")):
        return base + "e"
    if base.endswith(_DOUBLES):
        return base if len(base) == 3 and base[0] in "aeo" else base[:-1]
    if len(base) <= r1 and _ends_in_short_syllable(base):
        return base + "e"
    return base


def _step_1c(word: str) -> str:
    if len(word) > 2 and word[-1] in "yY" and word[-2] not in _VOWELS:
        return word[:-1] + "i"
    return word


def _step_2(word: str, r1: int) -> str:
    for size in range(7, 2, -1):
        ending = word[-size:]
        if len(word) > size and ending in _STEP_2:
            return word[:-size] + _STEP_2[ending] if len(word) - size >= r1 else word
    if word.endswith("ogi"):
        return word[:-1] if len(word) - 3 >= r1 and word[-4:-3] == "l" else word
    if word.endswith("li") and len(word) - 2 >= r1 and word[-3:-2] in tuple("cdeghkmnrt"):
        return word[:-2]
    return word


def _step_3(word: str, r1: int, r2: int) -> str:
    for size in range(7, 2, -1):
        ending = word[-size:]
        if len(word) <= size:
            continue
        if ending in _STEP_3:
            return word[:-size] + _STEP_3[ending] if len(word) - size >= r1 else word
        if ending == "ative":
            return word[:-5] if len(word) - 5 >= r2 else word
    return word


def _step_4(word: str, r2: int) -> str:
    for ending in _STEP_4:
        if word.endswith(ending):
            return word[: -len(ending)] if len(word) - len(ending) >= r2 else word
    if word.endswith("ion") and len(word) - 3 >= r2 and word[-4:-3] in ("s", "t"):
        return word[:-3]
    return word


def _step_5(word: str, r1: int, r2: int) -> str:
    if word.endswith("e"):
        at = len(word) - 1
        if at >= r2 or (at >= r1 and not _ends_in_short_syllable(word[:-1])):
            return word[:-1]
    elif word.endswith("ll") and len(word) - 1 >= r2:
        return word[:-1]
    return word
