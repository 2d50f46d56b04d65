"""Small made films as reduced frames: seeded textures that move, mixed and lit as a test asks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kinora.shots.block import Block
from kinora.shots.detector import TransitionDetector
from kinora.shots.transition import Transition

Film = NDArray[np.float32]  # (N, 36, 64) luma, 0 to 255


def scene(seed: int, num_frames: int, *, speed: float = 0.3) -> Film:
    """Return a view over soft shapes that pans `speed` cells a frame."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(20, 235, (14, 60))
    world = np.kron(coarse, np.ones((4, 4)))
    for axis in (0, 1):
        world = (world + np.roll(world, 1, axis) + np.roll(world, -1, axis)) / 3
    frames = []
    for index in range(num_frames):
        left = 5 + index * speed
        whole, part = int(left), left - int(left)
        frames.append((1 - part) * world[5:41, whole : whole + 64] + part * world[5:41, whole + 1 : whole + 65])
    return np.array(frames, np.float32)


def plain(level: float, num_frames: int) -> Film:
    return np.full((num_frames, 36, 64), level, np.float32)


def dissolved(first: Film, second: Film, length: int) -> Film:
    """Overlap the end of one with the start of the other."""
    alpha = (np.arange(length, dtype=np.float32)[:, None, None] + 1) / (length + 1)
    mixed = first[-length:] * (1 - alpha) + second[:length] * alpha
    return np.concatenate([first[:-length], mixed, second[length:]])


def noisy(film: Film, seed: int = 1, sigma: float = 1.0) -> Film:
    return film + np.random.default_rng(seed).normal(0, sigma, film.shape).astype(np.float32)


def as_block(film: Film) -> Block:
    luma = np.clip(np.rint(film), 0, 255).astype(np.uint8)
    return Block(luma, np.full((len(film), 9, 16, 2), 128, np.uint8))


def found_in(*parts: Film) -> list[Transition]:
    """Return what the detector finds in the parts put one after another."""
    block = as_block(noisy(np.concatenate(parts)))
    detector = TransitionDetector(frame_rate=25.0)
    for luma, chroma in zip(block.luma_NHW, block.chroma_NHWC, strict=True):
        detector.add(luma, chroma)
    return detector.finish()


def kinds_and_frames(found: Sequence[Transition]) -> list[tuple[str, int]]:
    return [(one.kind, one.boundary_frame) for one in found]
