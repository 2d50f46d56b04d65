"""Where the model that makes clips lies. Loads no network library: doors ask here before they queue anything."""

from __future__ import annotations

from pathlib import Path

import kinora.generate
from kinora.errors import WeightsMissing
from kinora.generate.condition import EMBEDDED_MODEL

_SHIPPED = Path(kinora.generate.__file__).parent / "weights"


def folder_of_model(model: str) -> Path:
    """Return the folder of a model that is on this machine.

    Raises:
        WeightsMissing: it is not.
    """
    folder = _SHIPPED / model if model == EMBEDDED_MODEL else Path(model).expanduser().absolute()
    if (folder / "model_index.json").is_file():
        return folder
    raise WeightsMissing(
        f"the video model {_shown(model)} is not on this machine, so no clip can be made",
        hint=f"set KINORA_VIDEO_MODEL to {EMBEDDED_MODEL} (inside the package) or to a diffusers folder",
    )


def _shown(model: str) -> str:
    """Return a model's name without the folders before it: pages show it."""
    return Path(model).name or model
