"""The trainings that `kinora train frames --size` offers."""

from __future__ import annotations

from pathlib import Path

from kinora.errors import InputError
from kinora.moments.kinora_frames.network import FrameNetworkConfig
from kinora.moments.train_frames.program import FrameTraining
from kinora.moments.train_frames.resident import ResidentChoices

SIZES = ("small", "base")


def training_of(size: str, data: Path, out_dir: Path, seconds: float, *, seed: int, device: str) -> FrameTraining:
    """Return the training of that size: `small` for a processor, `base` for a GPU.

    Raises:
        InputError: there is no such size.
    """
    if size == "small":
        return FrameTraining(data, out_dir, seconds, seed=seed, device=device)
    if size != "base":
        raise InputError(f"no size {size!r}; accepted: {', '.join(SIZES)}")
    return FrameTraining(
        data,
        out_dir,
        seconds,
        network=FrameNetworkConfig(image_side=112),
        sides=((0.0, 96), (0.4, 112)),
        batch_size=1024,
        learning_rate=2e-3,
        weight_decay=0.1,
        num_remembered=4096,
        average_decay=0.9995,
        save_seconds=60.0,
        check_seconds=60.0,
        seed=seed,
        device=device,
        resident=ResidentChoices(),
        drop_path=0.1,
        dropout=0.1,
        warm_up_steps=300,
    )
