"""What others do, on the same files: the vPDQ rule on pdqhash, the same rule on ImageHash, videohash, chromaprint.

Each gives, of a query and a film, a score and the stretch of the query that it stands for (None where it has none).
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import imagehash
import imageio_ffmpeg
import numpy as np
import pdqhash
from PIL import Image

from kinora.media.frames import frames_every

PDQ_BITS, PDQ_QUALITY, PHASH_BITS = 31, 50, 10  # vPDQ's own; ImageHash's usual cut-off
_CHROMAPRINT_STEP = 4096 / 3 / 11025  # seconds between two of its numbers


@dataclass(frozen=True, eq=False)
class PeerPrints:
    """Of a film: seconds and hashes of its pictures (one a second), and chromaprint's numbers."""

    seconds: np.ndarray
    pdq: np.ndarray
    pdq_quality: np.ndarray
    phash: np.ndarray
    chromaprint: np.ndarray
    videohash: np.ndarray | None


def peer_prints(path: Path, *, has_picture: bool) -> PeerPrints:
    pdq, quality, phash = [], [], []
    for frame in frames_every(path, 1.0, height=360) if has_picture else ():
        bits, good = pdqhash.compute(np.ascontiguousarray(frame.rgb))
        pdq.append(np.packbits(np.asarray(bits, np.uint8)))
        quality.append(good)
        phash.append(np.packbits(imagehash.phash(Image.fromarray(frame.rgb)).hash.reshape(-1)))
    return PeerPrints(
        np.arange(len(pdq), dtype=float),
        np.array(pdq, np.uint8).reshape(-1, 32),
        np.array(quality),
        np.array(phash, np.uint8).reshape(-1, 8),
        _chromaprint(path),
        _videohash(path) if has_picture else None,
    )


def _chromaprint(path: Path) -> np.ndarray:
    """Return Chromaprint's raw numbers; FFmpeg carries the library itself."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(path), "-vn", "-f", "chromaprint",
         "-fp_format", "raw", "-"],
        capture_output=True, check=False,
    )  # fmt: skip
    return np.frombuffer(done.stdout[: len(done.stdout) // 4 * 4], np.uint32)


def _videohash(path: Path) -> np.ndarray | None:
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(imageio_ffmpeg.get_ffmpeg_exe(), Path(folder) / "ffmpeg")
        try:
            from videohash import VideoHash

            os.environ["PATH"] = f"{folder}:{os.environ.get('PATH', '')}"  # where it looks for FFmpeg
            Image.ANTIALIAS = Image.LANCZOS  # videohash 3.0.1 asks for the name that Pillow 10 took away
            made = VideoHash(path=str(path))
            return np.packbits(np.array([int(bit) for bit in made.bitlist], np.uint8))
        except Exception as error:  # noqa: BLE001  (a peer that fails is counted as failing, never hidden)
            print("videohash failed:", path.name, repr(error)[:160])
            return None


def by_pictures(query: np.ndarray, film: np.ndarray, most_bits: int) -> tuple[float, tuple[float, float] | None]:
    """Return the larger share of either's pictures that match any of the other's, and the span of the query's."""
    if not len(query) or not len(film):
        return 0.0, None
    apart = np.bitwise_count(query[:, None] ^ film[None]).sum(axis=2)
    near = apart <= most_bits
    mine = np.nonzero(near.any(axis=1))[0]
    if not len(mine):
        return 0.0, None
    closeness = 1 - float(apart.min()) / (8 * query.shape[1])
    share = max(near.any(axis=1).mean(), near.any(axis=0).mean())
    return float(share + 1e-3 * closeness), (float(mine[0]) - 0.5, float(mine[-1]) + 0.5)


def by_sound(query: np.ndarray, film: np.ndarray, *, window: int = 24) -> tuple[float, tuple[float, float] | None]:
    """Return how few bits differ in the best three seconds at any offset, and where in the query they are."""
    best, at = 0.0, None
    if min(len(query), len(film)) < window:
        return best, at
    for offset in range(-len(query) + window, len(film) - window + 1):
        first, last = max(0, -offset), min(len(query), len(film) - offset)
        apart = np.bitwise_count(query[first:last] ^ film[first + offset : last + offset]) / 32
        means = np.convolve(apart, np.ones(window) / window, "valid")
        score = 1 - float(means.min())
        if score > best:
            good = np.nonzero(means < 0.35)[0]
            span = (good[0], good[-1] + window) if len(good) else (int(means.argmin()), int(means.argmin()) + window)
            best, at = score, ((first + span[0]) * _CHROMAPRINT_STEP, (first + span[1]) * _CHROMAPRINT_STEP)
    return best, at


def by_videohash(query: np.ndarray | None, film: np.ndarray | None) -> float:
    if query is None or film is None:
        return 0.0
    return 1 - float(np.bitwise_count(query ^ film).sum()) / 64


cv2.setNumThreads(1)
