"""Measure recommenders on held-out watch logs. See README.md.

python benchmarks/recommendations/run.py --json benchmarks/recommendations/results.json
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from simulator import World, make_world
from systems import Kinora, Recommend, by_chance, by_popularity, by_tag_profile, by_tags

AT = 10
HELD_OUT = 5  # what each person watched last
SEEDS = (7, 8)


def measure(world: World, recommend: Recommend) -> dict[str, float]:
    """Return nDCG@10 (Järvelin and Kekäläinen, 2002), recall@10 and the share of films that anybody is shown."""
    ndcg, recall, shown = 0.0, 0.0, set()
    for log in world.watched:
        known, wanted = log[:-HELD_OUT], set(log[-HELD_OUT:])
        answer = recommend(known[::-1], AT)
        gains = sum(1 / math.log2(place + 2) for place, film in enumerate(answer) if film in wanted)
        ndcg += gains / sum(1 / math.log2(place + 2) for place in range(min(AT, len(wanted))))
        recall += len(wanted & set(answer)) / len(wanted)
        shown |= set(answer)
    people = len(world.watched)
    coverage = len(shown) / len(world.films)
    return {"ndcg_at_10": ndcg / people, "recall_at_10": recall / people, "coverage": coverage}


def systems_of(world: World, logs: Sequence[Sequence[int]], kinora: Kinora) -> dict[str, Recommend]:
    return {
        "chance": by_chance(world, logs),
        "popularity": by_popularity(world, logs),
        "tags of the last video (PeerTube's way)": by_tags(world, logs),
        "tags of everything watched": by_tag_profile(world, logs),
        "Kinora, words alone": kinora.of(frozenset({"words"}), logs),
        "Kinora, viewers alone": kinora.of(frozenset({"viewers"}), logs),
        "Kinora, words and viewers": kinora.of(frozenset({"words", "viewers"}), logs),
        "Kinora": kinora.of(frozenset({"words", "viewers", "popular"}), logs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--tag-care", type=float, nargs="*", default=[0.3, 0.6, 1.0])
    arguments = parser.parse_args()
    started, rows = time.process_time(), []
    built = {seed: Kinora(make_world(seed=seed)) for seed in SEEDS}  # films and logs are the same whatever the tags
    for tag_care in arguments.tag_care:
        totals: dict[str, list[dict[str, float]]] = {}
        for seed in SEEDS:
            world = make_world(seed=seed, tag_care=tag_care)
            known = [log[:-HELD_OUT][::-1] for log in world.watched]
            for name, recommend in systems_of(world, known, built[seed]).items():
                totals.setdefault(name, []).append(measure(world, recommend))
        for name, told in totals.items():
            means = {key: round(sum(one[key] for one in told) / len(told), 4) for key in told[0]}
            rows.append({"tag_care": tag_care, "system": name, **means})
            print(f"{tag_care:4.1f}  {name:<42}" + "  ".join(f"{key} {value:.3f}" for key, value in means.items()))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    told_all = {
        "commit": commit, "machine": f"{platform.machine()}, shared with other work", "seeds": list(SEEDS),
        "held_out": HELD_OUT, "cpu_seconds": round(time.process_time() - started, 1), "rows": rows,
    }  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps(told_all, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
