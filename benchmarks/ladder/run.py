"""How many bits does a rung save at the same measured quality?

Run it: python benchmarks/ladder/run.py CLIP… > results.json

For each clip one stretch is taken without loss at the rung's height. It is encoded as a fixed ladder would (a bit rate
from the table), then at several constant strengths in H.264 and AV1; VMAF is measured on every frame of each. The size
at the fixed encoding's VMAF is read between the two strengths around it (logarithm of size over VMAF).
"""

from __future__ import annotations

import itertools
import json
import math
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from kinora.config import Settings
from kinora.media.facts import MediaFile
from kinora.media.ffmpeg import find_ffmpeg
from kinora.media.ladder import AV1, H264, Rung, plan_ladder
from kinora.media.probe import probe
from kinora.media.quality import Measuring, strength_for
from kinora.media.rung_command import picture_graph

SECONDS = 3.0
HEIGHT = 360
TARGET = 93
CRFS = {H264: (14, 19, 24, 30), AV1: (20, 28, 36, 45)}
PRESETS = {H264: ("libx264", "veryfast"), AV1: ("libsvtav1", "8")}


def main(clips: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for clip in clips if (row := _clip(Path(clip), Path(folder)))]
    json.dump({"machine": platform.processor() or platform.machine(), "commit": _commit(), "height": HEIGHT,
               "seconds": SECONDS, "note": "shared machine, nice; times are not comparable", "clips": rows,
               "median": _medians(rows)}, sys.stdout, indent=1)  # fmt: skip


def _clip(path: Path, folder: Path) -> dict[str, object] | None:
    settings = Settings(home=folder)
    facts = probe(path, settings)
    rungs = [rung for rung in plan_ladder(facts, (HEIGHT,), (H264, AV1)) if not rung.is_sound]
    if facts.video is None or not rungs:
        return None
    begun = time.process_time()
    true = _lossless(path, facts, rungs[0], folder)
    fixed_bits = rungs[0].video_bitrate_bps
    fixed = _encode(
        true, folder, H264, ["-b:v", str(fixed_bits), "-maxrate", str(2 * fixed_bits), "-bufsize", str(4 * fixed_bits)]
    )
    row: dict[str, object] = {"clip": path.name, "fixed_bytes": fixed[0], "fixed_vmaf": round(fixed[1], 2)}
    for rung in rungs:
        points = [_encode(true, folder, rung.codec, ["-crf", str(crf)]) for crf in CRFS[rung.codec]]
        size = size_at(points, fixed[1])
        row[f"{rung.codec}_saved"] = None if size is None else round(1 - size / fixed[0], 3)
    row |= _aimed(path, facts, rungs[0], folder, true, settings)
    print(json.dumps(row), round(time.process_time() - begun, 1), file=sys.stderr)
    return row


def _aimed(path: Path, facts: MediaFile, rung: Rung, folder: Path, true: Path, settings: Settings) -> dict[str, object]:
    """Return what a VMAF of 93 aimed at by samples became on the whole stretch, and its size beside the fixed one's."""
    strength = strength_for(Measuring(true, probe(true, settings), folder, settings), rung, TARGET)
    size, vmaf = _encode(true, folder, H264, ["-crf", str(strength.crf)])
    return {"aimed_vmaf": TARGET, "aimed_crf": strength.crf, "aimed_became_vmaf": round(vmaf, 2), "aimed_bytes": size}


def size_at(points: Sequence[tuple[int, float]], vmaf: float) -> float | None:
    """Return the size at a VMAF between the measured ones; None outside of them: nothing is guessed."""
    ordered = sorted(points, key=lambda point: point[1])
    for (small, below), (large, above) in itertools.pairwise(ordered):
        if below <= vmaf <= above and above > below:
            share = (vmaf - below) / (above - below)
            return math.exp(math.log(small) + share * (math.log(large) - math.log(small)))
    return None


def _lossless(path: Path, facts: MediaFile, rung: Rung, folder: Path) -> Path:
    assert facts.video is not None
    start = max(0.0, min(facts.duration_seconds * 0.3, facts.duration_seconds - SECONDS))
    out = folder / "true.mkv"
    _ffmpeg("-ss", f"{start:.3f}", "-i", str(path), "-t", str(SECONDS), "-filter_complex",
            picture_graph(facts.video, [rung]), "-map", f"[p{rung.height}]", "-an", "-c:v", "ffv1",
            str(out))  # fmt: skip
    return out


def _encode(true: Path, folder: Path, codec: str, options: list[str]) -> tuple[int, float]:
    made, told = folder / "made.mkv", folder / "vmaf.json"
    encoder, preset = PRESETS[codec]
    _ffmpeg("-i", str(true), "-c:v", encoder, "-preset", preset, *options, "-g", "100", str(made))
    _ffmpeg("-i", str(made), "-i", str(true), "-lavfi",
            f"[0:v]settb=AVTB,setpts=PTS-STARTPTS[a];[1:v]settb=AVTB,setpts=PTS-STARTPTS[b];"
            f"[a][b]libvmaf=log_fmt=json:log_path={told}", "-f", "null", "-")  # fmt: skip
    return made.stat().st_size, float(json.loads(told.read_text())["pooled_metrics"]["vmaf"]["mean"])


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([str(find_ffmpeg(Settings())), "-v", "error", "-y", *arguments], check=True)


def _medians(rows: Sequence[dict[str, object]]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name in ("h264_saved", "av1_saved"):
        known = sorted(float(value) for row in rows if (value := row[name]) is not None)  # type: ignore[arg-type]
        told[name] = known[len(known) // 2] if known else None
        told[f"{name}_clips"] = len(known)
    fixed, aimed = (sum(int(row[name]) for row in rows) for name in ("fixed_bytes", "aimed_bytes"))  # type: ignore[call-overload]
    return told | {"aimed_share_of_fixed_bytes": round(aimed / fixed, 3) if fixed else None}


def _commit() -> str:
    return subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
