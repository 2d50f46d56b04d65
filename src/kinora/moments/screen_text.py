"""Pictures taken once a second → the words seen in them, each with the time it stands and its place.

Reading a picture costs as much as decoding some seconds of film, so it is done only where letters may have appeared:
a cheap look at a small grey copy tells where strokes are that were not there when the last picture was read. How long
words stand is found without reading, by comparing the edges inside their box. A budget bounds the reads of restless
pictures; within a shot that gave nothing they become rarer.

Runs in a confined child: it decodes pictures and loads onnxruntime.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from kinora.moments.moment import Box
from kinora.moments.screen_reader import Line, ScreenReader
from kinora.moments.screen_words import ScreenWords
from kinora.moments.text_likeness import (
    Luma,
    Mask,
    edge_correlation,
    grown,
    num_new_blocks,
    num_two_tone_blocks,
    patch,
    text_mask,
)

_MAX_PIXELS = 4096 * 4096
_READS_A_SECOND = 0.33  # on average; about 3 cpu-seconds of reading a minute of film
_BURST_READS = 10.0
_SPARING_READS = 5.0  # below, only pictures are read in which the strokes are of two tones, as letters are
_MIN_TWO_TONE_BLOCKS = 3
_MIN_NEW_BLOCKS = 2
_LONGEST_WAIT_SECONDS = 8.0  # between reads of a shot that show nothing new
_STILL_THERE = 0.5  # correlation of edges from which words have not changed
_CLOCK_STILL_THERE = 0.93  # the same for digits: a clock changes one of eight
_SAME_TEXT = 0.8
_OTHER_PICTURE = 22.0  # mean difference of grey levels from which the picture is another, cut or not
_LOOK_BACK = 8  # pictures in which words just read are looked for
_REJOIN_SECONDS = 2.5
_SHORT = 4


@dataclass(frozen=True)
class Sample:
    """One picture of the film, a JPEG that the scan wrote."""

    seconds: float
    path: Path
    change: float = 0.0
    shot_index: int = 0


@dataclass
class _Seen:
    """Words that stand in the picture now, or did until a moment ago."""

    line: Line
    edges: Luma
    first_seconds: float
    last_seconds: float
    similarities: list[float]
    read_seconds: float = 0.0
    texts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Look:
    """A cheap look at a picture."""

    seconds: float
    shot_index: int
    luma: Luma
    mask: Mask


def read_screen_text(samples: Sequence[Sample], report: Callable[[float, str], None]) -> list[ScreenWords]:
    """Return the lines of text of a film in order of time; `samples` are in order of time, about a second apart.

    A line's time reaches half a step beyond the first and last pictures that show it.
    """
    watch = TextWatch(_step_of(samples), ScreenReader)
    for position, sample in enumerate(samples):
        picture = _open(sample.path)
        if picture is None:
            continue
        watch.see(picture, sample.seconds, sample.shot_index)
        if position % 10 == 0:
            report(position / len(samples), f"Reading on-screen words, {position} of {len(samples)} pictures")
    return watch.words()


class TextWatch:
    """Takes a film's pictures one by one, reads those in which words may have appeared, and remembers."""

    def __init__(self, step_seconds: float, make_reader: Callable[[], ScreenReader]) -> None:
        self._film = _Film(step_seconds)
        self._make_reader = make_reader
        self._reader: ScreenReader | None = None

    def see(self, picture: Image.Image, seconds: float, shot_index: int) -> None:
        """Take the next picture; `shot_index` may count more shots than there are, which costs a look more each."""
        look = _look_at(picture, seconds, shot_index)
        if self._film.wants_to_read(look):
            self._reader = self._reader or self._make_reader()
            self._film.take(self._reader.read(np.asarray(picture.convert("RGB"))), look)
        self._film.go_on(look)

    def words(self) -> list[ScreenWords]:
        """Return the lines seen so far, in order of time."""
        return self._film.words()


def _step_of(samples: Sequence[Sample]) -> float:
    steps = [after.seconds - before.seconds for before, after in pairwise(samples)]
    return float(np.median(steps)) if steps else 1.0


def _open(path: Path) -> Image.Image | None:
    """Return the picture, None where the file is no JPEG of bearable size: one lost second, not a lost film."""
    try:
        picture = Image.open(path, formats=["JPEG"])
        if picture.width * picture.height > _MAX_PIXELS:
            return None
        picture.load()
    except OSError:
        return None
    return picture


def _look_at(picture: Image.Image, seconds: float, shot_index: int) -> _Look:
    height = min(240, picture.height)
    width = max(32, round(picture.width * height / picture.height))
    small = picture.convert("L").resize((width, height), Image.Resampling.BOX)
    luma = np.asarray(small, dtype=np.int16)
    return _Look(seconds, shot_index, luma, text_mask(luma))


class _Film:
    """What is known of a film's words up to the current picture."""

    def __init__(self, step_seconds: float) -> None:
        self._step_seconds = step_seconds
        self._standing: list[_Seen] = []
        self._gone: list[_Seen] = []
        self._before: deque[_Look] = deque(maxlen=_LOOK_BACK)
        self._known: Mask | None = None
        self._reads_left = _BURST_READS
        self._read_seconds = -1e9
        self._shot_read = -1
        self._num_in_vain = 0
        self._usual_news = 0.0

    def wants_to_read(self, look: _Look) -> bool:
        """Return whether letters may have appeared that were not there at the last read, and the budget allows it."""
        self._reads_left = min(_BURST_READS, self._reads_left + _READS_A_SECOND * self._step_seconds)
        if look.shot_index != self._shot_read or self._is_another(look):
            self._num_in_vain, self._known = 0, None
        news = num_new_blocks(look.mask, self._known_now(look))
        is_surprise = news >= 4 + 2 * self._usual_news
        self._usual_news += 0.2 * (news - self._usual_news)
        if news < _MIN_NEW_BLOCKS or self._reads_left < 1.0:
            return False
        if self._reads_left < _SPARING_READS and num_two_tone_blocks(look.luma) < _MIN_TWO_TONE_BLOCKS:
            return False
        wait = min(_LONGEST_WAIT_SECONDS, 2.0**self._num_in_vain) if self._num_in_vain else 0.0
        return is_surprise or look.seconds - self._read_seconds >= wait

    def _is_another(self, look: _Look) -> bool:
        """Return whether the picture differs so much from the one before that nothing is known of it."""
        before = self._before[-1].luma if self._before else None
        if before is None or before.shape != look.luma.shape:
            return True
        return float(np.abs(look.luma - before).mean()) > _OTHER_PICTURE

    def _known_now(self, look: _Look) -> Mask | None:
        """Return where letters were at the last read of this shot, less the places of words that went since."""
        if self._known is None or self._known.shape != look.mask.shape:
            return None
        known = self._known.copy()
        for seen in self._standing:
            if not _still_shows(look.luma, seen):
                _clear(known, seen.line.box)
        return known

    def take(self, lines: Sequence[Line], look: _Look) -> None:
        """Join what was read with what stands already; new words are looked for in the pictures before."""
        self._reads_left -= 1.0
        self._read_seconds, self._shot_read, self._known = look.seconds, look.shot_index, look.mask
        num_before = len(self._standing) + len(self._gone)
        for line in lines:
            seen = self._same_as(line, look.seconds)
            if seen is None:
                seen = _Seen(line, patch(look.luma, line.box), look.seconds, look.seconds, [], look.seconds)
                seen.first_seconds = max(self._first_shown(seen), self._end_of_replaced(seen))
                self._standing.append(seen)
            _note(seen, line, look)
        has_found = len(self._standing) + len(self._gone) > num_before
        self._num_in_vain = 0 if has_found else self._num_in_vain + 1

    def _same_as(self, line: Line, seconds: float) -> _Seen | None:
        recent = (seen for seen in reversed(self._gone[-40:]) if seconds - seen.last_seconds <= _REJOIN_SECONDS)
        for seen in self._standing:
            if is_same_text(seen.line.text, line.text) and _overlap(seen.line.box, line.box) > 0.2:
                return seen
        for seen in [*self._standing, *recent]:
            is_long = len(line.text) >= 6
            if is_long and seen.last_seconds < seconds and is_same_text(seen.line.text, line.text):
                if seen in self._gone:
                    self._gone.remove(seen)
                    self._standing.append(seen)
                return seen
        return None

    def _end_of_replaced(self, fresh: _Seen) -> float:
        """End the words that stood where others were read now; return the earliest time left for the new ones."""
        earliest = -1e9
        for seen in list(self._standing):
            is_older = seen.read_seconds < fresh.read_seconds
            if is_older and _overlap(seen.line.box, fresh.line.box) > 0.4:
                seen.last_seconds = min(seen.last_seconds, max(seen.read_seconds, fresh.first_seconds))
                earliest = max(earliest, seen.read_seconds + self._step_seconds)
                self._standing.remove(seen)
                self._gone.append(seen)
        return min(earliest, fresh.read_seconds)

    def _first_shown(self, seen: _Seen) -> float:
        first = seen.first_seconds
        for look in reversed(self._before):
            if not _still_shows(look.luma, seen):
                break
            first = look.seconds
        return first

    def go_on(self, look: _Look) -> None:
        """Note which words still stand, and keep the picture for looking back."""
        for seen in list(self._standing):
            if _still_shows(look.luma, seen):
                seen.last_seconds = look.seconds
            elif seen.last_seconds < look.seconds:
                self._standing.remove(seen)
                self._gone.append(seen)
        self._before.append(look)
        if self._known is not None and self._known.shape == look.mask.shape:
            self._known = self._known & grown(look.mask)  # strokes that went are news when they come again

    def words(self) -> list[ScreenWords]:
        half = self._step_seconds / 2
        found = []
        for seen in (*self._gone, *self._standing):
            if len(seen.line.text) < _SHORT and seen.first_seconds == seen.last_seconds:
                continue  # a letter or two in one picture only is mostly texture
            text = max(seen.texts, key=lambda each: seen.texts[each])
            similarity = sum(seen.similarities) / len(seen.similarities)
            start = max(0.0, seen.first_seconds - half)
            found.append(ScreenWords(start, seen.last_seconds + half, text, seen.line.box, round(similarity, 4)))
        return sorted(found, key=lambda words: (words.start_seconds, words.box.top, words.box.left))


def _note(seen: _Seen, line: Line, look: _Look) -> None:
    """Count a reading: the text that was read most surely and most often wins; the place is the latest."""
    seen.similarities.append(line.similarity)
    seen.texts[line.text] = seen.texts.get(line.text, 0.0) + line.similarity**4
    seen.line, seen.edges, seen.last_seconds = line, patch(look.luma, line.box), look.seconds
    seen.read_seconds = look.seconds


def _still_shows(luma: Luma, seen: _Seen) -> bool:
    needed = _CLOCK_STILL_THERE if is_clock(seen.line.text) else _STILL_THERE
    return edge_correlation(patch(luma, seen.line.box), seen.edges) >= needed


def _clear(mask: Mask, box: Box) -> None:
    rows, columns = mask.shape
    top, left = int(box.top * rows), int(box.left * columns)
    bottom, right = int((box.top + box.height) * rows) + 1, int((box.left + box.width) * columns) + 1
    mask[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = False


def is_clock(text: str) -> bool:
    """Return whether the text is mostly digits, such as a time code or a counter."""
    num_digits = sum(letter.isdigit() for letter in text)
    return num_digits > 0 and num_digits >= 0.4 * len(text.replace(" ", ""))


def is_same_text(first: str, second: str) -> bool:
    """Return whether two readings are of the same words; digits must agree, for a clock shows new words each second."""
    plain = [re.sub(r"\W+", "", text).casefold() for text in (first, second)]
    if plain[0] == plain[1]:
        return True
    if re.sub(r"\D", "", first) != re.sub(r"\D", "", second):
        return False
    return SequenceMatcher(a=plain[0], b=plain[1], autojunk=False).ratio() >= _SAME_TEXT


def _overlap(first: Box, second: Box) -> float:
    across = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    down = min(first.top + first.height, second.top + second.height) - max(first.top, second.top)
    shared = max(0.0, across) * max(0.0, down)
    union = first.width * first.height + second.width * second.height - shared
    return shared / union if union > 0 else 0.0
