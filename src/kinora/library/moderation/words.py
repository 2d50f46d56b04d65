"""Text made comparable, so that dressing a word up does not hide it: accents, look-alike letters, invisible marks."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

LINK = re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"']{1,2000}")
_BARE_HOST = re.compile(r"(?i)(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}(?![\w.-])")
_KNOWN_ENDINGS = (
    "com", "net", "org", "info", "biz", "io", "co", "ru", "cn", "top", "xyz", "site", "online", "shop", "club", "vip",
    "live", "me", "tv", "app", "dev", "link", "click", "work", "win",
)  # fmt: skip
_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
# Digits, Cyrillic and Greek letters that are read as Latin ones; signs only between letters ("v!agra", not "now!").
_ALIKE = str.maketrans("013457аеорсухіѕјԁɡοαερτυνκιѵƒꞵ", "oieastaeopcyxisjdgoaeptuvkivfb")
_SIGNS = {"@": "a", "$": "s", "!": "i", "|": "i"}
_SIGN = re.compile(r"(?<=\w)[@$!|](?=\w)")


def folded(text: str) -> str:
    """Return lower-case text without accents and invisible marks, its look-alike letters as Latin ones."""
    plain = unicodedata.normalize("NFKD", text)
    kept = (letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf", "Me"))
    letters = "".join(kept).casefold()
    return _SIGN.sub(lambda found: _SIGNS[found[0]], letters).translate(_ALIKE)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text."""
    return re.findall(r"\w+", folded(text))


def fingerprint_of(text: str) -> str:
    """Return 16 characters that are the same for texts of the same words; empty where there are fewer than three."""
    words = words_of(text)
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16] if len(words) > 2 else ""


def hosts_in(text: str) -> list[str]:
    """Return the host names that a text leads to, written as links or bare (`example.com`)."""
    links = [_host_of(found[0]) for found in LINK.finditer(text)]
    rest = LINK.sub(" ", text)
    bare = [found[0].lower() for found in _BARE_HOST.finditer(rest)]
    return [host for host in [*links, *(host for host in bare if host.rsplit(".", 1)[1] in _KNOWN_ENDINGS)] if host]


def _host_of(link: str) -> str:
    address = link if "//" in link else f"//{link}"
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def cleaned(text: str) -> str:
    """Return what a person typed without control characters and tricks of direction, with at most one empty line."""
    text = re.sub(r"\r\n?", "\n", text)
    kept = "".join(letter for letter in text if letter in "\n\t" or not _is_trick(letter))
    kept = re.sub(r"\n{3,}", "\n\n", kept).strip()
    return kept if any(unicodedata.category(letter)[0] not in "CZ" for letter in kept) else ""


def _is_trick(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") or letter in _DIRECTIONS
