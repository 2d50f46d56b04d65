"""Words read in the picture, with their time and box; lines that stand together are a card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kinora.moments.moment import Box
from kinora.timebase import Span


@dataclass(frozen=True)
class ScreenWords:
    """One line of text that stands in the picture during `[start_seconds, end_seconds)`.

    `similarity` is the reader's mean certainty in [0, 1]; `box` the line's place when it was read best.
    """

    start_seconds: float
    end_seconds: float
    text: str
    box: Box
    similarity: float

    @property
    def span(self) -> Span:
        return Span(self.start_seconds, self.end_seconds)


_SAME_TIME = 0.6  # IoU of time from which lines are one card
_MAX_CARD_CHARACTERS = 600


def cards_of(words: Iterable[ScreenWords]) -> list[ScreenWords]:
    """Return the lines joined to cards: those seen at the same time, in reading order, with the box around them."""
    cards: list[list[ScreenWords]] = []
    for line in sorted(words, key=lambda one: (one.start_seconds, one.end_seconds)):
        home = next((card for card in reversed(cards[-20:]) if _is_on(card, line)), None)
        if home is None:
            cards.append([line])
        else:
            home.append(line)
    return [_joined(in_reading_order(card)) for card in cards]


def _is_on(card: Sequence[ScreenWords], line: ScreenWords) -> bool:
    return card[0].span.iou(line.span) >= _SAME_TIME and sum(len(one.text) for one in card) < _MAX_CARD_CHARACTERS


def in_reading_order(lines: Sequence[ScreenWords]) -> list[ScreenWords]:
    """Return lines from top to bottom, those on one height from left to right."""
    rows: list[list[ScreenWords]] = []
    for line in sorted(lines, key=lambda one: one.box.top + one.box.height / 2):
        middle = line.box.top + line.box.height / 2
        last = rows[-1][0].box if rows else None
        if last is not None and last.top <= middle <= last.top + last.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda one: one.box.left)]


def _joined(lines: Sequence[ScreenWords]) -> ScreenWords:
    return ScreenWords(
        start_seconds=min(line.start_seconds for line in lines),
        end_seconds=max(line.end_seconds for line in lines),
        text=" ".join(line.text for line in lines),
        box=box_around([line.box for line in lines]),
        similarity=sum(line.similarity for line in lines) / len(lines),
    )


def box_around(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that holds all."""
    if len(boxes) == 1:
        return boxes[0]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    return Box(left, top, right - left, bottom - top)
