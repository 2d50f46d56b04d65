"""Fit the weights of the evidences on one made-up world's logs, which `run.py` does not report. See README.md.

OMP_NUM_THREADS=1 python benchmarks/recommendations/fit.py
"""

from __future__ import annotations

import itertools

from run import HELD_OUT, SEEDS, measure
from simulator import make_world
from systems import Kinora

from kinora.library.recommend.ranking import WEIGHTS

SEED = 6
KINDS = frozenset({"words", "viewers", "popular"})
VIEWERS, POPULAR = (0.3, 0.6, 1.0, 1.6), (0.0, 1.0, 2.0, 3.0, 4.0)  # beside 0.8 for words
MIN_COVERAGE = 0.75  # a feed that shows everybody the same is not what is wanted, however often it is right


def main() -> None:
    assert SEED not in SEEDS
    world = make_world(seed=SEED)
    known = [log[:-HELD_OUT][::-1] for log in world.watched]
    kinora, told = Kinora(world), []
    for viewers, popular in itertools.product(VIEWERS, POPULAR):
        weights = {**WEIGHTS, "words": 0.8, "viewers": viewers, "popular": popular}
        told.append((measure(world, kinora.of(KINDS, known, weights)), viewers, popular))
    told.sort(key=lambda one: (-one[0]["ndcg_at_10"], one[1:]))
    for figures, viewers, popular in told:
        is_varied = "" if figures["coverage"] >= MIN_COVERAGE else "  too little variety"
        line = "  ".join(f"{key} {value:.3f}" for key, value in figures.items())
        print(f"viewers {viewers:.1f}  popular {popular:.1f}  {line}{is_varied}")


if __name__ == "__main__":
    main()
