"""The old question, priced: is it not compute-hungry to denoise the whole stack rather than key-frames and in-betweens?

Whole: all latent frames at once. Key-frames: every k-th latent frame at once, then each gap of k + 1 latent frames with
both ends given. Attention grows with the square of the tokens, all else in proportion, so the second way pays where
attention is most of the cost, and costs more where it is not: both ends of every gap are denoised along again.
"""

from __future__ import annotations

from dataclasses import dataclass

from kinora.generate.architecture import Architecture


@dataclass(frozen=True)
class TwoWays:
    """Floating-point operations of both ways, all steps and guidance counted alike."""

    whole_flop: float
    key_frames_flop: float
    in_betweens_flop: float

    @property
    def ratio(self) -> float:
        """Return what key-frames and in-betweens cost, as a multiple of the whole."""
        return (self.key_frames_flop + self.in_betweens_flop) / self.whole_flop

    def sentence(self) -> str:
        """Return the answer for this model and length."""
        if self.ratio < 1:
            return f"key-frames and in-betweens would take {self.ratio:.2f} of the work of denoising it whole"
        return f"key-frames and in-betweens would take {self.ratio:.2f} times the work: the whole is cheaper here"


def two_ways(
    architecture: Architecture,
    *,
    tokens_a_frame: int,
    num_latent_frames: int,
    every: int = 4,
    steps: int = 40,
    in_between_steps: int | None = None,
) -> TwoWays:
    """Price a clip both ways; `in_between_steps` may be fewer, for the ends are known."""
    num_gaps = max(1, -(-(num_latent_frames - 1) // every))
    gap_steps = steps if in_between_steps is None else in_between_steps

    def passes(num_frames: int, num_steps: int) -> float:
        return 2 * num_steps * architecture.denoiser_flop(num_frames * tokens_a_frame)

    return TwoWays(
        whole_flop=passes(num_latent_frames, steps),
        key_frames_flop=passes(num_gaps + 1, steps),
        in_betweens_flop=num_gaps * passes(every + 1, gap_steps),
    )
