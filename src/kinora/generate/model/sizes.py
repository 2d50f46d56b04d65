"""The sizes in which the embedded model is built: one frozen description, from which every network follows."""

from __future__ import annotations

from dataclasses import dataclass

from kinora.errors import SettingRefused


@dataclass(frozen=True)
class ModelSize:
    """An LTX-class model: 4× fewer frames and 16× fewer pixels a side in the latent, full attention over all of it."""

    name: str
    latent_channels: int
    encoder_channels: tuple[int, int, int]  # finest stage first, the last at the latent's size
    decoder_channels: tuple[int, int, int]
    encoder_layers: tuple[int, int, int, int]  # residual blocks, finest stage first, the last at the latent's size
    decoder_layers: tuple[int, int, int, int]
    num_heads: int
    head_dim: int
    num_layers: int
    text_layers: (
        int  # of the sentence encoder the project has; the first ones know words, the last ones whole sentences
    )
    text_vocabulary: int

    @property
    def width(self) -> int:
        """Channels of the denoiser."""
        return self.num_heads * self.head_dim

    @property
    def starts_linear(self) -> bool:
        """Whether the autoencoder starts from principal components: it must be as wide everywhere."""
        return len({*self.encoder_channels, *self.decoder_channels}) == 1


SPATIAL_RATIO = 16
TEMPORAL_RATIO = 4

_TINY, _EVEN, _FINE = (49,) * 3, (128,) * 3, (64, 96, 112)

SIZES = {
    size.name: size
    for size in (
        ModelSize("tiny", 8, _TINY, _TINY, (0, 0, 0, 1), (0, 0, 0, 1), 2, 12, 2, 1, 3000),
        ModelSize("small", 96, _EVEN, _EVEN, (0, 0, 1, 1), (0, 1, 1, 1), 4, 48, 6, 3, 16000),
        ModelSize("base", 96, _FINE, _FINE, (1, 1, 1, 1), (2, 2, 1, 1), 6, 64, 8, 3, 6500),
    )
}


def size_named(name: str) -> ModelSize:
    """Return a size by name.

    Raises:
        SettingRefused: no such size.
    """
    if name not in SIZES:
        raise SettingRefused(f"no model size is called {name!r}", hint=f"accepted: {', '.join(SIZES)}")
    return SIZES[name]
