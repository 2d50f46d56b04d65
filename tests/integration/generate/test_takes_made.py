"""A worker makes takes with a tiny model of the true classes: killed in the middle it goes on to the same pixels."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.tables import give_tables

from kinora.generate.recipe import recipe_in_comment
from kinora.media.comment import comment_of
from kinora.media.frames import frames_at

SCRIPT = Path(__file__).parent / "take_library.py"
Ask = Callable[..., Any]


@pytest.fixture
def environment(tmp_path: Path, tiny_model: Path) -> dict[str, str]:
    give_tables(tmp_path / "home")
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("KINORA_")}
    return inherited | {
        "KINORA_HOME": str(tmp_path / "home"), "KINORA_VIDEO_MODEL": str(tiny_model), "KINORA_TEXT_ENCODER": "off",
        "KINORA_SPARE_PROCESSES": "off", "KINORA_OCR": "off",
    }  # fmt: skip


@pytest.fixture
def library(environment: dict[str, str]) -> Ask:
    """Return a function that runs the script to its end and gives what it printed."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *arguments], env=environment, capture_output=True, text=True, timeout=500
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    return run


def pixels(path: str) -> np.ndarray[Any, Any]:
    return np.stack([frame.rgb for frame in frames_at(Path(path), [index / 8 for index in range(9)], height=64)])


def killed_in_the_middle(environment: dict[str, str], folder: Path) -> None:
    """Kill a worker, with its whole process group, once it has saved a state and is not done."""
    worker = subprocess.Popen(
        [sys.executable, str(SCRIPT), "work"], env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    give_up = time.monotonic() + 400
    while not (folder / "window-0.pt").exists():
        assert worker.poll() is None, "it ended before it saved anything"
        assert time.monotonic() < give_up, "no state was saved"
        time.sleep(0.02)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.mark.timeout(1500)
def test_a_killed_worker_and_a_recipe_give_the_same_pixels(
    library: Ask, environment: dict[str, str], tmp_path: Path
) -> None:
    whole = library("ask", "5", "60")
    library("work")
    cut_off = library("ask", "5", "60")
    folder = tmp_path / "home" / "takes" / cut_off
    killed_in_the_middle(environment, folder)
    assert not (folder / "clip.mp4").exists()
    clip = tmp_path / "home" / "takes" / whole / "clip.mp4"
    alike = library("like", str(clip))
    library("work")
    takes = {take["id"]: take for take in json.loads(library("tell"))}
    assert [take["state"] for take in takes.values()] == ["done", "done", "done"], takes
    assert takes[cut_off]["num_losses"] == 1
    assert takes[cut_off]["files"] == ["clip.mp4", "given", "latents.safetensors", "preview.webp"]
    assert np.array_equal(pixels(takes[whole]["clip"]), pixels(takes[cut_off]["clip"]))
    assert np.array_equal(pixels(takes[whole]["clip"]), pixels(takes[alike]["clip"]))
    recipe = recipe_in_comment(comment_of(clip))
    assert recipe == takes[whole]["recipe"]
    assert str(tmp_path) not in json.dumps(recipe), "a file that travels holds no path of this machine"
