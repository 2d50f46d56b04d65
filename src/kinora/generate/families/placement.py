"""Where a model's networks lie and in which numbers they compute, chosen from what the clip needs. One pure function.

`placed_by` in `placing.py` carries it out by diffusers' own switches. Loads no network library.

Try it: `place(Machine("cuda", 24 * 2**30), Needs(weights_bytes=28 * 2**30, largest_part_bytes=11 * 2**30))`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_USABLE = 0.92  # of the device's memory; the rest is the runtime's own
_WORKING_SHARE = 0.25  # of the device's memory, where no plan says what denoising and decoding take
_TILED_FROM = 0.3  # of the device's memory that the peak takes


@dataclass(frozen=True)
class Machine:
    """The device, its memory, and what it computes fast."""

    device: str  # "cuda", "mps" or "cpu"
    memory_bytes: int
    multiplies_bf16: bool = True
    attention_packages: frozenset[str] = frozenset()  # of "flash_attn", "flash_attn_interface", "sageattention"
    compute_capability: tuple[int, int] = (8, 0)


@dataclass(frozen=True)
class Needs:
    """What a model and a clip take: weights in 16 bits, the largest network of them, and memory above them."""

    weights_bytes: int
    largest_part_bytes: int
    peak_bytes: int | None = None  # of denoising or decoding, from the plan


@dataclass(frozen=True)
class Placement:
    """What diffusers is told."""

    device: str
    dtype: Literal["bfloat16", "float32"]
    offload: Literal["none", "model", "group"] = "none"  # whole networks, or groups of layers, wait in main memory
    has_fp8_weights: bool = False  # the denoiser's layers are kept in 8 bits and computed in 16
    decodes_tiles: bool = False
    attention: str = "native"


def place(machine: Machine, needs: Needs) -> Placement:
    """Return the fastest placement that fits: all on the device, then network by network, in 8 bits, layer by layer."""
    dtype: Literal["bfloat16", "float32"] = "bfloat16" if machine.multiplies_bf16 else "float32"
    factor = 1 if dtype == "bfloat16" else 2
    if machine.device != "cuda":
        peak = needs.peak_bytes or 0
        left = machine.memory_bytes - factor * needs.weights_bytes
        return Placement(machine.device, dtype, decodes_tiles=peak > _TILED_FROM * max(left, 1))
    usable = _USABLE * machine.memory_bytes
    peak = needs.peak_bytes if needs.peak_bytes is not None else round(_WORKING_SHARE * machine.memory_bytes)
    attention = _attention(machine)
    tiles = peak > _TILED_FROM * machine.memory_bytes
    if factor * needs.weights_bytes + peak <= usable:
        return Placement("cuda", dtype, decodes_tiles=tiles, attention=attention)
    if factor * needs.largest_part_bytes + peak <= usable:
        return Placement("cuda", dtype, "model", decodes_tiles=True, attention=attention)
    if needs.largest_part_bytes // 2 + peak <= usable and machine.compute_capability >= (8, 9):
        return Placement("cuda", dtype, "model", has_fp8_weights=True, decodes_tiles=True, attention=attention)
    return Placement("cuda", dtype, "group", decodes_tiles=True, attention=attention)


def _attention(machine: Machine) -> str:
    """Return diffusers' name of the fastest exact attention at hand (SageAttention rounds to 8 bits)."""
    if "flash_attn_interface" in machine.attention_packages and machine.compute_capability[0] == 9:
        return "_flash_3"
    if "flash_attn" in machine.attention_packages and machine.compute_capability >= (8, 0):
        return "flash"
    return "native"
