"""Time ingest stage by stage on real clips, with the decode-only limit beside it. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import imageio_ffmpeg

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared/media"
SHARED_CLIPS = (
    "city/motorway_traffic.mp4", "cuts/testvideo_fades.mp4", "lecture/whiteboard_meeting.webm",
    "people/meeting_room_two_men.webm",
)  # fmt: skip
WARM_SECONDS = 6.0  # what a worker and its spare children need to be ready
README = HERE / "README.md"
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
STAGES = ("probe", "preview", "analyse", "read", "index", "encode")
# Six pictures of different kinds; grain makes them as costly to encode as what a camera gives.
SOURCES = (
    "testsrc2", "mandelbrot", "gradients=n=4:speed=0.02", "life=ratio=0.3:mold=10:life_color=white", "smptehdbars",
    "rgbtestsrc",
)  # fmt: skip


def main() -> None:
    options = arguments()
    if options.one:
        made = ingest_once(options.one, options.home, is_cold=options.cold, with_ladder=options.with_ladder)
        print(json.dumps(made))
        return
    clips = options.clips or default_clips(options.work)
    load_before = os.getloadavg()
    flags = ["--cold"] * options.cold + ["--with-ladder"] * options.with_ladder
    runs = {clip.name: [run_in_child(clip, flags) for _ in range(options.repeats)] for clip in clips}
    limits = {clip.name: [decode_only(clip) for _ in range(options.repeats)] for clip in clips}
    results = {
        "commit": said("git", "rev-parse", "--short", "HEAD"), "machine": machine(),
        "loads_before": {clip.name: load_before for clip in clips},
        "is_cold": options.cold, "repeats": options.repeats,
        "clips": {name: summary(runs[name], limits[name]) for name in runs}, "runs": runs, "decode_only_runs": limits,
    }  # fmt: skip
    if options.join:
        results = joined(results, options.out)
    table = table_of(results)
    print(table)
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n")
        write_table(table)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, help="write JSON here and the table into README.md")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where the made clip is kept")
    parser.add_argument("--cold", action="store_true", help="start the worker and the encoder service with the clip")
    parser.add_argument("--join", action="store_true", help="keep the other clips' results in --out")
    parser.add_argument("--with-ladder", action="store_true", help="wait for all renditions too")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def joined(results: dict[str, Any], out: Path) -> dict[str, Any]:
    """Return the results with those of other clips in `out`; the commit is the last one's."""
    before = json.loads(out.read_text())
    both = {name: before[name] | results[name] for name in ("clips", "runs", "decode_only_runs", "loads_before")}
    return results | both


def default_clips(work: Path) -> list[Path]:
    shared = [SHARED / name for name in SHARED_CLIPS]
    made = [made_clip(work, "made_180s_720p30", seconds_each=30, grain=0), made_clip(work, "made_60s_720p30")]
    return [clip for clip in shared if clip.exists()] + made


def made_clip(work: Path, name: str, *, seconds_each: int = 10, grain: int = 8) -> Path:
    """Return a made clip, drawn on first use."""
    path = work / f"{name}.mp4"
    if path.exists():
        return path
    work.mkdir(parents=True, exist_ok=True)
    inputs: list[str] = []
    for source in SOURCES:
        joint = ":" if "=" in source else "="
        inputs += ["-f", "lavfi", "-t", str(seconds_each), "-i", f"{source}{joint}s=1280x720:r=30"]
    noise = f"noise=alls={grain}:allf=t," if grain else ""
    chains = "".join(f"[{n}:v]format=yuv420p,{noise}setsar=1[p{n}];" for n in range(len(SOURCES)))
    joined = "".join(f"[p{n}]" for n in range(len(SOURCES))) + f"concat=n={len(SOURCES)}[v]"
    length = seconds_each * len(SOURCES)
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", *inputs, "-f", "lavfi", "-i", f"sine=330:d={length}"]
    command += ["-filter_complex", chains + joined, "-map", "[v]", "-map", f"{len(SOURCES)}:a", "-c:v", "libx264"]
    command += ["-preset", "veryfast", "-b:v", "4M", "-c:a", "aac", str(path.with_suffix(".part.mp4"))]
    subprocess.run(command, check=True)
    path.with_suffix(".part.mp4").rename(path)
    return path


def run_in_child(clip: Path, flags: list[str]) -> dict[str, Any]:
    """Ingest a clip in a fresh process and a fresh home."""
    with tempfile.TemporaryDirectory(prefix="kinora-ingest-") as home:
        command = [sys.executable, __file__, "--one", str(clip.resolve()), "--home", home]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("KINORA_")}
        environ |= {"OMP_WAIT_POLICY": "passive"}
        told = subprocess.run(command + flags, check=True, capture_output=True, text=True, env=environ)
    run: dict[str, Any] = json.loads(told.stdout.strip().splitlines()[-1])
    print(f"{clip.name}: searchable after {run['searchable']:.1f} s", file=sys.stderr)
    return run


def ingest_once(clip: Path, home: Path, *, is_cold: bool, with_ladder: bool) -> dict[str, Any]:
    """Do all jobs of the clip in this process, as `kinora work` does, added by a thread once the worker is ready."""
    from kinora import config
    from kinora.library.setup import set_up_django

    config.override(home=home)
    set_up_django()
    from kinora.library.accounts import system_owner
    from kinora.library.add import add_file
    from kinora.library.models import Job, Video
    from kinora.library.worker import run_worker
    from kinora.moments.encoder_client import EncoderClient

    settings = config.current()
    client = EncoderClient(settings.encoder_socket, settings)
    if not is_cold:
        client.embed_sentences(["warm"])
    owner = system_owner()
    times: dict[str, float] = {}

    def add() -> None:
        time.sleep(0.0 if is_cold else WARM_SECONDS)
        times["cpu"], times["began"] = children_cpu_seconds(), time.time()
        add_file(clip, owner=owner)
        times["added"] = time.time()

    def is_done() -> bool:
        late = ["maintain"] if with_ladder else ["maintain", "encode"]
        waiting = Job.objects.filter(state__in=["queued", "running"]).exclude(kind__in=late)
        return "added" in times and not waiting.exists()

    adding = threading.Thread(target=add)
    if is_cold:
        add()
    else:
        adding.start()
    run_worker(settings, until=is_done, is_quiet=True)
    ended, began, added = time.time(), times["began"], times["added"]
    video = Video.objects.get()
    jobs = list(Job.objects.filter(video=video).exclude(kind="maintain").order_by("id"))
    if not with_ladder:
        jobs = [job for job in jobs if job.kind != "encode"]
    bad = [f"{job.kind}: {job.error_message or job.state}" for job in jobs if job.state != "done"]
    if bad or video.state != "ready":
        raise SystemExit(f"{clip.name} did not go through: {video.state} {bad}")
    client.close()
    ends = {kind: [job.finished_at.timestamp() - added for job in jobs if job.kind == kind] for kind in STAGES}
    seconds = {kind: sum(span(job) for job in jobs if job.kind == kind) for kind in STAGES}
    return {
        "duration": video.duration_seconds, "adding": added - began, "playable": ends["preview"][0],
        "searchable": ends["index"][0], "all_done": ended - added, "stages": seconds,
        "cpu_seconds": children_cpu_seconds() - times["cpu"],
        "num_shots": video.shots.count(), "renditions": [r.height for r in video.renditions.all()],
    }  # fmt: skip


def span(job: Any) -> float:
    return float((job.finished_at - job.started_at).total_seconds())


def children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def decode_only(clip: Path) -> dict[str, float]:
    before, began = children_cpu_seconds(), time.monotonic()
    subprocess.run([FFMPEG, "-nostdin", "-v", "error", "-i", str(clip), "-map", "0:v:0", "-f", "null", "-"], check=True)
    return {"seconds": time.monotonic() - began, "cpu_seconds": children_cpu_seconds() - before}


def summary(runs: list[dict[str, Any]], limits: list[dict[str, float]]) -> dict[str, Any]:
    def median(name: str) -> float:
        return round(statistics.median(run[name] for run in runs), 2)

    searchable = median("searchable")
    return {
        "duration": round(runs[0]["duration"], 2), "playable": median("playable"), "searchable": searchable,
        "real_time": round(runs[0]["duration"] / searchable, 1), "all_done": median("all_done"),
        "cpu_seconds": median("cpu_seconds"),
        "stages": {kind: round(statistics.median(run["stages"][kind] for run in runs), 2) for kind in STAGES},
        "decode_only": round(statistics.median(limit["seconds"] for limit in limits), 2),
        "decode_only_cpu": round(statistics.median(limit["cpu_seconds"] for limit in limits), 2),
    }  # fmt: skip


def table_of(results: dict[str, Any]) -> str:
    clips = results["clips"]
    rows = (
        ("length", "duration", "s"), ("**playable after**", "playable", "s"),
        ("**searchable after**", "searchable", "s"),
        ("**real time**", "real_time", "×"), ("cpu until then", "cpu_seconds", "s"),
        ("decode only", "decode_only", "s"), ("decode only, cpu", "decode_only_cpu", "s"),
    )  # fmt: skip
    lines = ["| | " + " | ".join(clips) + " |", "|---|" + "---|" * len(clips)]
    for label, key, unit in rows:
        lines.append(f"| {label} | " + " | ".join(f"{clip[key]:g} {unit}" for clip in clips.values()) + " |")
    for kind in STAGES[:-1]:
        lines.append(f"| `{kind}` | " + " | ".join(f"{clip['stages'][kind]:g} s" for clip in clips.values()) + " |")
    load = max(loads[0] for loads in results["loads_before"].values())
    lines.append(f"\nCommit {results['commit']}, {results['machine']}, load before up to {load:.1f},")
    lines.append(f"median of {results['repeats']}.")
    return "\n".join(lines)


def write_table(table: str) -> None:
    text = README.read_text()
    head, tail = text.split("<!-- results -->")[0], text.split("<!-- /results -->")[1]
    README.write_text(f"{head}<!-- results -->\n{table}\n<!-- /results -->{tail}")


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0] if names else platform.machine()}"


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout.strip()


if __name__ == "__main__":
    main()
