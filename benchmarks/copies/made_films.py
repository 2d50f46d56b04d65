"""Made-up films as hard as real ones: landmarks of real photographs and real sound, arranged as shots and passages.

A shot shows one photograph, cropped and perhaps mirrored, all of its landmarks at their places, for some seconds. From
second to second a share of them stays (as large a share as in the real clips, drawn anew for each shot), each with a
few bits turned over, and others come. Some landmarks are near ones of the films asked for, so many that queries meet
made-up films as often as real films meet each other. Sound is made of passages of real recordings, played slower or
faster by a quarter or more, backwards, or two at once.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as parquet
from PIL import Image

from kinora.media.sound import mono_16khz
from kinora.moments.copy_pictures import landmarks_of
from kinora.moments.copy_prints import Prints
from kinora.moments.copy_sound import sound_marks

FILM_SECONDS = 1800
SOURCES = ("flickr8k", "miniplaces100", "intel_scenes", "coco_captioned_cc", "coco_captioned_nc", "coco_vcoco_actions")
_NUM_PICTURES, _NUM_PASSAGES, _PASSAGE_SECONDS = 8000, 1500, 20.0
_SHOT_SECONDS = 5.0
NEAR_BITS = 4  # one near a real landmark has each bit turned over with a chance of 2**-4
_STAY_BITS = 5  # a landmark that stays has each bit turned over with a chance of 2**-5


@dataclass(frozen=True, eq=False)
class Pool:
    """Landmarks of real photographs and passages, one after the other; `*_starts` says where each begins."""

    pictures: np.ndarray
    picture_starts: np.ndarray
    sound: np.ndarray
    sound_starts: np.ndarray

    @cached_property
    def picture_codes(self) -> np.ndarray:
        return np.ascontiguousarray(self.pictures["code"])

    @cached_property
    def sound_codes(self) -> np.ndarray:
        return np.ascontiguousarray(self.sound["code"])

    def save(self, path: Path) -> None:
        np.savez(path, **vars(self))


def load_or_make_pool(path: Path, pictures: Path, sounds: list[Path]) -> Pool:
    if not path.exists():
        dice = np.random.default_rng(11)
        made = [*_joined(_photographs(pictures, dice)), *_joined(_passages(sounds, dice))]
        Pool(*made).save(path)
    with np.load(path) as read:
        return Pool(**{name: read[name] for name in read.files})


def _joined(parts: Iterator[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    every = list(parts)
    return np.concatenate(every), np.concatenate([[0], np.cumsum([len(one) for one in every])])


def _photographs(folder: Path, dice: np.random.Generator) -> Iterator[np.ndarray]:
    rows: list[bytes] = []
    for file in sorted(folder.glob("*.parquet")):
        table = parquet.read_table(file, columns=["image", "source"])
        for row in table.filter(np.isin(table["source"].to_numpy(zero_copy_only=False), SOURCES)).to_pylist():
            data = row["image"]
            rows.append(data["bytes"] if isinstance(data, dict) else data)
    for number in dice.permutation(len(rows))[:_NUM_PICTURES]:
        rgb = np.asarray(Image.open(io.BytesIO(rows[number])).convert("RGB"))
        high, wide = rgb.shape[:2]
        if min(high, wide) < 100:
            continue
        share = dice.uniform(0.75, 1.0)
        top, left = int(dice.uniform(0, 1 - share) * high), int(dice.uniform(0, 1 - share) * wide)
        rgb = rgb[top : top + int(share * high), left : left + int(share * wide)]
        rgb = rgb[:, ::-1] if dice.random() < 0.5 else rgb
        large = cv2.resize(np.ascontiguousarray(rgb), None, fx=270 / len(rgb), fy=270 / len(rgb))
        marks = landmarks_of(large).marks
        if len(marks) < 20:
            continue
        yield marks


def _passages(files: list[Path], dice: np.random.Generator) -> Iterator[np.ndarray]:
    tracks = [np.concatenate(list(mono_16khz(file))) for file in files]
    tracks = [track for track in tracks if len(track) > 16_000 * 3 and np.abs(track).max() > 0.01]
    for _ in range(_NUM_PASSAGES):
        passage = _changed(tracks, dice)
        if dice.random() < 0.5:
            other = _changed(tracks, dice)
            num = min(len(passage), len(other))
            passage = passage[:num] + dice.uniform(0.3, 1.0) * other[:num]
        marks = sound_marks([passage.astype(np.float32)])
        if len(marks) > 20:
            yield marks


def _changed(tracks: list[np.ndarray], dice: np.random.Generator) -> np.ndarray:
    """Return a passage of a recording, a quarter faster or slower at least, half of them backwards."""
    track = tracks[dice.integers(len(tracks))]
    rate = float(dice.choice([dice.uniform(0.55, 0.78), dice.uniform(1.28, 1.7)]))
    num = int(_PASSAGE_SECONDS * 16_000 * rate)
    first = int(dice.integers(0, max(1, len(track) - num)))
    cut = track[first : first + num]
    played = np.interp(np.arange(0, len(cut) - 1, rate), np.arange(len(cut)), cut)
    return played[::-1] if dice.random() < 0.5 else played


@dataclass(frozen=True, eq=False)
class Hard:
    """What makes made-up films as near to the real ones as these are to each other.

    `near` holds landmarks of real films, `shares` how many of a made-up film's are such ones (with bits turned over),
    `halvings` how many bits turn over in the others.
    """

    near: dict[str, np.ndarray]
    shares: dict[str, float]
    halvings: dict[str, int]
    stays: np.ndarray

    def mixed(self, codes: np.ndarray, kind: str, dice: np.random.Generator) -> np.ndarray:
        """Return the codes, a share of them near those of real films."""
        codes = codes ^ flips(dice, len(codes), self.halvings[kind])
        chosen = np.flatnonzero(dice.random(len(codes)) < self.shares[kind])
        codes[chosen] = dice.choice(self.near[kind], len(chosen)) ^ flips(dice, len(chosen), NEAR_BITS)
        return codes


def staying(prints: list[Prints]) -> np.ndarray:
    """Return of each real film's seconds which share of the landmarks stays until the next."""
    shares = []
    for one in prints:
        marks = one.pictures
        seconds = np.unique(marks["seconds"])
        for first, second in pairwise(seconds):
            a, b = (marks["code"][marks["seconds"] == at] for at in (first, second))
            shares.append(float((np.bitwise_count(a[:, None] ^ b) <= 8).any(axis=1).mean()))
    return np.array(shares)


def flips(dice: np.random.Generator, number: int, halvings: int) -> np.ndarray:
    """Return masks, each bit set with a chance of two to the power of minus `halvings`; of none, nothing."""
    if not halvings:
        return np.zeros(number, np.uint64)
    mask = dice.integers(0, 1 << 64, number, np.uint64)
    for _ in range(halvings - 1):
        mask &= dice.integers(0, 1 << 64, number, np.uint64)
    return mask


@dataclass(frozen=True, eq=False)
class Made:
    """Landmarks of a made film: codes, seconds, and which rows of the pool they were."""

    codes: np.ndarray
    seconds: np.ndarray
    rows: np.ndarray

    def marks(self, pool: np.ndarray) -> np.ndarray:
        marks = pool[self.rows]
        marks["code"], marks["seconds"] = self.codes, self.seconds
        return marks


def made_pictures(pool: Pool, hard: Hard, number: int) -> Made:
    """Return the landmarks of a made film's pictures, the same for the same number."""
    dice = np.random.default_rng([1, number])
    lengths = np.maximum(1, dice.exponential(_SHOT_SECONDS, FILM_SECONDS // 2).round().astype(int))
    lengths = lengths[: int(np.searchsorted(np.cumsum(lengths), FILM_SECONDS)) + 1]
    shown = dice.integers(0, len(pool.picture_starts) - 1, len(lengths))
    sizes = np.diff(pool.picture_starts)[shown]
    slots = np.repeat(pool.picture_starts[shown], sizes) + _counted(sizes)  # the landmarks of each shot
    slot_codes = hard.mixed(pool.picture_codes[slots], "pictures", dice)
    by_second = np.repeat(np.arange(len(lengths)), lengths)[:FILM_SECONDS]
    num = sizes[by_second]
    places = np.repeat((np.cumsum(sizes) - sizes)[by_second], num) + _counted(num)
    rows, codes = slots[places], slot_codes[places]
    comes = np.flatnonzero(dice.random(len(rows)) >= np.repeat(dice.choice(hard.stays, len(lengths))[by_second], num))
    rows[comes] = dice.integers(0, len(pool.picture_codes), len(comes))
    codes[comes] = hard.mixed(pool.picture_codes[rows[comes]], "pictures", dice)
    codes ^= flips(dice, len(codes), _STAY_BITS)
    return Made(codes, np.repeat(np.arange(len(num), dtype=np.float32), num), rows)


def made_sound(pool: Pool, hard: Hard, number: int) -> Made:
    """Return the landmarks of a made film's sound, the same for the same number."""
    dice = np.random.default_rng([2, number])
    played = dice.integers(0, len(pool.sound_starts) - 1, int(1.5 * FILM_SECONDS / _PASSAGE_SECONDS))
    sizes = np.diff(pool.sound_starts)[played]
    rows = np.repeat(pool.sound_starts[played], sizes) + _counted(sizes)
    ends = pool.sound["seconds"][pool.sound_starts[played + 1] - 1] + 0.5
    seconds = pool.sound["seconds"][rows] + np.repeat(np.cumsum(ends) - ends, sizes).astype(np.float32)
    rows, seconds = rows[seconds < FILM_SECONDS], seconds[seconds < FILM_SECONDS]
    return Made(hard.mixed(pool.sound_codes[rows], "sound", dice), seconds, rows)


def _counted(sizes: np.ndarray) -> np.ndarray:
    """Return 0, 1, … for each size, one after the other."""
    ends = np.cumsum(sizes)
    counted: np.ndarray = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
    return counted


def meeting(asked: np.ndarray, others: np.ndarray, dice: np.random.Generator) -> dict[str, float]:
    """Return how many of a million pairs of landmarks are alike: by 24 and by 32 bits, and in all but 8 of 64."""
    a, b = (dice.choice(codes, min(len(codes), 40_000), replace=False) for codes in (asked, others))
    found: dict[str, float] = {}
    for bits in (24, 32):
        mask = np.uint64((1 << bits) - 1)
        (mine, num), (theirs, more) = (np.unique(codes & mask, return_counts=True) for codes in (a, b))
        _, x, y = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
        found[f"{bits}_bits"] = 1e6 * float((num[x] * more[y]).sum()) / len(a) / len(b)
    near = sum(int((np.bitwise_count(a[i : i + 50, None] ^ b) <= 8).sum()) for i in range(0, min(2000, len(a)), 50))
    found["all_but_8"] = 1e6 * near / min(2000, len(a)) / len(b)
    return {name: round(value, 3) for name, value in found.items()}
