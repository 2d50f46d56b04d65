"""Batches drawn where the network is: all pixels, texts and words lie in its memory; no step waits for a processor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from kinora.moments.train_frames.batches import Batch, weights_of
from kinora.moments.train_frames.pictures import CaptionedPictures
from kinora.moments.train_frames.said import Said
from kinora.moments.train_frames.views import Strength, drawn, mixed, random_views

_CALM_FROM = 0.88  # of the training: then views are mild and unmixed, more like what the network will see
_CALM = Strength(smallest_area=0.5, colour=0.25, grey=0.02, erased=0.0)


@dataclass(frozen=True)
class ResidentChoices:
    """How batches are drawn."""

    batch_size: int = 1024
    num_other_texts: int = 2048
    mixed_share: float = 0.33
    captioned_weight: float = 3.5
    text_noise: float = 0.012  # added to each number of a unit sentence vector of 384
    blended_texts: float = 0.3  # share of the texts that are a blend with another of the picture's


class ResidentBatches:
    """Draws batches of the training split by seed and step alone, on any device."""

    def __init__(
        self, pictures: CaptionedPictures, said: Said, choices: ResidentChoices, *, seed: int, device: torch.device
    ) -> None:
        self._choices, self._seed, self._device = choices, seed, device
        positions = pictures.positions("train")
        self.samples_an_epoch = len(positions)
        squares = torch.from_numpy(np.ascontiguousarray(pictures.pixels_NHWC[positions]))
        self._squares_NCHW = squares.to(device).permute(0, 3, 1, 2)
        shares = weights_of(pictures, positions, captioned_weight=choices.captioned_weight)
        self._shares_N = torch.from_numpy(shares).float().to(device)
        own = [said.texts_of[position] for position in positions]
        most = max(len(texts) for texts in own)
        self._texts_NK = torch.from_numpy(np.stack([np.resize(texts, most) for texts in own])).to(device)
        self._counts_N = torch.tensor([len(texts) for texts in own], device=device)
        self._vectors_TS = torch.from_numpy(said.vectors_TS).to(device)
        self._means_NS = torch.from_numpy(said.means_NS[positions]).to(device)
        used = np.unique(np.concatenate(own))
        by_kind = (used[said.is_caption_T[used]], used[~said.is_caption_T[used]])
        self._pools = [torch.from_numpy(pool).to(device) for pool in by_kind if len(pool)]
        said_NW = torch.zeros(len(positions), len(said.words), dtype=torch.bool)
        for row, position in enumerate(positions):
            said_NW[row, torch.from_numpy(said.words_of[position])] = True
        self._said_NW = said_NW.to(device)
        self._worth_W = torch.from_numpy(1.0 / np.sqrt(said.times_said)).float().to(device)

    @torch.no_grad()
    def draw(self, step: int, side: int, done: float) -> Batch:
        """Return the batch of that step: views of that many pixels, milder at the end of the training."""
        dice = torch.Generator(self._device).manual_seed(self._seed * 1_000_003 + step)
        is_calm = done >= _CALM_FROM
        chosen = torch.multinomial(self._shares_N, self._choices.batch_size, generator=dice)
        strength = _CALM if is_calm else Strength()
        views = random_views(self._squares_NCHW[chosen], side, strength, dice)
        num_mixed = 0 if is_calm else int(self._choices.mixed_share * len(chosen))
        share_B = torch.zeros(len(chosen), device=self._device)
        if num_mixed:
            views[-num_mixed:], share_B[-num_mixed:] = mixed(views[-num_mixed:], dice)
        own, vectors_BS = self._own_texts(chosen, dice)
        others = [self._others(pool, dice) for pool in self._pools]
        texts = torch.cat([own, *others])
        return Batch(
            pixels_BCHW=views,
            means_BS=self._means_NS[chosen],
            texts_TS=torch.cat([self._noisy(vectors_BS, dice), self._vectors_TS[texts[len(own) :]]]),
            is_own_BT=own[:, None] == texts[None, :],
            targets_BW=self._said_NW[chosen] * self._worth_W,
            num_mixed=num_mixed,
            share_of_next_B=share_B,
        )

    def _own_texts(self, chosen: torch.Tensor, dice: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the texts drawn and their vectors, some blended with another text of the same picture."""
        texts_2B = [
            self._texts_NK[chosen, (drawn(chosen.shape, 0.0, 1.0, dice) * self._counts_N[chosen]).long()]
            for _ in range(2)
        ]
        part_B1 = drawn((len(chosen), 1), 0.0, 0.5, dice)
        part_B1 = part_B1 * (drawn((len(chosen), 1), 0.0, 1.0, dice) < self._choices.blended_texts)
        first, second = (self._vectors_TS[texts] for texts in texts_2B)
        return texts_2B[0], torch.nn.functional.normalize(first * (1 - part_B1) + second * part_B1, dim=1)

    def _noisy(self, vectors_BS: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
        noise = torch.randn(vectors_BS.shape, generator=dice, device=self._device) * self._choices.text_noise
        return torch.nn.functional.normalize(vectors_BS + noise, dim=1)

    def _others(self, pool: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
        num = self._choices.num_other_texts // len(self._pools)
        return pool[torch.randint(len(pool), (num,), generator=dice, device=self._device)]
