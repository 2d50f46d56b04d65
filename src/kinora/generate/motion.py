"""Where things move between two pictures, and pictures warped along: OpenCV's dense inverse search.

Kroeger et al., "Fast Optical Flow using Dense Inverse Search", 2016. One thread, because its sums depend on how many
there are, and a recipe must give the same pixels again.

Letters: H rows, W columns. A flow (H, W, 2) says, for each pixel of a picture, how many pixels right and down the same
point lies in the other.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kinora.generate.families.family import Frames

Picture = npt.NDArray[np.float32]  # (H, W, 3), 0 to 255
Flow = npt.NDArray[np.float32]
_FLOW_SIDE = 320  # pixels of the longer side that motion is looked for at
_SLOWING_SECONDS = 0.8  # after which what goes on without being seen has lost 63 % of its speed


def flow_between(one_HWC: Frames, other_HWC: Frames) -> Flow:
    """Return how each pixel of one picture moves to the other."""
    height, width = one_HWC.shape[:2]
    scale = min(1.0, _FLOW_SIDE / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    cv2.setNumThreads(1)
    grey = [cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
            for rgb in (one_HWC, other_HWC)]  # fmt: skip
    found: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(grey[0], grey[1], None)
    found = cv2.medianBlur(np.ascontiguousarray(found), 5)
    full: Any = cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full * np.array([width / size[0], height / size[1]]), np.float32)


def warped(picture: Picture, flow: Flow) -> Picture:
    """Return the picture sampled where the flow points; beyond its border, the border."""
    height, width = flow.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    made: Any = cv2.remap(
        picture, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(made, np.float32)


def going_on(picture: Picture, flow_back: Flow, step_seconds: float, seconds: float) -> Picture:
    """Return how a picture goes on for some seconds, ever slower; the flow leads to the one `step_seconds` before."""
    way = _SLOWING_SECONDS * (1.0 - np.exp(-seconds / _SLOWING_SECONDS)) / step_seconds
    return warped(picture, np.asarray(flow_back * way, np.float32))


class Between:
    """The pictures between two, along their motion: Super SloMo (Jiang et al. 2018), eq. 4, without its networks."""

    def __init__(self, one_HWC: Frames, other_HWC: Frames) -> None:
        self._one, self._other = one_HWC.astype(np.float32), other_HWC.astype(np.float32)
        self._there, self._back = flow_between(one_HWC, other_HWC), flow_between(other_HWC, one_HWC)

    def at(self, share: float) -> Picture:
        """Return the picture at a share of the way, 0 to 1."""
        if share <= 0.0 or share >= 1.0:
            return self._one if share <= 0.0 else self._other
        one, other = self._both(share)
        return np.asarray(one + (other - one) * np.float32(share), np.float32)

    @property
    def agrees(self) -> bool:
        """Tell whether the two are one motion: halfway, they are much more alike than side by side."""
        one, other = self._both(0.5)
        apart = float(np.abs(self._one - self._other).mean())
        return float(np.abs(one - other).mean()) < max(2.0, 0.55 * apart)

    def _both(self, share: float) -> tuple[Picture, Picture]:
        to_one = -(1.0 - share) * share * self._there + share * share * self._back
        to_other = (1.0 - share) ** 2 * self._there - share * (1.0 - share) * self._back
        return warped(self._one, np.asarray(to_one, np.float32)), warped(self._other, np.asarray(to_other, np.float32))
