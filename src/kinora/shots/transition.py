"""The transition: how one shot becomes the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["cut", "dissolve", "fade"]


@dataclass(frozen=True, order=True)
class Transition:
    """Frames `[start_frame, end_frame)` belong to both shots or to neither; for a cut both name the new shot's first.

    `boundary_frame` is where the new shot is counted to begin; `strength` compares findings of one kind.
    """

    start_frame: int
    end_frame: int
    kind: Kind
    boundary_frame: int
    strength: float = 0.0

    def moved(self, num_frames: int) -> Transition:
        """Return it so many frames later."""
        return Transition(
            self.start_frame + num_frames,
            self.end_frame + num_frames,
            self.kind,
            self.boundary_frame + num_frames,
            self.strength,
        )


def cut_at(frame: int, strength: float) -> Transition:
    return Transition(frame, frame, "cut", frame, strength)


def cuts_beside(
    cuts: Iterable[Transition], graduals: Iterable[Transition], *, margin_frames: int = 2
) -> list[Transition]:
    """Return the cuts that lie in no gradual transition, nor just at its edge where its last step may look like one."""
    spans = [(found.start_frame - margin_frames, found.end_frame + margin_frames) for found in graduals]
    return [cut for cut in cuts if not any(start <= cut.start_frame <= end for start, end in spans)]
