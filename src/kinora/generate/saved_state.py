"""A training's state on disk: written whole or not at all, so that a killed run goes on from the last one."""

from __future__ import annotations

import json
import os
import pickle
import time
from pathlib import Path
from typing import Any

import torch

from kinora.errors import InputError


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write tensors, numbers and strings; the old state stays until the new one is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


def load_state(path: Path) -> dict[str, Any] | None:
    """Return the state, or None where there is none.

    Raises:
        InputError: the file is there and can't be read.
    """
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except (RuntimeError, EOFError, ValueError, OSError, pickle.UnpicklingError) as error:
        raise InputError(
            f"{path} holds no training state that can be read", hint="delete it to begin anew, or choose another --out"
        ) from error
    return state


class TrainingLog:
    """One JSON line an entry, in the order of time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def write(self, **entry: Any) -> None:
        """Append one line with the time of day."""
        entry["at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with self._path.open("a") as file:
            file.write(json.dumps(entry) + "\n")
