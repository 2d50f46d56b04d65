"""Finding moments of real clips by words alone, by their pictures: no title, no subtitle, no name is looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinora.errors import KinoraError
from kinora.index.rows import PictureRow
from kinora.media.demux import main_video, open_media
from kinora.media.read_facts import FactLimits, read_facts
from kinora.moments.kinora_frames.encoder import squashed
from kinora.search.pictures import ranges_of
from kinora.shots.detect import detect
from kinora.timebase import Span

SUFFIXES = {".mp4", ".webm", ".mkv", ".mov", ".mpg", ".gif"}
ENOUGH_IOU = 0.3
SIDE = 96  # pixels of the squares that are kept
_NUM_SHUFFLES = 20
_LIMITS = {"max_pixels": 4096 * 4096, "max_duration_seconds": 3600, "max_streams": 16}


@dataclass(frozen=True)
class Clip:
    """A clip's pictures, one a second: squares as the network sees them, vectors, and the shot of each."""

    name: str
    seconds: np.ndarray
    squares: np.ndarray
    vectors: np.ndarray
    shots: Sequence[Span]

    def shot_of(self, second: float) -> int:
        starts = [shot.start_seconds for shot in self.shots]
        return max(0, int(np.searchsorted(starts, second + 1e-6, side="right")) - 1)


@dataclass(frozen=True)
class Queries:
    """Descriptions, and for each the spans that answer it, by clip."""

    texts: list[str]
    answers: list[list[tuple[str, Span]]]


def read_queries(media: Path) -> Queries:
    """Read `moments.jsonl`; where the same words describe two copies of a clip, both answer."""
    answers: dict[str, list[tuple[str, Span]]] = {}
    for line in (media / "moments.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        span = Span(float(row["start"]), float(row["end"] if row["end"] is not None else 1e6))
        answers.setdefault(row["text"], []).append((row["file"], span))
    return Queries(list(answers), list(answers.values()))


def read_clips(media: Path, cache: Path) -> list[Clip]:
    """Read every clip with a picture, about one frame a second, without vectors; what was read before is kept."""
    kept = cache / "clips.npy"
    if kept.is_file():
        return list(np.load(kept, allow_pickle=True))
    clips = []
    for path in sorted(media.rglob("*")):
        if path.suffix in SUFFIXES:
            try:
                clips.append(_read(path, str(path.relative_to(media))))
            except KinoraError as error:
                print(f"left out {path.name}: {error}")
    clips = [clip for clip in clips if len(clip.seconds)]
    held = np.empty(len(clips), dtype=object)
    held[:] = clips
    np.save(kept, held, allow_pickle=True)
    return clips


def _read(path: Path, name: str) -> Clip:
    facts = read_facts(path, FactLimits(**_LIMITS))
    seconds, frames = [], []
    with open_media(path) as container:
        stream = main_video(container)
        next_seconds = 0.0
        for frame in container.decode(stream) if stream else ():
            if (frame.time or 0.0) + 1e-6 >= next_seconds:
                width = max(16, round(frame.width * 270 / frame.height))
                frames.append(frame.reformat(width, 270, "rgb24", interpolation="AREA").to_ndarray())
                seconds.append(float(frame.time or 0.0))
                next_seconds = int(seconds[-1]) + 1.0
    if not frames:
        return Clip(name, np.zeros(0), np.zeros((0, SIDE, SIDE, 3), np.uint8), np.zeros((0, 1)), ())
    spans = [Span(shot.start_seconds, shot.end_seconds) for shot in detect(path, facts)]
    squares = np.stack([squashed(frame, SIDE) for frame in frames])
    return Clip(name, np.array(seconds), squares, np.zeros((len(frames), 1)), spans or [Span(0.0, seconds[-1] + 1.0)])


def measure_moments(clips: Sequence[Clip], texts: np.ndarray | None, queries: Queries) -> dict[str, float]:
    """Return moment R@1/5 (IoU ≥ 0.3) and mAP in percent, and mAP over single seconds; without vectors, of chance.

    Moments are the ranges that a search would show: short shots whole, of long ones the run of best seconds. One range
    in each list is right at most, so a query's average precision is one over the place of the first right range.
    """
    dice = np.random.default_rng(0)
    places, precisions = [], []
    for number, answers in enumerate(queries.answers):
        for _ in range(1 if texts is not None else _NUM_SHUFFLES):
            scores = [
                clip.vectors @ texts[number] if texts is not None else dice.random(len(clip.seconds)) for clip in clips
            ]
            places.append(_place(clips, scores, answers))
            precisions.append(_second_precision(clips, scores, answers))
    found = np.array(places, dtype=float)
    return {
        "queries": len(queries.texts), "clips": len(clips), "seconds": sum(len(clip.seconds) for clip in clips),
        "R@1": round(100 * float(np.mean(found < 1)), 2), "R@5": round(100 * float(np.mean(found < 5)), 2),
        "mAP": round(100 * float(np.mean(1 / (1 + found))), 2),
        "mAP of seconds": round(100 * float(np.mean(precisions)), 2),
        "R@1 of clips": round(100 * float(np.mean(np.array(_clip_places(clips, texts, queries, dice)) == 0)), 2),
    }  # fmt: skip


def _place(clips: Sequence[Clip], scores: Sequence[np.ndarray], answers: Sequence[tuple[str, Span]]) -> float:
    rows = []
    for clip, own in zip(clips, scores, strict=True):
        for second, score in zip(clip.seconds, own, strict=True):
            shot = clip.shot_of(second)
            span = clip.shots[shot]
            row = PictureRow(clip.name, 1, float(second), shot, span.start_seconds, span.end_seconds, float(score))
            rows.append((row, float(np.exp(20 * score))))  # any growing function: ranges are runs of near-best seconds
    ranges = sorted(ranges_of(rows), key=lambda found: -found[2])
    ends = {clip.name: clip.shots[-1].end_seconds for clip in clips}
    for place, (name, span, _) in enumerate(ranges):
        for own_name, own in answers:
            whole = Span(own.start_seconds, min(own.end_seconds, ends[own_name]))
            if name == own_name and span.iou(whole) >= ENOUGH_IOU:
                return place
    return float("inf")


def _second_precision(
    clips: Sequence[Clip], scores: Sequence[np.ndarray], answers: Sequence[tuple[str, Span]]
) -> float:
    right = np.concatenate([
        np.array([any(clip.name == name and span.start_seconds <= s < span.end_seconds for name, span in answers)
                  for s in clip.seconds]) for clip in clips
    ])  # fmt: skip
    order = np.argsort(-np.concatenate(scores), kind="stable")
    hits = right[order]
    if not hits.any():
        return 0.0
    return float((np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)).mean())


def _clip_places(
    clips: Sequence[Clip], texts: np.ndarray | None, queries: Queries, dice: np.random.Generator
) -> list[int]:
    places = []
    for number, answers in enumerate(queries.answers):
        for _ in range(1 if texts is not None else _NUM_SHUFFLES):
            best = [
                float((clip.vectors @ texts[number]).max()) if texts is not None else dice.random() for clip in clips
            ]
            order = [clips[at].name for at in np.argsort(-np.array(best))]
            places.append(min(order.index(name) for name, _ in answers))
    return places
