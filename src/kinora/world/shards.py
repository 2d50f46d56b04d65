"""A data set on disk: WebDataset shards, a Parquet index and Croissant metadata, whole at every moment.

A clip is three members of a tar: `NNNNNNNN.mp4`, `.npz` (depth, labels, poses) and `.json` (spec, captions). A shard is
written under a hidden name and renamed when it is complete, with its rows beside it; whoever is killed goes on at the
next shard. The index and the metadata are made anew from the finished shards.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kinora.errors import Conflict, InputError
from kinora.world.croissant import croissant_of
from kinora.world.spec import spec_to_json

RECIPE = "recipe.json"


@dataclass(frozen=True)
class ShardPlan:
    """What a data set holds; the same plan always makes the same clips."""

    num_clips: int
    family: str = "objects"
    split: str = "seen"
    first_seed: int = 0
    height: int = 288
    width: int = 512
    num_frames: int = 33
    fps: float = 16.0
    backend: str = "torch"
    clips_of_shard: int = 32

    @property
    def num_shards(self) -> int:
        """How many files the clips fill."""
        return -(-self.num_clips // self.clips_of_shard)

    def seeds(self, shard: int) -> range:
        """Return the seeds of one shard's clips."""
        first = shard * self.clips_of_shard
        return range(self.first_seed + first, self.first_seed + min(first + self.clips_of_shard, self.num_clips))


def write_shards(
    plan: ShardPlan, folder: Path, *, num_processes: int = 1, on_clip: Callable[[int], None] | None = None
) -> Path:  # fmt: skip
    """Write what is not there yet and return the index's path; `on_clip` hears how many clips are done.

    Raises:
        InputError: an impossible plan.
        Conflict: the folder holds a data set of another plan.
    """
    _check(plan)
    folder.mkdir(parents=True, exist_ok=True)
    _keep_recipe(plan, folder)
    missing = [shard for shard in range(plan.num_shards) if not _is_done(plan, folder, shard)]
    done = plan.num_clips - sum(len(plan.seeds(shard)) for shard in missing)
    if on_clip:
        on_clip(done)
    for _ in _written(plan, folder, missing, num_processes):
        done += 1
        if on_clip:
            on_clip(done)
    return _write_index(plan, folder)


def _check(plan: ShardPlan) -> None:
    if plan.num_clips < 1 or plan.clips_of_shard < 1:
        raise InputError(f"can't write {plan.num_clips} clips in shards of {plan.clips_of_shard}; at least one of each")
    if plan.height % 2 or plan.width % 2:
        raise InputError(f"the size is {plan.width}x{plan.height}; H.264 needs even numbers")


def _keep_recipe(plan: ShardPlan, folder: Path) -> None:
    path = folder / RECIPE
    recipe = asdict(plan)
    if path.exists():
        other = json.loads(path.read_text(encoding="utf-8"))
        changed = sorted(name for name in recipe if recipe[name] != other.get(name))
        if changed and changed != ["num_clips"]:
            raise Conflict(
                f"{folder} holds clips made with another {', '.join(changed)}", hint="choose another folder for --out"
            )
    _replace(path, json.dumps(recipe, indent=2).encode())


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def shard_name(shard: int) -> str:
    """Return the file name of a shard."""
    return f"clips-{shard:06d}.tar"


def _rows_path(folder: Path, shard: int) -> Path:
    return folder / "rows" / f"{shard_name(shard)}.json"


def _is_done(plan: ShardPlan, folder: Path, shard: int) -> bool:
    rows = _rows_path(folder, shard)
    if not (folder / shard_name(shard)).exists() or not rows.exists():
        return False
    return len(json.loads(rows.read_text(encoding="utf-8"))["rows"]) == len(plan.seeds(shard))


def _written(plan: ShardPlan, folder: Path, missing: list[int], num_processes: int) -> Iterator[int]:
    """Write shards, side by side where asked; yields once a clip."""
    if num_processes <= 1 or len(missing) <= 1:
        for shard in missing:
            yield from _shard(plan, folder, shard)
        return
    with ProcessPoolExecutor(num_processes, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        for count in pool.map(_whole_shard, [(plan, folder, shard) for shard in missing]):
            yield from range(count)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _whole_shard(work: tuple[ShardPlan, Path, int]) -> int:
    return len(list(_shard(*work)))


def _shard(plan: ShardPlan, folder: Path, shard: int) -> Iterator[int]:
    """Write one shard and its rows; a shard that was there from a larger plan's smaller last one is written anew."""
    path, rows_path = folder / shard_name(shard), _rows_path(folder, shard)
    unfinished = folder / f".{path.name}.part"
    rows_path.parent.mkdir(exist_ok=True)
    rows_path.unlink(missing_ok=True)
    rows = []
    with tarfile.open(unfinished, "w") as tar:
        for seed in plan.seeds(shard):
            rows.append(_add_clip(tar, plan, seed, path.name))
            yield seed
    os.replace(unfinished, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    _replace(rows_path, json.dumps({"sha256": digest, "rows": rows}).encode())


def _add_clip(tar: tarfile.TarFile, plan: ShardPlan, seed: int, shard: str) -> dict[str, Any]:
    from kinora.world.render import render
    from kinora.world.sample import sample_spec

    seconds = max((plan.num_frames - 1) / plan.fps, 1.0)
    spec = sample_spec(seed, family=plan.family, split=plan.split, seconds=seconds)  # type: ignore[arg-type]
    made = render(
        spec, backend=plan.backend, height=plan.height, width=plan.width, num_frames=plan.num_frames,  # type: ignore[arg-type]
        fps=plan.fps,
    )  # fmt: skip
    key = f"{seed:09d}"
    record = {
        "key": key, "seed": seed, "captions": asdict(made.captions), "spec": spec_to_json(spec), "fps": plan.fps,
        "num_frames": plan.num_frames, "backend": made.backend, "note": made.note,
    }  # fmt: skip
    _add(tar, f"{key}.mp4", _mp4(made.rgb_THWC, plan))
    _add(tar, f"{key}.npz", _arrays(made))
    _add(tar, f"{key}.json", json.dumps(record).encode())
    return {
        "key": key, "shard": shard, "seed": seed, "family": spec.family, "split": plan.split,
        "caption": made.captions.short, "caption_long": made.captions.long,
        "paraphrases": list(made.captions.paraphrases), "num_things": len(spec.things), "camera": spec.camera.move,
        "num_frames": plan.num_frames, "fps": plan.fps, "height": plan.height, "width": plan.width,
    }  # fmt: skip


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _mp4(rgb_THWC: NDArray[np.uint8], plan: ShardPlan) -> bytes:
    from kinora.media.clip_writer import ClipFormat, write_clip

    rate = Fraction(plan.fps).limit_denominator(1001)
    form = ClipFormat(plan.width, plan.height, rate, crf=16, preset="ultrafast", num_threads=1)
    with TemporaryDirectory() as folder:
        return write_clip(Path(folder) / "clip.mp4", iter(rgb_THWC), None, form).read_bytes()


def _arrays(made: Any) -> bytes:
    """Pack depth (float16 metres; the far backdrop is 1000), labels and poses."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, depth=made.depth_THW.astype(np.float16), segmentation=made.segmentation_THW, **vars(made.poses)
    )
    return buffer.getvalue()


def _write_index(plan: ShardPlan, folder: Path) -> Path:
    kept = [json.loads(_rows_path(folder, shard).read_text(encoding="utf-8")) for shard in range(plan.num_shards)]
    path = folder / "index.parquet"
    unfinished = folder / ".index.parquet.part"
    pq.write_table(pa.Table.from_pylist([row for shard in kept for row in shard["rows"]]), unfinished)
    os.replace(unfinished, path)
    digests = {shard_name(number): shard["sha256"] for number, shard in enumerate(kept)}
    _replace(folder / "croissant.json", json.dumps(croissant_of(asdict(plan), digests, path), indent=2).encode())
    return path
