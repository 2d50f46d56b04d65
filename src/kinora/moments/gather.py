"""Cues, words in the picture and what people wrote about a video → the moments that search looks at.

Cues are joined to sentences, because half a sentence is a poor answer and a poor vector; but never so far that a
single cue is lost in its moment: each cue of a joined moment makes up at least 30 % of it, so the moment still
overlaps (IoU ≥ 0.3) with what any one of its cues says. Title, description and tags speak of the whole video,
so their moments span it: playing one starts at the beginning, which is what somebody who typed a title expects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kinora.media.facts import Chapter
from kinora.moments.moment import Cue, Moment
from kinora.moments.screen_words import ScreenWords, cards_of
from kinora.timebase import parse_timecode

MIN_SHARE_OF_MOMENT = 0.3
_MAX_JOINED_SECONDS = 12.0
_ENOUGH_SECONDS = 7.0  # a joined moment this long takes no further cue
_LONE_SECONDS = 6.0  # a cue this long stands alone
_MAX_GAP_SECONDS = 0.8
_MAX_DESCRIPTION_CHARACTERS = 500
_SENTENCE_END = re.compile(r"[.!?…。！？؟।♪\])）】][\"'”’»」』]*$")
_SENTENCES = re.compile(r"(?<=[.!?…。！？؟।])\s+|\n+")
_CJK_EDGE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af。，！？、]")
_TIMED_LINE = re.compile(r"^\s*[(\[]?((?:\d{1,2}:)?\d{1,3}:\d{2})[)\]]?[\s\-–—:|]*(\S.{0,200})$")


@dataclass(frozen=True)
class Track:
    """The cues of one text track; `language` as BCP-47, empty where unknown."""

    cues: tuple[Cue, ...]
    language: str = ""


@dataclass(frozen=True)
class VideoWords:
    """All that is known of a video in words."""

    duration_seconds: float
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    tracks: tuple[Track, ...] = ()
    screen_words: tuple[ScreenWords, ...] = ()
    chapters: tuple[Chapter, ...] = ()


def moments_of(video: VideoWords) -> list[Moment]:
    """Return every moment of a video that has words, in order of time; the same words at the same time only once."""
    moments = [*_written(video), *_chapters(video), *_shown(video)]
    for track in video.tracks:
        moments += said_moments(track.cues, language=track.language or video.language)
    inside = (moment for moment in moments if moment.text and moment.start_seconds < _end_of(video))
    return sorted(_distinct(inside), key=lambda moment: (moment.start_seconds, moment.end_seconds))


def _end_of(video: VideoWords) -> float:
    return video.duration_seconds if video.duration_seconds > 0 else float("inf")


def _distinct(moments: Iterable[Moment]) -> list[Moment]:
    """Drop what two tracks both say, such as a sidecar and the same subtitles inside the file."""
    kept: dict[tuple[str, str], list[Moment]] = {}
    for moment in moments:
        same_words = kept.setdefault((moment.signal, " ".join(moment.text.casefold().split())), [])
        if not any(other.span == moment.span or other.span.iou(moment.span) >= 0.5 for other in same_words):
            same_words.append(moment)
    return [moment for same_words in kept.values() for moment in same_words]


def _written(video: VideoWords) -> Iterator[Moment]:
    whole = max(0.0, video.duration_seconds)
    if title := " ".join(video.title.split()):
        yield Moment(0.0, whole, "title", title, video.language)
    for part in _parts_of(video.description):
        yield Moment(0.0, whole, "description", part, video.language)
    for tag in video.tags:
        if words := " ".join(tag.split()):
            yield Moment(0.0, whole, "tag", words, video.language)


def _parts_of(description: str) -> list[str]:
    """Return the description in parts of whole sentences, short enough for one vector each."""
    parts: list[str] = []
    for sentence in _SENTENCES.split(description):
        words = " ".join(sentence.split())
        if parts and len(parts[-1]) + len(words) < _MAX_DESCRIPTION_CHARACTERS:
            parts[-1] = f"{parts[-1]} {words}".strip()
        elif words:
            parts.append(words)
    return parts


def _chapters(video: VideoWords) -> Iterator[Moment]:
    for chapter in video.chapters or chapters_in_description(video.description, video.duration_seconds):
        if title := " ".join(chapter.title.split()):
            yield Moment(
                chapter.start_seconds, max(chapter.start_seconds, chapter.end_seconds), "chapter", title, video.language
            )


def chapters_in_description(description: str, duration_seconds: float) -> list[Chapter]:
    """Return the chapters that a description lists as lines such as `1:23 The dog wakes up`, at least two of them."""
    starts: list[tuple[float, str]] = []
    for line in description.splitlines():
        if found := _TIMED_LINE.match(line[:300]):
            seconds = parse_timecode(found[1])
            if seconds < duration_seconds and (not starts or seconds > starts[-1][0]):
                starts.append((seconds, found[2].strip()))
    if len(starts) < 2:
        return []
    ends = [*(seconds for seconds, _ in starts[1:]), duration_seconds]
    return [Chapter(start, end, title) for (start, title), end in zip(starts, ends, strict=True)]


def _shown(video: VideoWords) -> Iterator[Moment]:
    for card in cards_of(video.screen_words):
        yield Moment(card.start_seconds, card.end_seconds, "shown", card.text, box=card.box)


def said_moments(cues: Sequence[Cue], *, language: str = "") -> list[Moment]:
    """Return the cues joined to sentences, see the head of this file."""
    return [_moment_of(group, language) for group in _groups(cues)]


def _groups(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    group: list[Cue] = []
    for cue in cues:
        if group and not _belongs(group, cue):
            yield group
            group = []
        group.append(cue)
    if group:
        yield group


def _belongs(group: Sequence[Cue], cue: Cue) -> bool:
    """Return whether a cue goes on with the sentence of those before it, and all stay findable by themselves."""
    last, start = group[-1], group[0].start_seconds
    if _SENTENCE_END.search(last.text) or cue.speaker not in ("", last.speaker):
        return False
    gap = cue.start_seconds - last.end_seconds
    if gap > _MAX_GAP_SECONDS or gap < -0.5 or last.end_seconds - start >= _ENOUGH_SECONDS:
        return False
    lengths = [one.end_seconds - one.start_seconds for one in (*group, cue)]
    joined = cue.end_seconds - start
    if max(lengths) >= _LONE_SECONDS or joined > _MAX_JOINED_SECONDS:
        return False
    return min(lengths) >= MIN_SHARE_OF_MOMENT * joined


def _moment_of(group: Sequence[Cue], language: str) -> Moment:
    text = ""
    for cue in group:
        words = " ".join(cue.text.split())
        meets_without_space = bool(text) and bool(_CJK_EDGE.match(text[-1])) and bool(_CJK_EDGE.match(words[:1]))
        text += words if meets_without_space or not text else f" {words}"
    return Moment(group[0].start_seconds, max(cue.end_seconds for cue in group), "said", text, language)
