"""The model that makes clips, as doors ask for it: where it lies, what a request costs. Loads no network library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kinora import config
from kinora.errors import WeightsMissing
from kinora.generate.calibration import Calibration, load_calibration, save_calibration
from kinora.generate.condition import EMBEDDED_MODEL
from kinora.generate.where import folder_of
from kinora.moments.weights import models_dir


def folder_of_model(model: str) -> Path:
    """Return the folder of a model that is on this machine.

    Raises:
        WeightsMissing: it is not.
    """
    try:
        return folder_of(model, models_dir(config.current(), "video")).absolute()
    except WeightsMissing as error:
        shown = Path(model).name or model  # without the folders before it: pages show the sentence
        raise WeightsMissing(
            f"the video model {shown} is not on this machine, so no clip can be made",
            hint=f"set KINORA_VIDEO_MODEL to {EMBEDDED_MODEL} (inside the package) or to a diffusers folder, "
            "or fetch one: kinora models get video OWNER/NAME",
        ) from error


def missing_sentence(model: str = "") -> str:
    """Return why no clip can be made with a model, empty where one can."""
    try:
        folder_of_model(model or config.current().video_model)
    except WeightsMissing as error:
        return f"{error.message}. {error.hint}."
    return ""


def calibration_of(folder: Path) -> Calibration | None:
    """Return how fast this machine is with a model; None before it was measured."""
    return load_calibration(_path(), _key(folder))


def keep_calibration(folder: Path, measured: Calibration) -> None:
    """Keep a measurement for the bills of this library."""
    save_calibration(_path(), replace(measured, weights_hash=_key(folder)))


def _path() -> Path:
    return config.current().takes_dir / "measured.json"


def _key(folder: Path) -> str:
    """Return a name that changes with the model's weights, without reading them."""
    files = sorted(folder.rglob("*.safetensors"))
    stats = [file.stat() for file in files]
    return f"{folder}:{sum(one.st_size for one in stats)}:{max((one.st_mtime_ns for one in stats), default=0)}"
