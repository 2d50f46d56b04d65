"""The one evaluator: cut points against truth, one to one, hard and gradual transitions apart.

Kinds that a detector may report are not looked at, since most report none: a detector gives points. A cut is found by a
point within `CUT_FRAMES`; a gradual transition by a point within it, give or take `GRADUAL_FRAMES`. Pairs are made by
distance, closest first, cuts before graduals. Further points within a gradual transition, and points in ignored
zones, are not counted. Every other point is false, and counts against hard and gradual precision alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from truths import Truth

CUT_FRAMES = 2
GRADUAL_FRAMES = 5


@dataclass
class Score:
    """Counts; sums of several clips by `+`."""

    cuts: int = 0
    cuts_found: int = 0
    graduals: int = 0
    graduals_found: int = 0
    false: int = 0
    flashes: int = 0
    false_on_flashes: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def rates(self) -> dict[str, float]:
        hard = _rates(self.cuts_found, self.cuts, self.false)
        gradual = _rates(self.graduals_found, self.graduals, self.false)
        return {f"hard_{k}": v for k, v in hard.items()} | {f"gradual_{k}": v for k, v in gradual.items()}


def _rates(found: int, total: int, false: int) -> dict[str, float]:
    precision = found / (found + false) if found + false else 1.0
    recall = found / total if total else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def score(points: Sequence[int], truth: Truth) -> Score:
    """Return the counts of one clip; `points` are frame numbers."""
    cut_spans = [(frame, frame) for frame in truth.cuts]
    on_cuts = _paired(points, cut_spans, CUT_FRAMES)
    rest = [point for index, point in enumerate(points) if index not in on_cuts]
    on_graduals = _paired(rest, truth.graduals, GRADUAL_FRAMES)
    forgiven = [*truth.graduals, *truth.ignored]
    false = [
        point
        for index, point in enumerate(rest)
        if index not in on_graduals and not any(_gap(point, span) <= GRADUAL_FRAMES for span in forgiven)
    ]
    return Score(
        cuts=len(truth.cuts),
        cuts_found=len(on_cuts),
        graduals=len(truth.graduals),
        graduals_found=len(on_graduals),
        false=len(false),
        flashes=len(truth.flashes),
        false_on_flashes=sum(any(_gap(point, span) <= 1 for span in truth.flashes) for point in false),
    )


def _paired(points: Sequence[int], spans: Sequence[tuple[int, int]], tolerance: int) -> set[int]:
    """Return the indices of points that got a span of their own, nearest to its middle first."""
    offers = sorted(
        (abs(point - (span[0] + span[1]) / 2), index, number)
        for index, point in enumerate(points)
        for number, span in enumerate(spans)
        if _gap(point, span) <= tolerance
    )
    taken: set[int] = set()
    served: set[int] = set()
    for _, index, number in offers:
        if index not in taken and number not in served:
            taken.add(index)
            served.add(number)
    return taken


def _gap(point: int, span: tuple[int, int]) -> int:
    return max(span[0] - point, point - span[1], 0)
