"""From cosines to probabilities: a scale and a bias, so that a search by words can find nothing.

Fitted on validation pictures and on background captions, never on held-out pictures.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from kinora.errors import InputError

_STEPS = 400
_ODDS_AGAINST = 300.0  # seconds that do not fit, for each that does, in the library that the fit has in mind


@dataclass(frozen=True)
class Calibration:
    """`FrameEncoderInfo.match_probability` takes them: sigmoid(exp(logit_scale)·cosine + logit_bias)."""

    logit_scale: float
    logit_bias: float


def fit(matching: npt.NDArray[np.float32], others: npt.NDArray[np.float32]) -> Calibration:
    """Fit a logistic curve to cosines of pairs that belong together and of pairs that don't.

    Raises:
        InputError: there are none of one kind, or those that belong together are no nearer than the others.
    """
    if not len(matching) or not len(others):
        raise InputError("a calibration needs cosines of pairs that match and of pairs that don't")
    if float(np.mean(matching)) <= float(np.mean(others)):
        raise InputError("pictures and their own words are no nearer than strangers: there is nothing to calibrate")
    cosines = torch.from_numpy(np.concatenate([matching, others])).double()
    is_match = torch.cat([torch.ones(len(matching)), torch.zeros(len(others))]).double()
    weights = torch.cat([
        torch.full((len(matching),), 1.0 / len(matching)), torch.full((len(others),), _ODDS_AGAINST / len(others))
    ]).double()  # fmt: skip
    log_scale = torch.tensor(math.log(10.0), dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(-5.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_scale, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        logits = log_scale.exp() * cosines + bias
        cost = torch.nn.functional.binary_cross_entropy_with_logits(logits, is_match, weight=weights, reduction="sum")
        cost.backward()  # type: ignore[no-untyped-call]
        return cost

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return Calibration(float(log_scale.item()), float(bias.item()))


def background_captions(path: Path) -> list[str]:
    """Return the captions of a table `id, split, caption`, a picture's first each: they describe pictures not at hand.

    Raises:
        InputError: the file has no such column.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if "caption" not in (rows.fieldnames or []) or "id" not in (rows.fieldnames or []):
            raise InputError(f"{path} has no columns id and caption; accepted: a tab-separated table with both")
        first: dict[str, str] = {}
        for row in rows:
            first.setdefault(row["id"], row["caption"])
    return list(first.values())
