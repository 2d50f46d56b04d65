"""How good a ranked list of moments is: the usual measures of moment retrieval over a whole corpus.

R@k: a right moment's range overlaps one of the first k. R@1@IoU m: the first answer's IoU with a right range is at
least m (TVR, QVHighlights). mIoU: the mean IoU of the first answer. nDCG@10: gain is the IoU of an answer, each right
range counts once; the ideal order has each right range with IoU 1. MRR: of the first answer that overlaps.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Question

from kinora.timebase import Span

Answer = tuple[str, Span]


@dataclass(frozen=True)
class Scores:
    """The measures of one system over all questions that have an answer, and of those that have none."""

    num_questions: int
    video_first: float
    first: float
    first_five: float
    first_iou_3: float
    first_iou_5: float
    mean_iou: float
    ndcg_10: float
    mean_reciprocal_rank: float
    missed: float  # questions with an answer for which nothing at all was found
    false_alarms: float | None  # questions without an answer for which something was found


def scores_of(questions: Sequence[Question], answers: Sequence[Sequence[Answer]]) -> Scores:
    """Return the measures; `answers` holds a ranked list a question."""
    pairs = list(zip(questions, answers, strict=True))
    asked = [(question, found) for question, found in pairs if question.right]
    nothing = [found for question, found in pairs if not question.right]
    rows = [_row(question, found) for question, found in asked]
    means = [statistics.fmean(values) for values in zip(*rows, strict=True)] if rows else [0.0] * 9
    alarms = sum(bool(found) for found in nothing) / len(nothing) if nothing else None
    return Scores(len(asked), *means, false_alarms=alarms)


def _row(question: Question, found: Sequence[Answer]) -> tuple[float, ...]:
    ious = [_iou(question, answer) for answer in found[:10]]
    first = ious[0] if ious else 0.0
    place = next((at for at, iou in enumerate(ious, 1) if iou > 0.0), None)
    in_video = bool(found) and found[0][0] in {right.video for right in question.right}
    return (
        float(in_video), float(first > 0.0), float(place is not None and place <= 5), float(first >= 0.3),
        float(first >= 0.5), first, _ndcg(question, found[:10]), 1.0 / place if place else 0.0, float(not found),
    )  # fmt: skip


def _iou(question: Question, answer: Answer) -> float:
    name, span = answer
    return max((right.span.iou(span) for right in question.right if right.video == name), default=0.0)


def _ndcg(question: Question, found: Sequence[Answer]) -> float:
    left = list(question.right)
    gained = 0.0
    for place, (name, span) in enumerate(found, 1):
        ious = [right.span.iou(span) if right.video == name else 0.0 for right in left]
        if ious and max(ious) > 0.0:
            gained += max(ious) / math.log2(place + 1)
            left.pop(ious.index(max(ious)))
    ideal = sum(1.0 / math.log2(place + 1) for place in range(1, min(10, len(question.right)) + 1))
    return gained / ideal
