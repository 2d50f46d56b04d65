"""Which pictures and texts a step sees: drawn by seed and step alone, so that a resumed run draws the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from kinora.moments.train_frames.crops import random_crops
from kinora.moments.train_frames.pictures import CaptionedPictures
from kinora.moments.train_frames.said import Said

_CAPTIONED_WEIGHT = 2.5  # captions say more than labels, and there are fewer of them
_ALIKE_AT = 2500  # a source of pictures this much alike counts as no more than so many
_MUCH_ALIKE = frozenset({"grocery_store", "trashnet"})
_NUM_OTHER_TEXTS = 512


@dataclass(frozen=True)
class Batch:
    """One step's pictures with a text each, and other texts to tell them from."""

    pixels_BCHW: torch.Tensor
    means_BS: torch.Tensor
    texts_TS: torch.Tensor  # the first B are the pictures' own
    is_own_BT: torch.Tensor
    targets_BW: torch.Tensor
    num_mixed: int = 0  # the last so many views are mixed, each with the next of them
    share_of_next_B: torch.Tensor | None = None


class Batches:
    """Draws batches of the training split."""

    def __init__(self, pictures: CaptionedPictures, said: Said, *, batch_size: int, seed: int) -> None:
        self._pictures, self._said = pictures, said
        self._batch_size, self._seed = batch_size, seed
        self._positions = pictures.positions("train")
        self._shares = weights_of(pictures, self._positions, captioned_weight=_CAPTIONED_WEIGHT)
        used = np.unique(np.concatenate([said.texts_of[position] for position in self._positions]))
        by_kind = (used[said.is_caption_T[used]], used[~said.is_caption_T[used]])
        self._text_pools = [pool for pool in by_kind if len(pool)]
        self._vectors_TS = torch.from_numpy(said.vectors_TS)
        self._means_NS = torch.from_numpy(said.means_NS)
        self._worth_W = torch.from_numpy(1.0 / np.sqrt(said.times_said)).float()  # rare words tell more

    @property
    def samples_an_epoch(self) -> int:
        return len(self._positions)

    def draw(self, step: int, side: int, done: float = 0.0) -> Batch:
        """Return the batch of that step, its crops of that many pixels."""
        rng = np.random.default_rng((self._seed, step))
        chosen = np.sort(rng.choice(self._positions, self._batch_size, replace=False, p=self._shares))
        own = np.array([rng.choice(self._said.texts_of[position]) for position in chosen])
        others = [rng.choice(pool, _NUM_OTHER_TEXTS // len(self._text_pools)) for pool in self._text_pools]
        texts = np.concatenate([own, *others])
        return Batch(
            pixels_BCHW=random_crops(self._pictures.pixels_NHWC[chosen], side, rng),
            means_BS=self._means_NS[chosen],
            texts_TS=self._vectors_TS[texts],
            is_own_BT=torch.from_numpy(own[:, None] == texts[None, :]),
            targets_BW=self._words(chosen),
        )

    def _words(self, chosen: npt.NDArray[np.int64]) -> torch.Tensor:
        targets_BW = torch.zeros(len(chosen), len(self._said.words))
        for row, position in enumerate(chosen):
            targets_BW[row, torch.from_numpy(self._said.words_of[position])] = 1.0
        return targets_BW * self._worth_W


def weights_of(
    pictures: CaptionedPictures, positions: npt.NDArray[np.int64], *, captioned_weight: float
) -> npt.NDArray[np.float64]:
    """Return how likely each of those pictures is to be drawn, summing to 1."""
    num_of = Counter(pictures.sources)

    def weight(position: int) -> float:
        source = pictures.sources[position]
        if len(pictures.texts[position]) > 1:
            return captioned_weight
        return min(1.0, _ALIKE_AT / num_of[source]) if source in _MUCH_ALIKE else 1.0

    weights = np.array([weight(position) for position in positions])
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares
