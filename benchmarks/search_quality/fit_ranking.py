"""Fits the numbers by which sentences make passages, on folders of questions given for fitting, and writes them.

python benchmarks/search_quality/fit_ranking.py FOLDER [FOLDER …] --origin "what the folders are" [--write]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from corpus import Corpus, Question, read_corpus
from encoders import Encoder
from metrics import Answer, scores_of
from systems import Asking, build

from kinora.search import answering
from kinora.search.fitted import PLACE, PassageFit, passage_fit
from kinora.search.passages import Sentences, passages_of

STEPS: dict[str, tuple] = {
    "words": (0.3, 0.4, 0.6),
    "mean": (0.1, 0.2, 0.4),
    "saturation": (0.3, 1.2),
    "half_seconds": ((15.0,), (7.0, 20.0), (5.0, 15.0, 30.0)),
}
LENGTHS: dict[str, tuple] = {"edge_share": (0.6, 0.7, 0.9), "most_seconds": (30.0, 60.0)}


def changed(fit: PassageFit, name: str, value: object) -> PassageFit | None:
    """Return the fit with another value; the three weights keep the sum 1. `None`: no such fit."""
    fit = replace(fit, **{name: value})
    best = round(1.0 - fit.words - fit.mean, 6)
    return replace(fit, best=best) if best >= 0 and fit.least_seconds <= fit.most_seconds else None


@dataclass(frozen=True)
class Asked:
    """One question with every track that was looked at for it."""

    question: Question
    tracks: tuple[tuple[str, Sentences, np.ndarray], ...]


def looked_at(corpus: Corpus, asking: Asking) -> list[Asked]:
    """Return what each question that wants a passage was answered from."""
    found = []
    for question in corpus.questions:
        tracks: list[tuple[str, Sentences, np.ndarray]] = []
        with patch.object(answering, "looked_at", partial(_remembered, tracks)):
            asking.answers(question.query)
        if tracks:
            found.append(Asked(question, tuple(tracks)))
    print(f"{corpus.name}: {len(found)} of {len(corpus.questions)} questions want passages", flush=True)
    return found


def _remembered(tracks: list, *given: object) -> tuple:
    """Look as a search does, and keep what it looked at."""
    found, rarity = _LOOK(*given)
    tracks += [(track.video_id, track.sentences, rarity) for track in found]
    return found, rarity


_LOOK = answering.looked_at


def goodness(fit: PassageFit, held: Sequence[Sequence[Asked]]) -> float:
    """Return the mean over the folders of R@1 and mIoU."""
    values = []
    for folder in held:
        answers = [[_best(one, fit)] for one in folder]
        scores = scores_of([one.question for one in folder], answers)
        values.append((scores.first + scores.mean_iou) / 2)
    return statistics.fmean(values)


def _best(asked: Asked, fit: PassageFit) -> Answer:
    found = [
        (one.score, name, one.span) for name, s, rarity in asked.tracks for one in passages_of(s, rarity, fit, limit=1)
    ]
    _, name, span = max(found, key=lambda one: one[0])
    return name, span


def fitted(fit: PassageFit, held: Sequence[Sequence[Asked]], steps: dict[str, tuple]) -> PassageFit:
    """Return the best fit by one walk along each number."""
    best = goodness(fit, held)
    print(f"start {best:.4f}", flush=True)
    for name, values in steps.items():
        for value in values:
            other = changed(fit, name, value)
            if other is None or other == fit:
                continue
            good = goodness(other, held)
            if good > best + 5e-4:
                best, fit = good, other
                print(f"{name} {value}: {good:.4f}", flush=True)
    return fit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--lengths", action="store_true", help="also how long passages are")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--vectors", type=Path, help="keep sentence vectors in this file between runs")
    options = parser.parse_args()
    encoder = Encoder(options.vectors)
    with tempfile.TemporaryDirectory() as scratch:
        corpora = [read_corpus(folder) for folder in options.folders]
        searchers = [build(corpus, Path(scratch, str(n)), encoder) for n, corpus in enumerate(corpora)]
        encoder.keep()
        held = [looked_at(corpus, searcher) for corpus, searcher in zip(corpora, searchers, strict=True)]
        fit = fitted(passage_fit(), held, STEPS | LENGTHS if options.lengths else STEPS)
    text = json.dumps({"origin": options.origin, "passages": asdict(fit)}, indent=2) + "\n"
    print(text)
    if options.write:
        PLACE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
