"""Limits of one confined process."""

from __future__ import annotations

from dataclasses import dataclass

from kinora.errors import Bug


@dataclass(frozen=True)
class Limits:
    """What one confined process may take; over any of them it is killed and `LimitExceeded` is raised."""

    cpu_seconds: float
    wall_seconds: float
    memory_bytes: int  # resident memory, watched by the parent; the address space may be larger by a fixed margin
    output_bytes: int  # everything under the write folder plus standard output
    num_open_files: int = 256
    opens_graphics: bool = False  # NVIDIA's devices, without a limit of addresses: CUDA reserves far more than it uses

    def __post_init__(self) -> None:
        for name in ("cpu_seconds", "wall_seconds", "memory_bytes", "output_bytes", "num_open_files"):
            if not getattr(self, name) > 0:
                raise Bug(f"a limit must be positive: {name} is {getattr(self, name)}")
