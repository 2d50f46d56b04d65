"""Searches to begin with, made of what this library really holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from kinora.library.models import Chapter, Cue, ScreenText, Video

NUM_RECENT = 12
_WORD = re.compile(r"[^\W\d_][\w'’-]{2,}[^\W\d_]")
_COMMON = frozenset(
    {
        "about", "after", "again", "also", "because", "been", "before", "being", "could", "does", "from", "have",
        "here", "into", "just", "like", "more", "much", "only", "other", "over", "really", "should", "some", "than",
        "that", "their", "them", "then", "there", "these", "they", "thing", "this", "those", "very", "want", "were",
        "what", "when", "where", "which", "while", "will", "with", "would", "your", "you're", "it's", "don't", "that's",
        "going", "know", "think", "said",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A search that finds something, and what it shows."""

    text: str
    explains: str


def examples_for(visible: QuerySet[Video]) -> list[Example]:
    """Return up to four searches from the latest videos that this person may find; none for an empty library."""
    recent = list(visible.order_by("-published_at", "-id").values_list("id", "title")[:NUM_RECENT])
    ids = [pk for pk, _ in recent]
    said = Cue.objects.filter(track__video_id__in=ids).order_by("-track_id", "id")
    shown = ScreenText.objects.filter(video_id__in=ids, similarity__gte=0.5).order_by("-video_id", "id")
    chapters = Chapter.objects.filter(video_id__in=ids).order_by("-video_id", "id")
    made = [
        _of(said.values_list("text", flat=True)[:40], '"{}"', "words that somebody says", num_words=3),
        _of(shown.values_list("text", flat=True)[:40], "shown:{}", "a word seen in the picture", num_words=1),
        _of(chapters.values_list("title", flat=True)[:40], "{}", "a chapter", num_words=3),
        _of((title for _, title in recent), "title:{}", "a word of a title", num_words=1),
    ]
    return [example for example in made if example is not None]


def _of(texts: Iterable[str], form: str, explains: str, *, num_words: int) -> Example | None:
    """Return an example from the text with the longest telling word."""
    best = max((found for text in texts if (found := _telling(text, num_words))), key=len, default="")
    return Example(form.format(best), explains) if best else None


def _telling(text: str, num_words: int) -> str:
    """Return `num_words` words in their order around the longest uncommon one, "" when there is none."""
    line = text.splitlines()[0] if text.strip() else ""
    words = [str(word) for word in _WORD.findall(line) if word.lower() not in _COMMON and len(word) <= 14]
    if not words:
        return ""
    longest = max(words, key=len)
    if num_words == 1:
        return longest.lower()
    around = re.search(rf"(?:\b[\w'’]+ )?{re.escape(longest)}(?: [\w'’]+\b)?", line)
    return str(around.group()) if around else longest
