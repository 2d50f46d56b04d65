"""Which combinations of colour, shape and motion are never trained on: fixed for good, one in ten."""

from __future__ import annotations

import zlib

from kinora.world.spec import WorldSpec

_ONE_IN = 10


def is_held_out(colour: str, shape: str, motion: str) -> bool:
    """Say whether a thing of this colour and shape doing this is kept from training.

    Rolling and sliding count as one motion ("move"): which of the two it is follows from the shape.
    """
    motion = "move" if motion in ("roll", "slide") else motion
    return zlib.crc32(f"{colour} {shape} {motion}".encode()) % _ONE_IN == 0


def holds_out(spec: WorldSpec) -> bool:
    """Say whether any thing of the scene is a held-out combination."""
    return any(is_held_out(thing.colour, thing.shape, thing.motion.name) for thing in spec.things)
