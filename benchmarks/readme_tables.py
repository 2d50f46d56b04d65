"""Write the README's measured table from the benchmarks' JSON results. `python benchmarks/readme_tables.py`"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
START, END = "<!-- measured -->", "<!-- /measured -->"


def main() -> None:
    rows = [
        row
        for source in (ingest, shots, quality, search, look_alikes, copies, frames, site, load, making, two_ways)
        for row in source()
    ]
    table = "\n".join(["| what | measured | asked | by |", "|---|---|---|---|", *rows])
    text = README.read_text(encoding="utf-8")
    head, rest = text.split(START)
    README.write_text(f"{head}{START}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    print(table)


def read(path: str) -> dict[str, Any]:
    file = HERE / path
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def row(what: str, measured: str, asked: str, folder: str) -> str:
    return f"| {what} | {measured} | {asked} | [`benchmarks/{folder}`](benchmarks/{folder}/README.md) |"


def ingest() -> Iterator[str]:
    for name, clip in read("ingest/results.json").get("clips", {}).items():
        told = f"{clip['playable']:.1f} s, {clip['searchable']:.1f} s = {clip['real_time']:.1f} × real time; "
        told += f"decoding alone {clip['decode_only']:.1f} s"
        what = f"`{name}` ({clip['duration']:.0f} s, 720p): playable, searchable after"
        yield row(what, told, "10 s, 20 s, 8 ×", "ingest")


def shots() -> Iterator[str]:
    found = read("shots/results/shots.json")
    for group in [name for name in found.get("quality", {}) if "train" not in name]:
        for name, score in found.get("quality", {}).get(group, {}).items():
            told = f"{score['hard_f1']:.3f}, {score['gradual_f1']:.3f}; {score['false_on_flashes']} on flashes"
            yield row(f"shots, {group}: {name}: F1 hard, gradual; false", told, "", "shots")
    for time in found.get("timing", []):
        told = f"{time['seconds_median']:.2f} s, {time['over_decoding']:.2f} × decoding alone"
        asked = "1.25 ×" if "kinora" in time["detector"] else ""
        yield row(f"shots, `{time['clip']}`: {time['detector']}", told, asked, "shots")


def quality() -> Iterator[str]:
    for kind, score in read("search_quality/results/subtitles.json").get("kinds", {}).items():
        if "first_five" not in score:
            continue
        told = f"{score['first_five']:.3f} of {score['num_queries']}"
        yield row(f"right moment in the first five: {kind}", told, "", "search_quality")


def search() -> Iterator[str]:
    for size in ("10k", "100k", "1M"):
        for name, engine in read(f"search/results/{size}.json").get("engines", {}).items():
            if "p50_ms" not in engine:
                continue
            recall = f"; recall@10 {engine['recall_at_10']:.3f}" if "recall_at_10" in engine else ""
            told = f"{engine['p50_ms']:.1f}, {engine['p95_ms']:.1f} ms{recall}"
            yield row(f"search, {size} moments: {name}: p50, p95", told, "", "search")


def look_alikes() -> Iterator[str]:
    found = read("look_alikes/results.json").get("chosen", {}).get("overall", {})
    names = {"finds_content": "nearest frame is of the same content", "above_cutoff": "above the cut-off"}
    for key, what in names.items():
        if key in found:
            yield row(f"look-alikes, edited frames: {what}", f"{found[key]:.3f}", "", "look_alikes")


def copies() -> Iterator[str]:
    for name, found in read("copies/results.json").get("results", {}).items():
        told = f"{found['micro_ap']:.3f}; {found['segment_iou']:.2f}"
        yield row(f"copies, 12 edits at 3 strengths: {name}: micro-AP; segment IoU", told, "", "copies")


def frames() -> Iterator[str]:
    aims = {"Flickr8k: words to picture": ("R@1", "R@10"), "100 places: picture to label": ("top-5",)}
    aims |= {"moments by words": ("R@1", "mAP")}
    asked = {"R@1": "12", "R@10": "45", "top-5": "70"}
    shipped, chance = (read("frame_encoder/results.json").get(name, {}) for name in ("shipped", "chance"))
    for task in aims if shipped else ():
        for name in aims[task]:
            told = f"{shipped[task][name]:.1f} % (chance {chance[task][name]:.1f} %)"
            wanted = asked.get(name, "") if task != "moments by words" else ""
            yield row(f"pictures by words: {task}: {name}", told, wanted, "frame_encoder")


def site() -> Iterator[str]:
    found = read("site/results.json")
    for way in ("in_process", "gunicorn"):
        for page, time in found.get(way, {}).items():
            told = f"{time['p50_ms']:.0f}, {time['p95_ms']:.0f} ms"
            what = f"page {page}, {found['videos']:,} videos, {way.replace('_', ' ')}: p50, p95"
            yield row(what, told, "50 ms", "site")


def load() -> Iterator[str]:
    found = read("site/load.json")
    for page in ("home", "watch", "search", "comments_first_top", "segment"):
        each = ((number, found[page][number]) for number in ("1", "16", "64"))
        told = "; ".join(f"{one['requests_a_second']:.0f}/s, {one['p95_ms']:.0f} ms" for _, one in each)
        yield row(f"{page}, {found['videos']:,} videos, at 1, 16, 64 connections: requests, p95", told, "", "site")


def making() -> Iterator[str]:
    found = read("make/results.json")
    asked = {"colour": ("≥ 0.95", "≥ 0.95"), "direction": ("≥ 0.95", "≥ 0.95"), "count": ("≥ 0.85", ""),
             "shape": ("≥ 0.85", ""), "all": ("≥ 0.70", "≥ 0.50")}  # fmt: skip
    for place, split in enumerate(("seen", "held_out")):
        scores = found.get("fidelity", {}).get(split, {})
        for name in ("colour", "shape", "count", "direction", "place", "camera", "all"):
            if name not in scores.get("made", {}):
                continue
            told = f"{scores['made'][name]:.2f}; another prompt {scores['another prompt'].get(name, 0):.2f}, "
            told += f"through the autoencoder {scores['autoencoder'][name]:.2f}"
            what = f"made clips, {split.replace('_', ' ')} combinations: {name} as asked"
            yield row(what, told, asked.get(name, ("", ""))[place], "make")
    for size, times in found.get("speed", {}).items():
        if isinstance(times, dict):
            told = f"{times['kinora_seconds']:.1f} s; stock diffusers {times['stock_seconds']:.1f} s"
            yield row(
                f"2 s of video at {size}, {times['steps']} steps", told, "10 s" if size == "128px" else "", "make"
            )


def two_ways() -> Iterator[str]:
    for length in read("whole_vs_keyframes/results.json").get("lengths", []):
        told = f"{length['measured_time_ratio']:.2f} × the time, {length['measured_flop_ratio']:.2f} × the operations "
        told += f"(priced {length['priced_flop_ratio']:.2f})"
        what = (
            f"key-frames and in-betweens against the whole, {length['seconds_of_video']:.0f} s at {length['side']} px"
        )
        yield row(what, told, "", "whole_vs_keyframes")


if __name__ == "__main__":
    main()
