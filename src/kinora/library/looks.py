"""What a picture looks like to the search: one from outside, a frame of a video, a drawn box of it, or a clip."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from kinora.errors import InputError, NotFound, ResourceError
from kinora.library.access import can_watch
from kinora.library.models import Video
from kinora.library.pictures import read_own_picture
from kinora.library.samples import KeptSample, load_samples
from kinora.moments.descriptor import is_flat, picture_descriptor
from kinora.moments.encoder_client import EncoderClient
from kinora.search.alike import Pictured
from kinora.search.language.tree import Box, Like
from kinora.timebase import Span

MAX_FRAMES = 6  # of a clip, evenly spread
_JPEG_QUALITY = 95
FLAT = "this picture is nearly one colour, so every dark or empty frame would look like it"

Rgb = npt.NDArray[np.uint8]
log = logging.getLogger(__name__)


def look_of(like: Like, user: Any, encoder: EncoderClient | None) -> Pictured:
    """Return what `like:` looks like.

    Raises:
        NotFound: there is no such video for this person, or it has no pictures. InputError: nothing but one colour.
    """
    video = Video.objects.filter(public_id=like.video_id).first()
    if video is None or not can_watch(user, video):
        raise NotFound(f"like: names no video that you may see: {like.video_id!r}", hint="copy it from a watch address")
    samples = load_samples(video.folder)
    if not samples:
        raise NotFound("like: names a video without pictures", hint="wait until its shots are found")
    frames = [_boxed(read_own_picture(video.folder / s.path), like.box) for s in _frames_of(samples, like)]
    end = like.end_seconds if like.end_seconds is not None else like.start_seconds + 0.001
    return pictured(frames, encoder, origin=(video.public_id, Span(like.start_seconds, end)))


def pictured(
    frames: Sequence[Rgb], encoder: EncoderClient | None, *, origin: tuple[str, Span] | None = None
) -> Pictured:
    """Return what the search compares of some frames; those of one colour are left out.

    Raises:
        InputError: all of them are nearly one colour.
    """
    telling = [frame for frame in frames if not is_flat(frame)]
    if not telling:
        raise InputError(FLAT, hint="choose a picture with more in it")
    return Pictured(tuple(picture_descriptor(frame) for frame in telling), _embeddings(telling, encoder), origin)


def nearest_sample(samples: Sequence[KeptSample], seconds: float) -> KeptSample:
    """Return the kept picture nearest to an instant."""
    return min(samples, key=lambda sample: abs(sample.seconds - seconds))


def _frames_of(samples: Sequence[KeptSample], like: Like) -> list[KeptSample]:
    if like.end_seconds is None:
        return [nearest_sample(samples, like.start_seconds)]
    inside = [sample for sample in samples if like.start_seconds <= sample.seconds < like.end_seconds]
    if not inside:
        return [nearest_sample(samples, like.start_seconds)]
    places = np.linspace(0, len(inside) - 1, min(MAX_FRAMES, len(inside))).round().astype(int)
    return [inside[place] for place in dict.fromkeys(places.tolist())]


def _boxed(rgb: Rgb, box: Box | None) -> Rgb:
    if box is None:
        return rgb
    height, width = rgb.shape[:2]
    left, top = int(box[0] * width), int(box[1] * height)
    right, bottom = round((box[0] + box[2]) * width), round((box[1] + box[3]) * height)
    return np.ascontiguousarray(rgb[top : max(bottom, top + 8), left : max(right, left + 8)])


def _embeddings(frames: Sequence[Rgb], encoder: EncoderClient | None) -> dict[str, tuple[Any, ...]]:
    """Return the frames' vectors by each frame encoder whose vectors the index holds and that is on this machine."""
    if encoder is None:
        return {}
    found: dict[str, tuple[Any, ...]] = {}
    with tempfile.TemporaryDirectory(prefix="kinora-look-") as folder:
        paths = [Path(folder) / f"{number}.jpg" for number in range(len(frames))]  # the service reads JPEG only
        for path, frame in zip(paths, frames, strict=True):
            Image.fromarray(frame).save(path, quality=_JPEG_QUALITY)
        for name in _encoders_asked():
            try:
                found[name] = tuple(np.asarray(encoder.embed_pictures(paths, name), np.float32))
            except ResourceError as error:
                log.debug("pictures by %s are compared by layout and colour only: %s", name, error.message)
    return found


def _encoders_asked() -> tuple[str, ...]:
    from kinora.library.find import searcher

    return searcher().frame_encoders()
