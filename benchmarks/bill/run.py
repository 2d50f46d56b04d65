"""Is the bill right? Plans beside clocks for requests of several sizes; see README.md."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kinora.generate.architecture import architecture_of
from kinora.generate.condition import EMBEDDED_MODEL, Request, TimedPrompt, request_to_json
from kinora.generate.families.table import facts_of
from kinora.generate.measure import measure
from kinora.generate.plan import plan
from kinora.generate.where import folder_of

CASES = (
    {"width": 64, "height": 64, "seconds": 2.0, "steps": 24},
    {"width": 96, "height": 64, "seconds": 2.0, "steps": 24},
    {"width": 128, "height": 128, "seconds": 2.0, "steps": 12},
    {"width": 128, "height": 128, "seconds": 4.0, "steps": 24},
    {"width": 128, "height": 96, "seconds": 1.0, "steps": 40},
    {"width": 64, "height": 64, "seconds": 12.0, "steps": 16},
)
RUN = """
import resource, sys, time
from pathlib import Path
from kinora.generate.condition import request_from_json
from kinora.generate.run import generate
request = request_from_json(sys.stdin.read())
began = time.perf_counter()
generate(request, Path(sys.argv[1]), lambda *_: None, int(sys.argv[2]))
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def timed(request: Request, threads: int) -> tuple[float, int]:
    """Generate in a process of its own, as the worker does; seconds after its imports, and its most memory in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", RUN, folder, str(threads)],
            input=request_to_json(request), capture_output=True, text=True, check=True,
        )  # fmt: skip
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=EMBEDDED_MODEL)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    folder = folder_of(chosen.model)
    began = time.perf_counter()
    calibration = measure(chosen.model, chosen.threads)
    calibrating = time.perf_counter() - began
    facts, architecture = facts_of(folder), architecture_of(folder)
    rows: list[dict[str, Any]] = []
    for case in CASES:
        request = Request(prompts=(TimedPrompt(0.0, "a red ball rolls left"),), model=chosen.model, **case)
        priced = plan(request, architecture, calibration, longest_window=facts.longest_window, overlap=facts.overlap)
        seconds, memory = timed(request, chosen.threads)
        rows.append(
            case
            | {"planned_seconds": round(priced.seconds, 2), "measured_seconds": round(seconds, 2)}
            | {"seconds_error": round(priced.seconds / seconds - 1, 3)}
            | {"planned_mib": priced.peak_memory_bytes >> 20, "measured_mib": memory >> 20}
            | {"memory_error": round(priced.peak_memory_bytes / memory - 1, 3)}
        )
        print(json.dumps(rows[-1]), flush=True)
    result = {
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip(),
        "machine": platform.processor() or platform.machine(),
        "calibrating_seconds": round(calibrating, 1),
        "calibration": asdict(calibration),
        "cases": rows,
        "worst_seconds_error": max(abs(row["seconds_error"]) for row in rows),
        "worst_memory_error": max(abs(row["memory_error"]) for row in rows),
    }
    if chosen.out:
        chosen.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
