"""A take as the Python API, the command line and the REST API show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kinora.library.make_given import seconds_of
from kinora.library.models import Take
from kinora.library.takes import status_of


@dataclass(frozen=True)
class TakeInfo:
    """A take as it was when asked; `path` is its clip, there once it is done."""

    id: str
    batch: str
    state: str
    progress: float
    message: str
    prompt: str
    operation: str
    seed: int
    width: int
    height: int
    duration_seconds: float
    seconds_taken: float
    video_id: str
    error_kind: str
    error_message: str
    created_at: datetime
    path: Path
    recipe: dict[str, Any]

    @classmethod
    def of(cls, row: Take) -> TakeInfo:
        status, request = status_of(row), row.request
        is_made = bool(row.num_frames)
        return cls(
            row.public_id, row.batch, status.state, status.progress, status.message, row.prompt,
            str(request.get("operation", "")), int(request.get("seed", 0)),
            row.width or int(request.get("width", 0)), row.height or int(request.get("height", 0)),
            seconds_of(row) if is_made else float(request.get("seconds", 0.0)), row.seconds_taken,
            row.video.public_id if row.video else "", row.error_kind, row.error_message, row.created_at,
            row.clip_path, row.recipe,
        )  # fmt: skip

    def to_json(self, *, with_path: bool = True) -> dict[str, Any]:
        """Return the documented JSON; the path is for who can read the files anyway."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told |= {"created_at": self.created_at.isoformat(), "path": str(self.path)}
        if not with_path:
            del told["path"]
        return told
