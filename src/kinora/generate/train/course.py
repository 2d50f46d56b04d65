"""What a size of the model is trained on: shapes of clips, how many at a time, how fast."""

from __future__ import annotations

from dataclasses import dataclass

from kinora.generate.model.sizes import ModelSize
from kinora.generate.train.clip_source import ClipShape


@dataclass(frozen=True)
class Course:
    """Everything of a training that follows from the size of the model, and so from the machine it is for."""

    autoencoder_shapes: tuple[tuple[ClipShape, int], ...]  # taken in turn, with so many clips a batch
    shapes: tuple[tuple[ClipShape, float], ...]  # the denoiser's, with their share of the steps
    batch_tokens: int  # of latents in a step of the denoiser, whatever the shape
    autoencoder_learning_rate: float
    learning_rate: float
    pool_clips: int = 40_000  # latents kept, all shapes together
    first_clips: int = 240  # rendered before a shape's first step
    uses_of_a_clip: int = 10  # how often a clip is trained on for each that is rendered


# Pictures are cheap: one step sees five times as many of them as of clips, and what stands still (how many, which
# shape, which colour, where) is learnt from them.
SMALL = Course(
    autoencoder_shapes=(
        (ClipShape(9, 64, 64, 8.0), 2),
        (ClipShape(1, 64, 64, 8.0), 8),
        (ClipShape(5, 64, 64, 16.0), 3),
        (ClipShape(9, 64, 96, 8.0), 1),
        (ClipShape(17, 64, 64, 8.0), 1),
        (ClipShape(5, 128, 128, 8.0), 1),
    ),
    shapes=(
        (ClipShape(17, 64, 64, 8.0), 0.60),
        (ClipShape(1, 64, 64, 8.0), 0.26),
        (ClipShape(17, 64, 64, 16.0), 0.05),
        (ClipShape(17, 64, 96, 8.0), 0.04),
        (ClipShape(33, 64, 64, 8.0), 0.03),
        (ClipShape(9, 128, 128, 8.0), 0.02),
    ),
    batch_tokens=960,  # twelve clips of two seconds at 64 pixels, or sixty pictures
    autoencoder_learning_rate=1e-4,
    learning_rate=7e-4,
)

# For a GPU: clips of 128 pixels, two hundred of them a step.
BASE = Course(
    autoencoder_shapes=(
        (ClipShape(17, 64, 64, 8.0), 24),
        (ClipShape(1, 128, 128, 8.0), 48),
        (ClipShape(17, 128, 128, 8.0), 6),
        (ClipShape(9, 64, 64, 16.0), 48),
    ),
    shapes=(
        (ClipShape(17, 128, 128, 8.0), 0.50),
        (ClipShape(17, 64, 64, 8.0), 0.15),
        (ClipShape(1, 128, 128, 8.0), 0.10),
        (ClipShape(17, 96, 160, 8.0), 0.08),
        (ClipShape(17, 128, 128, 16.0), 0.05),
        (ClipShape(33, 128, 128, 8.0), 0.04),
        (ClipShape(17, 128, 96, 8.0), 0.04),
        (ClipShape(33, 64, 64, 8.0), 0.02),
        (ClipShape(1, 64, 64, 8.0), 0.02),
    ),
    batch_tokens=64_000,
    autoencoder_learning_rate=4e-4,
    learning_rate=6e-4,
    uses_of_a_clip=6,
)


def course_of(size: ModelSize) -> Course:
    """Return the course of a size."""
    return BASE if size.name == "base" else SMALL
