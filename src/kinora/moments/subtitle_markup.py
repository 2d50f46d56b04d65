"""Cue text with markup, hostile or not → plain text."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_CUE_CHARACTERS = 4000

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>|<[\d:.]{5,20}>|</>")
_ASS_OVERRIDE = re.compile(r"\{[^{}]{0,2000}\}")
_ASS_DRAWING = re.compile(r"\{[^{}]{0,500}\\p[1-9][^{}]{0,500}\}[^{]{0,20000}")
_SRT_OVERRIDE = re.compile(r"\{\\[^{}]{0,500}\}")
# Control characters, and those that reorder or hide text: directional overrides, isolates, byte order marks.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"[^\S\n]+")
_MARKS = re.compile(r"([\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]{3})[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]+")


def plain_text(text: str) -> str:
    """Return the text without control characters, its spaces and empty lines folded, at most 4,000 characters."""
    text = _INVISIBLE.sub("", text[: 4 * MAX_CUE_CHARACTERS].replace("\r", "\n").replace("\t", " "))
    text = _MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_CUE_CHARACTERS]


def plain_from_tags(text: str) -> str:
    """Return the words of SubRip or WebVTT markup: tags and `{\\an8}` gone, entities resolved once."""
    bare = _SRT_OVERRIDE.sub("", _TAG.sub("", text[: 4 * MAX_CUE_CHARACTERS]))
    return plain_text(html.unescape(bare))


def plain_from_ass(text: str) -> str:
    """Return the words of an ASS dialogue line: overrides and drawings gone, `\\N` a line break."""
    bare = _ASS_DRAWING.sub("", text[: 8 * MAX_CUE_CHARACTERS])
    bare = _ASS_OVERRIDE.sub("", bare)
    return plain_text(bare.replace("\\N", "\n").replace("\\n", " ").replace("\\h", " "))
