"""Seconds whose picture matches → ranges: the shot when it is short, else the run of matching seconds inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kinora.index.rows import PictureRow
from kinora.timebase import Span

SHORT_SHOT_SECONDS = 8.0
SAMPLE_SECONDS = 1.0
_MAX_GAP_SECONDS = 2.0
_SHARE_OF_BEST = 0.6
_ODDS_OF_BEST = 0.09  # a cosine that is 0.025 lower, at the scale of a calibrated encoder

Matched = tuple[PictureRow, float]


def share_of_best(best: float) -> float:
    """Return the least score of a second beside a shot's best one."""
    return best * _SHARE_OF_BEST


def odds_of_best(best: float) -> float:
    """Return the same for probabilities: near none and near all, odds tell seconds apart evenly."""
    odds = _ODDS_OF_BEST * best / max(1e-6, 1.0 - best)
    return odds / (1.0 + odds)


def ranges_of(
    rows: Iterable[Matched], least_of: Callable[[float], float] = share_of_best
) -> list[tuple[str, Span, float]]:
    """Return `(video_id, span, score)` of each shot's best range; a row comes with its calibrated score."""
    shots: dict[tuple[str, int], list[Matched]] = {}
    for row, score in rows:
        shots.setdefault((row.video_id, row.shot_index), []).append((row, score))
    return [found for (video_id, _), shot in shots.items() for found in _ranges_of_shot(video_id, shot, least_of)]


def _ranges_of_shot(
    video_id: str, matched: Sequence[Matched], least_of: Callable[[float], float]
) -> list[tuple[str, Span, float]]:
    first = matched[0][0]
    shot = Span(first.shot_start, max(first.shot_start, first.shot_end))
    best = max(score for _, score in matched)
    if shot.duration_seconds <= SHORT_SHOT_SECONDS:
        return [(video_id, shot, best)]
    return [
        (video_id, _span_of_run(run, shot), max(score for _, score in run))
        for run in _runs(sorted(matched, key=lambda one: one[0].second), least_of(best))
    ]


def _runs(matched: Sequence[Matched], least: float) -> list[list[Matched]]:
    runs: list[list[Matched]] = []
    for row, score in matched:
        if score < least:
            continue
        if runs and row.second - runs[-1][-1][0].second <= _MAX_GAP_SECONDS:
            runs[-1].append((row, score))
        else:
            runs.append([(row, score)])
    return runs


def _span_of_run(run: Sequence[Matched], shot: Span) -> Span:
    start = max(shot.start_seconds, run[0][0].second)
    end = run[-1][0].second + SAMPLE_SECONDS
    return Span(start, max(start, min(end, max(shot.end_seconds, start + SAMPLE_SECONDS))))
