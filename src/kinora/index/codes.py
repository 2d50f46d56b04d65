"""Vectors as bits and bytes: a scan of one bit a dimension finds what may be nearest, their bytes say how near it is.

One bit a dimension is 48 bytes for 384 dimensions; a hundred thousand are compared in a millisecond. The few hundred
nearest by bits are compared again by eight bits a dimension, which give a cosine within about 0.001, and the best of
those by sixteen, within 0.00001. So of a large table little more than the bits need lie in memory.

Axes: N rows, D dimensions, W = ceil(D / 64) words of bits, B rows of a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from kinora.index.entry import Vectors

EXACT_ROWS = 3_000  # so few are compared by their bytes at once
DEPTH = 800  # rows compared by their bytes, where no self-test says otherwise
_BLOCK = 1 << 15
_ROWS_A_THREAD = 400_000
_NUM_THREADS = 2
_SHARE_TAKEN = 0.2  # of the rows; where fewer pass, only their bits are looked at
_DEPTH_TAKEN = 8_000  # there: what is nearest of few is often not near, and bits tell far neighbours apart badly
_SAMPLED = 1 << 14
_HIDDEN = np.uint16(0xFFFF)
_STEPS = 254  # of a rest in a level
_SPARE = 20  # rows beyond the limit that are compared by sixteen bits


@dataclass(frozen=True)
class Codes:
    """N unit vectors: `signs` (W, N) uint64, `levels` and `rests` (N, D) int8, `scales` (N,), `centre` (D,) float32.

    A bit says on which side of the centre a vector lies; its numbers are (level + rest / 254) · scale. A row without a
    vector has the scale 0 and is never found.
    """

    signs: Vectors
    levels: Vectors
    rests: Vectors
    scales: Vectors
    centre: Vectors

    @classmethod
    def of(cls, vectors: Vectors) -> Codes:
        """Return the codes of vectors (N, D)."""
        centre = centre_of(vectors)
        num_rows, dimension = vectors.shape
        codes = cls(
            np.empty((num_words(dimension), num_rows), np.uint64),
            np.empty((num_rows, dimension), np.int8),
            np.empty((num_rows, dimension), np.int8),
            np.empty(num_rows, np.float32),
            centre,
        )
        for block in _blocks(num_rows):
            codes.put(block, vectors[block])
        return codes

    def put(self, part: slice, vectors: Vectors) -> None:
        """Write the codes of vectors (B, D) at these places."""
        rows = np.asarray(vectors, np.float32)
        self.levels[part], self.rests[part], self.scales[part] = levels_of(rows)
        self.signs[:, part] = signs_of(rows - self.centre)

    def __len__(self) -> int:
        return len(self.scales)

    def vectors(self, places: Vectors | slice) -> Vectors:
        """Return the vectors at these places again, (M, D) float32."""
        found: Vectors = self._whole(places) * self.scales[places][:, None]
        return found

    def _whole(self, places: Vectors | slice) -> Vectors:
        found: Vectors = self.levels[places] + self.rests[places] * np.float32(1.0 / _STEPS)
        return found

    def cosines(self, query: Vectors, places: Vectors | slice) -> Vectors:
        """Return the cosines of rows with a unit query (D,) or several (D, Q)."""
        scales = self.scales[places]
        found: Vectors = self._whole(places) @ query
        return found * (scales if query.ndim == 1 else scales[:, None])

    def nearest(
        self, query: Vectors, passing: Vectors | None, *, limit: int, depth: int = DEPTH
    ) -> tuple[Vectors, Vectors]:
        """Return the places nearest by cosine to a unit query among those passing (N,), best first, and the cosines.

        `depth` rows at least are compared by their bytes, also where `limit` is smaller.
        """
        num_passing = len(self) if passing is None else int(np.count_nonzero(passing))
        depth = max(depth, 3 * limit, _DEPTH_TAKEN if num_passing < _SHARE_TAKEN * len(self) else 0)
        if num_passing <= max(EXACT_ROWS, depth):
            places = np.arange(len(self)) if passing is None else np.flatnonzero(passing)
        else:
            places = self._candidates(query, passing, num_passing, depth)
        scales = self.scales[places]
        places, scales = places[scales > 0], scales[scales > 0]
        if len(places) > limit + _SPARE:
            near = (self.levels[places].astype(np.float32) @ query) * scales
            places = np.sort(places[top(near, limit + _SPARE)])
        cosines = self.cosines(query, places)
        best = top(cosines, limit)
        return places[best], cosines[best]

    def _candidates(self, query: Vectors, passing: Vectors | None, num_passing: int, depth: int) -> Vectors:
        wanted = signs_of((query - self.centre)[None])[:, 0]
        if passing is not None and num_passing < _SHARE_TAKEN * len(self):
            places = np.flatnonzero(passing)
            return np.asarray(places[_nearest_by_bits(np.take(self.signs, places, axis=1), wanted, None, depth)])
        return _nearest_by_bits(self.signs, wanted, passing, depth)


def num_words(dimension: int) -> int:
    """Return how many words of 64 bits hold one bit a dimension."""
    return -(-dimension // 64)


def unit(vector: Vectors) -> Vectors:
    """Return a vector (D,) as float32 of length 1."""
    whole = np.asarray(vector, np.float32)
    return whole / max(float(np.linalg.norm(whole)), 1e-6)


def centre_of(vectors: Vectors) -> Vectors:
    """Return the mean of at most 16,384 of the vectors, (D,) float32."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], np.float32)
    mean: Vectors = np.asarray(vectors[:: -(-len(vectors) // _SAMPLED)], np.float32).mean(axis=0)
    return mean


def signs_of(vectors: Vectors) -> Vectors:
    """Return one bit a dimension, 1 where positive: (B, D) → (W, B) uint64; what is over is 0."""
    bits = np.packbits(vectors > 0, axis=1)
    whole = np.zeros((len(bits), 8 * num_words(vectors.shape[1])), np.uint8)
    whole[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(whole.view(np.uint64).T)


def levels_of(vectors: Vectors) -> tuple[Vectors, Vectors, Vectors]:
    """Return numbers as levels from -127 to 127, rests of those (B, D) int8, and what to multiply by (B,) float32."""
    scales = np.abs(vectors).max(axis=1, initial=0.0) / 127.0
    exact = vectors / np.maximum(scales, 1e-9)[:, None]
    levels = np.rint(exact)
    rests = np.rint((exact - levels) * _STEPS)
    return levels.astype(np.int8), rests.clip(-127, 127).astype(np.int8), scales.astype(np.float32)


def top(scores: Vectors, limit: int) -> Vectors:
    """Return the places of the highest scores, best first; ties keep their order."""
    places = np.arange(len(scores))
    if len(scores) > limit:
        least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
        places = np.sort(np.concatenate([above, equal[: limit - len(above)]]))
    best: Vectors = places[np.argsort(-scores[places], kind="stable")]
    return best


def _nearest_by_bits(signs: Vectors, wanted: Vectors, passing: Vectors | None, depth: int) -> Vectors:
    """Return the places, ascending, of `depth` rows or somewhat more that differ in the fewest bits from `wanted`."""
    distances = _distances(signs, wanted)
    if passing is not None:
        np.copyto(distances, _HIDDEN, where=~passing)
    places = np.flatnonzero(distances <= _guessed_bound(distances, depth))
    if len(places) < depth:
        bound = int(np.searchsorted(np.cumsum(np.bincount(distances)), depth))
        places = np.flatnonzero(distances <= min(bound, int(_HIDDEN) - 1))
    return places


def _distances(signs: Vectors, wanted: Vectors) -> Vectors:
    """Return in how many bits each row of `signs` (W, N) differs, (N,) uint16."""
    num_rows = signs.shape[1]
    distances = np.empty(num_rows, np.uint16)
    num_threads = _NUM_THREADS if num_rows > _ROWS_A_THREAD else 1
    parts = [slice(start, end) for start, end in pairwise(np.linspace(0, num_rows, num_threads + 1).astype(int))]
    if num_threads == 1:
        _count(signs, wanted, distances, parts[0])
    else:
        list(_threads().map(lambda part: _count(signs, wanted, distances, part), parts))
    return distances


def _blocks(num_rows: int) -> Iterator[slice]:
    for start in range(0, num_rows, _BLOCK):
        yield slice(start, min(start + _BLOCK, num_rows))


def _count(signs: Vectors, wanted: Vectors, distances: Vectors, part: slice) -> None:
    """Write the differing bits of the rows of a part, block by block so that what is worked on stays in the cache."""
    for block in _blocks(part.stop - part.start):
        here = slice(part.start + block.start, part.start + block.stop)
        differing = np.bitwise_count(signs[0, here] ^ wanted[0]).astype(np.uint16)
        for word in range(1, len(wanted)):
            differing += np.bitwise_count(signs[word, here] ^ wanted[word])
        distances[here] = differing


def _guessed_bound(distances: Vectors, depth: int) -> int:
    """Return a distance that a few more than `depth` rows lie within, by what a sample says."""
    sample = distances[:: max(1, len(distances) // _SAMPLED)]
    rank = min(len(sample) - 1, int(1.25 * depth * len(sample) / len(distances)) + 4)
    return min(int(np.partition(sample, rank)[rank]), int(_HIDDEN) - 1)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_NUM_THREADS, thread_name_prefix="codes")
