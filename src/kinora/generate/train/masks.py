"""What is given and what is to be made in a training clip: every operation is one of these masks.

Letters: B clips, F latent frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

# share of the clips: kind
_KINDS = (
    ("nothing", 0.55),
    ("first_frame", 0.15),
    ("prefix", 0.12),
    ("suffix", 0.07),
    ("both_ends", 0.07),
    ("scattered", 0.04),
)
_KEY_FRAMES = 0.15  # share of the batches that are given pictures as tokens of their own


@dataclass(frozen=True)
class Given:
    """Which latent frames are given in place, a clip each; and which key-frames, the same for the whole batch."""

    frames_BF: torch.Tensor  # bool
    keys: tuple[int, ...]


def draw_masks(num_clips: int, num_frames: int, num_keys: int, generator: torch.Generator) -> Given:
    """Draw what is given to each clip; the first latent frame is one pixel frame, so "first frame" gives a picture.

    `num_keys` is the number of pictures that may be given beside the clip, 0 for a single picture.
    """
    frames_BF = torch.zeros(num_clips, num_frames, dtype=torch.bool)
    if num_frames == 1:
        return Given(frames_BF, ())
    shares = torch.tensor([share for _, share in _KINDS])
    kinds = torch.multinomial(shares, num_clips, replacement=True, generator=generator).tolist()
    for clip, kind in enumerate(kinds):
        _give(_KINDS[kind][0], frames_BF[clip], generator)
    return Given(frames_BF, _draw_keys(num_keys, generator))


def _draw_keys(num_keys: int, generator: torch.Generator) -> tuple[int, ...]:
    """Return no key-frame mostly; else the last, every one (in-betweens), or some."""
    if not num_keys or float(torch.rand(1, generator=generator)) > _KEY_FRAMES:
        return ()
    kind = int(torch.randint(3, (1,), generator=generator))
    if kind == 0:
        return (num_keys - 1,)
    if kind == 1:
        return tuple(range(num_keys))
    return tuple(torch.nonzero(torch.rand(num_keys, generator=generator) < 0.5).flatten().tolist())


def _give(kind: str, frames_F: torch.Tensor, generator: torch.Generator) -> None:
    num_frames = len(frames_F)
    some = int(torch.randint(1, max(2, num_frames - 1), (1,), generator=generator))
    if kind in ("first_frame", "both_ends"):
        frames_F[0] = True
    if kind == "prefix":
        frames_F[:some] = True
    if kind == "suffix":
        frames_F[-some:] = True
    if kind == "both_ends":
        frames_F[-max(1, some // 2) :] = True
    if kind == "scattered":
        frames_F |= torch.rand(num_frames, generator=generator) < 0.4
        frames_F[int(torch.randint(num_frames, (1,), generator=generator))] = False
