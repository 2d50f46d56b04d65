"""How fast this machine is with a model: one short run, kept beside the library, read by the bill.

A pass over N tokens takes `seconds_a_pass + flop / flop_a_second`; decoding takes a time a pixel. Two lengths fix both.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from kinora.errors import InputError


@dataclass(frozen=True)
class Calibration:
    """One machine and model."""

    device: str
    weights_hash: str
    num_threads: int
    seconds_to_open: float
    seconds_a_pass: float
    flop_a_second: float
    decode_seconds: float  # a decoding, whatever its size
    decode_seconds_a_pixel: float
    memory_bytes: int  # of the device, or of the machine
    base_bytes: int  # held before the first token: weights, libraries
    denoise_bytes_a_token: float
    decode_bytes_a_pixel: float
    finish_seconds_a_pixel: float = 0.0  # of what is shown at the size of what was given


def load_calibration(path: Path, weights_hash: str) -> Calibration | None:
    """Return what was measured for these weights; None where nothing was."""
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text()).get(weights_hash)
        names = {field.name for field in fields(Calibration)}
        if not found or names - found.keys():  # measured by an earlier Kinora: measured anew
            return None
        return Calibration(**{name: found[name] for name in names})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} can't be read", hint="delete it; the next plan measures anew") from error


def save_calibration(path: Path, calibration: Calibration) -> None:
    """Keep a measurement beside those of other weights."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept[calibration.weights_hash] = {**asdict(calibration), "measured_at": round(time.time())}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(kept, indent=2))
    part.replace(path)
