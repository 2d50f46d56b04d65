"""Finish a clip: what was given is shown in its own pixels, what was made joins it at the source's size and rate.

What is given is never shown as decoded latents. What is made is the model's picture, scaled up, with the fine detail of
the guide wherever the model kept what the guide shows; right beside what is given the clip is the guide, so that no
seam can jump, and within half a second it becomes the model's.

Letters: T frames, H rows, W columns, C colours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from kinora.generate.condition import Request
from kinora.generate.families.family import Frames
from kinora.generate.given import Canvas
from kinora.generate.guide import GivenGuide, Guide, Player, smooth
from kinora.generate.hold import Hold
from kinora.generate.motion import Between, Picture

_RAMP_SECONDS = 0.5  # in which the clip becomes the model's; a quarter at least, so in short gaps it hardly does
_KEPT_LEVELS = 12.0  # of 255: a change of the model that halves, about, how much of the guide's detail is kept


def finished(made_THWC: Frames, hold: Hold, seen_THWC: Frames, request: Request, canvas: Canvas) -> Iterator[Frames]:
    """Yield the finished clip's frames (H, W, 3), first to last; `seen_THWC` is the guide as the model sees it."""
    guide = hold.guide
    finish = _Finish(made_THWC, seen_THWC, guide, hold.share, canvas)
    if request.circle and isinstance(guide, GivenGuide):
        yield from _circle(request, canvas)
    for number in range(num_shown(canvas)):
        seconds = number / canvas.shown_fps
        if request.circle and guide.gap_at(seconds) is None:
            continue
        yield finish.at(seconds)


def num_shown(canvas: Canvas) -> int:
    """Return how many frames a finished clip shows, a circle's own stretch left out."""
    return int((canvas.num_frames - 1) / canvas.fps * canvas.shown_fps + 1e-6) + 1


def _circle(request: Request, canvas: Canvas) -> Iterator[Frames]:
    assert request.circle is not None
    begin, end = request.circle
    player = Player(request.conditions[0].path, canvas)
    for number in range(round((end - begin) * canvas.shown_fps)):
        yield player.at(begin + number / canvas.shown_fps)


class _Finish:
    """The finished clip at any moment, from the model's frames, the guide, and the guide as the model sees it."""

    def __init__(self, made_THWC: Frames, seen_THWC: Frames, guide: Guide, most: float, canvas: Canvas) -> None:
        self._guide, self._canvas, self._most = guide, canvas, most
        self._made, self._seen = _Moving(made_THWC, canvas.fps), _Moving(seen_THWC, canvas.fps)

    def at(self, seconds: float) -> Frames:
        gap = self._guide.gap_at(seconds)
        if gap is None:
            return self._guide.true_picture(seconds)
        guide = self._guide.picture(seconds)
        half = (gap.end - gap.begin) / 2 if gap.left and gap.right else _RAMP_SECONDS
        ramp = min(_RAMP_SECONDS, max(half, _RAMP_SECONDS / 2))
        near = gap.nearness(seconds)
        share = self._most * (1.0 if np.isinf(near) else smooth(near / ramp))
        return _bytes_of(guide + np.float32(share) * self._change(seconds, guide))

    def _change(self, seconds: float, guide: Picture) -> Picture:
        """Return what leads from the guide to the model's picture with as much of the guide's detail as still holds."""
        made, seen = self._made.at(seconds), self._seen.at(seconds)
        far = cv2.GaussianBlur(np.abs(made - seen).mean(axis=2), (0, 0), 1.0)
        kept_HW1 = np.exp(-((far / _KEPT_LEVELS) ** 2)).astype(np.float32)[..., None]
        size = (self._canvas.shown_width, self._canvas.shown_height)
        up: Any = cv2.resize(np.concatenate([made - kept_HW1 * seen, kept_HW1], axis=2), size,
                             interpolation=cv2.INTER_LINEAR)  # fmt: skip
        change: Picture = np.asarray(up[..., :3] - (1.0 - up[..., 3:]) * guide, np.float32)
        return change


class _Moving:
    """Frames of a rate as pictures at any moment, along their motion."""

    def __init__(self, frames_THWC: Frames, fps: float) -> None:
        self._frames, self._fps = frames_THWC, fps
        self._latest: tuple[int, Between] | None = None

    def at(self, seconds: float) -> Picture:
        """Return the picture at a moment; after the last frame, that one."""
        place = min(seconds * self._fps, len(self._frames) - 1.0)
        frame = int(place + 1e-6)
        if place - frame < 1e-3 or frame + 1 >= len(self._frames):
            return np.asarray(self._frames[frame], np.float32)
        if self._latest is None or self._latest[0] != frame:
            self._latest = frame, Between(self._frames[frame], self._frames[frame + 1])
        return self._latest[1].at(place - frame)


def seconds_a_pixel() -> float:
    """Return how long finishing a pixel of a made frame takes on this machine, its encoding left out."""
    grey = np.full((5, 64, 128, 3), 128, np.uint8)
    canvas = Canvas(128, 64, 5, 8.0, 4, 512, 256, 24.0)
    finish = _Finish(grey, grey, _Still(), 1.0, canvas)
    began = time.perf_counter()
    for number in range(4):
        finish.at(number / 24)
    return (time.perf_counter() - began) / (4 * 512 * 256)


class _Still(GivenGuide):
    """A grey guide, to time with."""

    def __init__(self) -> None:
        super().__init__([], Canvas(128, 64, 5, 8.0, 4, 512, 256, 24.0))

    def picture(self, seconds: float) -> Picture:
        del seconds
        return np.full((256, 512, 3), 128, np.float32)


def _bytes_of(picture: Picture) -> Frames:
    rounded: Frames = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return rounded
