"""Help with a prompt: say it in the words that a model was trained on, and say which words it has never seen. Offline.

A model folder may hold `prompt_style.json`: phrases and the plain phrase that means the same. Shown before use; nothing
is sent anywhere and nothing is changed behind a person's back.

Try it: `rewrite("A crimson orb rolling leftwards", style).text` → "a red ball rolling left"
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from kinora.errors import InputError

STYLE_NAME = "prompt_style.json"
_LIKENESS = 0.84  # of a mistyped word to a known one
_LEAST_LETTERS = 4  # of a word that may be mistyped
_WORD = re.compile(r"[\w'-]+")


@dataclass(frozen=True)
class PromptStyle:
    """What a model knows: phrase → the plain phrase, and the words that mean nothing by themselves."""

    phrases: dict[str, str]
    words: frozenset[str]  # every word of a phrase or of a training caption

    @property
    def longest(self) -> int:
        """Return the number of words of the longest phrase."""
        return max((phrase.count(" ") + 1 for phrase in self.phrases), default=0)


@dataclass(frozen=True)
class Rewritten:
    """A prompt in the model's words."""

    text: str
    changes: tuple[tuple[str, str], ...]  # what was said → what is said now
    unknown: tuple[str, ...]

    def sentences(self) -> list[str]:
        """Return what a person should know before the work."""
        said = []
        if self.changes:
            said.append("said in the model's words: " + ", ".join(f"{old} → {new}" for old, new in self.changes))
        if self.unknown:
            said.append(f"the model was never shown: {', '.join(self.unknown)}")
        return said


def load_style(folder: Path) -> PromptStyle | None:
    """Return a model's style; None where its folder holds none.

    Raises:
        InputError: the file is there and can't be read.
    """
    path = folder / STYLE_NAME
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text())
        return PromptStyle(dict(found["phrases"]), frozenset(found["words"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} can't be read", hint="train the model again, or delete the file") from error


def save_style(style: PromptStyle, folder: Path) -> None:
    """Write a model's style beside its weights."""
    text = json.dumps({"phrases": style.phrases, "words": sorted(style.words)}, indent=1, sort_keys=True)
    (folder / STYLE_NAME).write_text(text + "\n")


def rewrite(prompt: str, style: PromptStyle) -> Rewritten:
    """Return the prompt with each known phrase in its plain form, longest phrases first."""
    words = _WORD.findall(prompt.lower())
    said: list[str] = []
    changes: list[tuple[str, str]] = []
    unknown: list[str] = []
    at = 0
    while at < len(words):
        length, plain = _known(words, at, style)
        old = " ".join(words[at : at + length])
        if plain is None:
            unknown.append(old)
        elif plain != old:
            changes.append((old, plain))
        said.append(old if plain is None else plain)
        at += length
    return Rewritten(" ".join(said), tuple(dict.fromkeys(changes)), tuple(dict.fromkeys(unknown)))


def _known(words: list[str], at: int, style: PromptStyle) -> tuple[int, str | None]:
    """Return how many words from `at` on are one phrase, and its plain form; None where the word is not known."""
    for length in range(min(style.longest, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        if phrase in style.phrases:
            return length, style.phrases[phrase]
    word = words[at]
    if word in style.words:
        return 1, word
    if len(word) >= _LEAST_LETTERS:
        for near in get_close_matches(word, style.words | style.phrases.keys(), n=1, cutoff=_LIKENESS):
            return 1, style.phrases.get(near, near)
    return 1, None
