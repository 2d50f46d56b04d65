"""What every encoder of pictures and words into one space offers. Vectors of two encoders are never compared."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kinora.errors import InputError

Rgb = npt.NDArray[np.uint8]  # height, width, 3
Vectors = npt.NDArray[np.float32]  # N unit vectors, (N, D)


class FrameEncoder(Protocol):
    """An image tower and a text tower that share a space.

    `name` tells two encoders apart and is kept with every vector. `logit_scale` and `logit_bias` turn a cosine into
    the probability that words and picture belong together; NaN where the encoder was not trained for that.
    """

    @property
    def name(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def logit_scale(self) -> float: ...
    @property
    def logit_bias(self) -> float: ...
    @property
    def side(self) -> int:
        """Pixels of the square that pictures are brought to."""
        ...

    def embed_images(self, images: Sequence[Rgb]) -> Vectors:
        """Return one unit vector an image, whatever its size and shape; (0, D) for none."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, cut where the tower can't take more; (0, D) for none."""
        ...


@dataclass(frozen=True)
class FrameEncoderInfo:
    """What is kept beside vectors; see `FrameEncoder`."""

    name: str
    dimension: int
    logit_scale: float
    logit_bias: float

    def match_probability(self, similarity: float) -> float:
        """Return sigmoid(exp(logit_scale)·similarity + logit_bias), NaN where the encoder has no such scale.

        SigLIP's own loss (Zhai et al. 2023, section 3.2): absolute for a pair, so "nothing matches" is possible.
        """
        logit = math.exp(self.logit_scale) * similarity + self.logit_bias
        if logit < -60:
            return 0.0
        return 1.0 / (1.0 + math.exp(-logit))


def slug_of(encoder_name: str) -> str:
    """Return an encoder's name as a table's or a file's name may hold it."""
    slug = re.sub(r"[^a-z0-9]+", "-", encoder_name.lower()).strip("-")
    if not slug:
        raise InputError("a frame encoder needs a name to record with its vectors")
    return slug


def info_of(encoder: FrameEncoder) -> FrameEncoderInfo:
    return FrameEncoderInfo(encoder.name, encoder.dimension, encoder.logit_scale, encoder.logit_bias)
