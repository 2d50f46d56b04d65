"""What a window is given, as the pictures that pipelines take.

Letters: T frames, H rows, W columns, C channels.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from kinora.generate.families.family import WindowRequest

_GREY = 128  # of frames that are to be made


def num_frames_of_window(window: WindowRequest, temporal_ratio: int) -> int:
    """Return how many frames a window makes."""
    return (window.shape_CFHW[1] - 1) * temporal_ratio + 1


def picture_at(window: WindowRequest, frame: int) -> Image.Image | None:
    """Return the picture given at a frame, None where there is none."""
    for given in window.given:
        if given.frames_THWC is not None and round(given.at_frame or 0.0) == frame:
            return Image.fromarray(given.frames_THWC[0])
    return None


def first_and_last(window: WindowRequest, temporal_ratio: int) -> tuple[Image.Image | None, Image.Image | None]:
    """Return the pictures given at the window's ends."""
    last = num_frames_of_window(window, temporal_ratio) - 1
    return picture_at(window, 0), picture_at(window, last) if last else None


def video_and_mask(
    window: WindowRequest, temporal_ratio: int, spatial_ratio: int
) -> tuple[list[Image.Image], list[Image.Image]]:
    """Return each frame as given, grey where nothing is, and a mask that is white where the family shall make it."""
    num_frames = num_frames_of_window(window, temporal_ratio)
    height, width = window.shape_CFHW[2] * spatial_ratio, window.shape_CFHW[3] * spatial_ratio
    video_THWC = np.full((num_frames, height, width, 3), _GREY, np.uint8)
    mask_THW = np.full((num_frames, height, width), 255, np.uint8)
    for given in window.given:
        if given.frames_THWC is not None:
            at = round(given.at_frame or 0.0)
            frames = given.frames_THWC[: num_frames - at]
            video_THWC[at : at + len(frames)] = frames
            mask_THW[at : at + len(frames)] = 0
    return [Image.fromarray(frame) for frame in video_THWC], [Image.fromarray(mask) for mask in mask_THW]
