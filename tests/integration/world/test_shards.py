"""Data sets on disk: whole shards, resumed after a kill, described."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from kinora.errors import Conflict, InputError
from kinora.world.sample import sample_spec
from kinora.world.shards import ShardPlan, write_shards
from kinora.world.spec import spec_from_json

PLAN = ShardPlan(5, height=48, width=64, num_frames=5, fps=8.0, clips_of_shard=2)


def test_a_shard_holds_clip_arrays_and_words(tmp_path: Path) -> None:
    heard: list[int] = []
    index = write_shards(PLAN, tmp_path, on_clip=heard.append)
    assert heard == [0, 1, 2, 3, 4, 5]
    rows = pq.read_table(index).to_pylist()
    assert [row["seed"] for row in rows] == [0, 1, 2, 3, 4]
    with tarfile.open(tmp_path / rows[3]["shard"]) as tar:
        names = sorted(tar.getnames())
        assert names == [f"{key:09d}.{end}" for key in (2, 3) for end in ("json", "mp4", "npz")]
        record = json.load(tar.extractfile("000000003.json") or io.BytesIO())
        arrays = np.load(io.BytesIO((tar.extractfile("000000003.npz") or io.BytesIO()).read()))
        film = (tar.extractfile("000000003.mp4") or io.BytesIO()).read()
    assert record["captions"]["short"] == rows[3]["caption"]
    assert spec_from_json(record["spec"]) == sample_spec(3, seconds=1.0)
    assert arrays["depth"].shape == arrays["segmentation"].shape == (5, 48, 64)
    assert arrays["camera_positions_T3"].shape == (5, 3) and b"ftyp" in film[:16]


def test_croissant_names_every_file_with_its_digest(tmp_path: Path) -> None:
    write_shards(PLAN, tmp_path)
    description = json.loads((tmp_path / "croissant.json").read_text())
    files = {entry["name"]: entry["sha256"] for entry in description["distribution"]}
    assert set(files) == {"index.parquet", *(f"clips-{n:06d}.tar" for n in range(3))}
    assert all(len(digest) == 64 for digest in files.values())
    columns = {field["source"]["extract"]["column"] for field in description["recordSet"][0]["field"]}
    assert columns <= set(pq.read_table(tmp_path / "index.parquet").column_names)


def test_what_is_done_is_not_done_again_and_more_may_follow(tmp_path: Path) -> None:
    write_shards(replace(PLAN, num_clips=4), tmp_path)
    before = (tmp_path / "clips-000000.tar").stat().st_mtime_ns
    heard: list[int] = []
    write_shards(PLAN, tmp_path, on_clip=heard.append)
    assert heard == [4, 5]
    assert (tmp_path / "clips-000000.tar").stat().st_mtime_ns == before


def test_a_shard_that_was_the_short_last_one_is_filled_up(tmp_path: Path) -> None:
    write_shards(replace(PLAN, num_clips=3), tmp_path)
    index = write_shards(replace(PLAN, num_clips=4), tmp_path)
    assert [row["seed"] for row in pq.read_table(index).to_pylist()] == [0, 1, 2, 3]


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\nfrom kinora.world.shards import ShardPlan, write_shards\n"
        f"write_shards({PLAN!r}, Path({str(tmp_path / 'killed')!r}), on_clip=lambda done: print(done, flush=True))"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip() == "3":
            break
    child.kill()
    child.wait()
    assert not (tmp_path / "killed" / "index.parquet").exists()
    time.sleep(0.1)
    write_shards(PLAN, tmp_path / "killed")
    write_shards(PLAN, tmp_path / "whole")
    for number in range(3):
        with (
            tarfile.open(tmp_path / "killed" / f"clips-{number:06d}.tar") as one,
            tarfile.open(tmp_path / "whole" / f"clips-{number:06d}.tar") as two,
        ):
            for name in two.getnames():
                if not name.endswith(".npz"):  # zip files carry the time they were made
                    assert (one.extractfile(name) or io.BytesIO()).read() == (
                        two.extractfile(name) or io.BytesIO()
                    ).read()


def test_a_folder_of_another_plan_is_left_alone(tmp_path: Path) -> None:
    write_shards(replace(PLAN, num_clips=1), tmp_path)
    with pytest.raises(Conflict, match="another height"):
        write_shards(replace(PLAN, height=64), tmp_path)


@pytest.mark.parametrize("wrong", [{"num_clips": 0}, {"width": 63}])
def test_impossible_plans_are_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(InputError):
        write_shards(replace(PLAN, **wrong), tmp_path)


def test_the_command_prints_json_and_refuses_a_wrong_size(tmp_path: Path) -> None:
    program = "from kinora.cli.main import main; main()"
    command = [sys.executable, "-c", program, "worlds", "render", "2", "--out", str(tmp_path), "--frames", "3"]
    run = subprocess.run([*command, "--size", "64x48", "--family", "figures", "--json"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["clips"] == 2
    refused = subprocess.run([*command, "--size", "big", "--json"], capture_output=True, text=True)
    assert refused.returncode == 2 and json.loads(refused.stderr)["error"]["kind"] == "InputError"
