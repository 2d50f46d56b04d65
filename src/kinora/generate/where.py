"""Where a video model lies on this machine. Loads no network library: doors and the bill ask here first.

Try it: `folder_of("Wan-AI/Wan2.1-T2V-1.3B-Diffusers", models_dir=Path("home/models/video"))`
"""

from __future__ import annotations

from pathlib import Path

from kinora.errors import WeightsMissing
from kinora.generate.condition import EMBEDDED_MODEL

SHIPPED_FOLDER = Path(__file__).parent / "weights" / EMBEDDED_MODEL
_INDEX = "model_index.json"


def folder_of(model: str, models_dir: Path | None = None) -> Path:
    """Return the folder of a model: the shipped one, a folder given, one fetched, or one in the hub's own cache.

    Nothing is fetched here.

    Raises:
        WeightsMissing: it is not on this machine; the hint says how to get it.
    """
    candidates = [SHIPPED_FOLDER] if model == EMBEDDED_MODEL else [Path(model).expanduser()]
    if models_dir is not None:
        candidates.append(models_dir / model.replace("/", "--"))
    for folder in candidates:
        if (folder / _INDEX).is_file():
            return folder
    cached = _cached_by_the_hub(model)
    if cached is not None:
        return cached
    raise WeightsMissing(
        f"no video model {model!r} is on this machine",
        hint=f"kinora models get video OWNER/NAME fetches one; accepted without fetching: {EMBEDDED_MODEL} (inside the "
        "package), or a folder that diffusers' save_pretrained wrote; see docs/models.md",
    )


def _cached_by_the_hub(repository: str) -> Path | None:
    """Return the snapshot that another program of this person has put into the hub's cache."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, ValueError, OSError):
        return None
    return folder if (folder / _INDEX).is_file() else None
