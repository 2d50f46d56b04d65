"""Compare shot detectors: how many transitions each finds, what it finds that is not there, and how fast.

python benchmarks/shots/make_edits.py
python benchmarks/shots/evaluate.py [--quick] [--no-timing] [--repeats 5] [--out FILE.json]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import time
from bisect import bisect_left
from importlib.metadata import version
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from detectors import DETECTORS, TIMED, facts_of
from matching import CUT_FRAMES, GRADUAL_FRAMES, Score, score
from truths import Truth, edited, frame_seconds, labelled

HERE = Path(__file__).resolve().parent
LIMIT = "decode only, PyAV"


def nearest_frame(seconds: float, times: list[float]) -> int:
    place = bisect_left(times, seconds)
    near = [index for index in (place - 1, place) if 0 <= index < len(times)]
    return min(near, key=lambda index: abs(times[index] - seconds))


def quality(truths: list[Truth]) -> dict[str, dict[str, Score]]:
    """Return group → detector → counts."""
    scores: dict[str, dict[str, Score]] = {}
    for truth in truths:
        facts = facts_of(truth.path)
        assert facts.video is not None
        times = frame_seconds(truth.path, facts.video.stream_index)
        own = scores.setdefault(truth.group, {name: Score() for name in DETECTORS})
        for name, detector in DETECTORS.items():
            points = sorted({nearest_frame(seconds, times) for seconds in detector(truth.path, facts)})
            own[name] += score(points, truth.counted_at((len(times) - 1) / times[-1]))
        print(f"  {truth.path.name} judged", flush=True)
    return scores


def make_timing_clip(edits: Path) -> Path:
    """Return a 720p clip of edits, with all kinds of transitions, made once."""
    clip = edits / "timing-720p.mp4"
    if not clip.exists():
        inputs = [argument for path in sorted(edits.glob("held_out-0[0-1].mp4")) for argument in ("-i", str(path))]
        graph = "[0:v][1:v]concat=n=2:v=1,scale=1280:720,fps=25"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *inputs, "-filter_complex", graph]
        subprocess.run([*command, "-c:v", "libx264", "-preset", "medium", "-crf", "23", str(clip)], check=True)
    return clip


def timings(clips: list[Path], repeats: int) -> list[dict[str, Any]]:
    """Time every detector on every clip, all in turn within a repeat so that a busy moment hits all alike."""
    rows = []
    for clip in clips:
        facts = facts_of(clip)
        walls: dict[str, list[float]] = {name: [] for name in TIMED}
        for _ in range(repeats):
            for name, detector in TIMED.items():
                began = time.perf_counter()
                detector(clip, facts)
                walls[name].append(time.perf_counter() - began)
        best = {name: min(times) for name, times in walls.items()}
        rows += [
            {
                "clip": clip.name,
                "height": facts.video.height if facts.video else 0,
                "detector": name,
                "seconds_best": best[name],
                "seconds_median": statistics.median(walls[name]),
                "times_real_time": facts.duration_seconds / best[name],
                "over_decoding": best[name] / best[LIMIT],
            }
            for name in TIMED
        ]
        print(f"  {clip.name} timed", flush=True)
    return rows


PARTS = ("av", "numpy", "scenedetect", "opencv-python-headless", "imageio-ffmpeg")


def machine() -> dict[str, Any]:
    def line(command: list[str]) -> str:
        return subprocess.run(command, capture_output=True, text=True, cwd=HERE, check=False).stdout.strip()

    names = [row.split(":", 1)[1].strip() for row in line(["lscpu"]).splitlines() if row.startswith("Model name")]
    return {
        "commit": line(["git", "rev-parse", "--short", "HEAD"]),
        "processors": os.cpu_count(),
        "processor": names[0] if names else platform.processor(),
        "load_at_start": os.getloadavg()[0],
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PARTS},
        "ffmpeg": imageio_ffmpeg.get_ffmpeg_version(),
    }


def quality_table(scores: dict[str, dict[str, Score]]) -> str:
    lines = []
    for group, own in scores.items():
        any_score = next(iter(own.values()))
        lines += [
            f"\n**{group}**: {any_score.cuts} cuts, {any_score.graduals} gradual, {any_score.flashes} flashes\n",
            "| detector | hard P | hard R | hard F1 | gradual P | gradual R | gradual F1 | false | on flashes |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for name, one in own.items():
            rates = " | ".join(f"{value:.3f}" for value in one.rates().values())
            lines.append(f"| {name} | {rates} | {one.false} | {one.false_on_flashes} |")
    return "\n".join(lines)


def timing_table(rows: list[dict[str, Any]]) -> str:
    lines = ["\n| clip | detector | seconds | × real time | ÷ decoding alone |", "|---|---|---|---|---|"]
    for row in rows:
        lines.append(
            f"| {row['clip']} | {row['detector']} | {row['seconds_best']:.2f} | {row['times_real_time']:.1f} "
            f"| {row['over_decoding']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=HERE.parents[2] / "shared" / "media")
    parser.add_argument("--edits", type=Path, default=HERE / "work")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="labelled clips only, one timing each")
    parser.add_argument("--no-timing", action="store_true", help="judge only; times need a quiet machine")
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    truths = labelled(given.media)
    if not given.quick:
        for split in ("final", "held_out", "train"):
            truths += edited(given.edits, split)
    about = machine()
    clips = [given.media / "city/motorway_traffic.mp4", given.media / "lecture/whiteboard_meeting.webm"]
    rows = []
    if not given.no_timing:
        rows = timings([make_timing_clip(given.edits), *clips], 1 if given.quick else given.repeats)
    scores = quality(truths)
    print(quality_table(scores), timing_table(rows), sep="\n")
    if given.out:
        judged = {group: {name: vars(one) | one.rates() for name, one in own.items()} for group, own in scores.items()}
        rules = {"cut_frames": CUT_FRAMES, "gradual_frames": GRADUAL_FRAMES}
        given.out.parent.mkdir(parents=True, exist_ok=True)
        found = {"machine": about, "rules": rules, "quality": judged, "timing": rows}
        given.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
