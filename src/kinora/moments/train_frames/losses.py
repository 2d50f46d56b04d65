"""What the frame encoder is trained to do: tell which texts and pictures belong together, and name what is seen.

Axis letters: B the batch's pictures and texts, T texts told apart (the batch's and others), N pictures told apart
(the batch's and those of some steps before), D the shared space, W words.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

_NEARNESS = 0.06  # texts whose sentence vectors' cosine is 0.06 lower belong e times less to a picture
_OWN_NEARNESS = 0.95


def belonging(means_BS: torch.Tensor, texts_TS: torch.Tensor, *, is_own_BT: torch.Tensor) -> torch.Tensor:
    """Return (B, T): how far each text belongs to each picture, rows summing to 1.

    A text belongs by how near it is to the mean of all that is said of the picture, its own text and that text's
    equals most: near-duplicates are shared positives, and five captions teach more than the one drawn.
    """
    nearness_BT = means_BS @ texts_TS.T
    nearness_BT = torch.where(is_own_BT, nearness_BT.clamp(min=_OWN_NEARNESS), nearness_BT)
    return torch.softmax(nearness_BT / _NEARNESS, dim=1)


def contrast(logits_BT: torch.Tensor, targets_BT: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of rows of scores with rows of belonging."""
    return -(targets_BT * F.log_softmax(logits_BT, dim=1)).sum(dim=1).mean()


def naming(logits_BW: torch.Tensor, targets_BW: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy with the words said of each picture (Joulin et al. 2016); none where nothing is said."""
    totals_B1 = targets_BW.sum(dim=1, keepdim=True)
    shares_BW = targets_BW / totals_B1.clamp(min=1e-6)
    losses_B = -(shares_BW * F.log_softmax(logits_BW, dim=1)).sum(dim=1)
    is_said_B = (totals_B1[:, 0] > 0).float()
    return (losses_B * is_said_B).sum() / is_said_B.sum().clamp(min=1.0)


def shared_with_next(targets_BX: torch.Tensor, share_of_next_B: torch.Tensor, num_mixed: int) -> torch.Tensor:
    """Return targets of which the last so many rows are mixed with the next of them (the last with their first)."""
    plain, own = targets_BX[:-num_mixed], targets_BX[-num_mixed:]
    share_B1 = share_of_next_B[-num_mixed:, None]
    return torch.cat([plain, own * (1.0 - share_B1) + own.roll(-1, 0) * share_B1])
