"""Captioned pictures: Parquet files → one table in memory, the pixels decoded once into a file that is mapped.

A file's columns: `id`, `source`, `split` (`train` or `heldout`), `texts` (captions, or one label), `image` (encoded).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from PIL import Image

from kinora.errors import InputError, UnreadableMedia

STORED_SIDE = 112  # pixels of the stored squares: crops of them feed networks of 40 to 112 pixels
_VALIDATION_SHARE = 25  # one in so many of the training pictures is kept for choosing, never trained on
_COLUMNS = ["id", "source", "split", "texts", "image"]


@dataclass(frozen=True)
class CaptionedPictures:
    """N pictures: (N, side, side, 3) uint8 pixels, mapped from disk, with what is said of each."""

    ids: tuple[str, ...]
    sources: tuple[str, ...]
    splits: tuple[str, ...]  # train, validation, heldout
    texts: tuple[tuple[str, ...], ...]
    pixels_NHWC: npt.NDArray[np.uint8]

    def positions(self, split: str, source: str | None = None) -> npt.NDArray[np.int64]:
        """Return the positions of a split's pictures, of one source where given."""
        chosen = [
            position
            for position, (own_split, own_source) in enumerate(zip(self.splits, self.sources, strict=True))
            if own_split == split and source in (None, own_source)
        ]
        return np.array(chosen, dtype=np.int64)


def open_pictures(data: Path, cache: Path, *, report: Callable[[float, str], None]) -> CaptionedPictures:
    """Read a folder of `images-*.parquet`; the pixels go to `cache` the first time.

    Raises:
        InputError: the folder holds no such files, or one without the columns.
        UnreadableMedia: a picture can't be decoded.
    """
    files = sorted(data.glob("images-*.parquet"))
    if not files:
        raise InputError(f"no images-*.parquet in {data}; accepted: Parquet files with {', '.join(_COLUMNS)}")
    rows = [row for file in files for row in _rows_of(file)]
    if not rows:
        raise InputError(f"the Parquet files in {data} hold no pictures")
    pixels = _pixels_of(files, len(rows), cache, report)
    return CaptionedPictures(
        ids=tuple(str(row["id"]) for row in rows),
        sources=tuple(str(row["source"]) for row in rows),
        splits=tuple(_split_of(str(row["id"]), str(row["split"])) for row in rows),
        texts=tuple(tuple(str(text) for text in row["texts"]) for row in rows),  # type: ignore[attr-defined]
        pixels_NHWC=pixels,
    )


def _rows_of(file: Path) -> list[dict[str, object]]:
    known = set(pq.read_schema(file).names)
    missing = [column for column in _COLUMNS if column not in known]
    if missing:
        raise InputError(f"{file} has no column {', '.join(missing)}; accepted: {', '.join(_COLUMNS)}")
    rows: list[dict[str, object]] = pq.read_table(file, columns=_COLUMNS[:-1]).to_pylist()
    return rows


def _split_of(identity: str, given: str) -> str:
    """Return the split, the validation share taken out of `train` by a hash, so that it never changes."""
    if given != "train":
        return "heldout"
    digest = hashlib.sha256(identity.encode()).digest()
    return "validation" if digest[0] * 256 + digest[1] < 65536 // _VALIDATION_SHARE else "train"


def _pixels_of(
    files: Sequence[Path], num_rows: int, cache: Path, report: Callable[[float, str], None]
) -> npt.NDArray[np.uint8]:
    """Return the squares, decoded into `cache/pixels.npy` unless it already holds those of these files."""
    path, made_of = cache / "pixels.npy", cache / "pixels.json"
    key = [[file.name, file.stat().st_size] for file in files] + [["side", STORED_SIDE]]
    if made_of.is_file() and json.loads(made_of.read_text()) == key:
        return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]
    cache.mkdir(parents=True, exist_ok=True)
    shape = (num_rows, STORED_SIDE, STORED_SIDE, 3)
    squares = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    done = 0
    with ThreadPoolExecutor(os.cpu_count()) as decoders:
        for file in files:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=500, columns=["id", "image"]):
                for square in decoders.map(_square, batch["image"].to_pylist(), batch["id"].to_pylist()):
                    squares[done] = square
                    done += 1
                report(done / num_rows, f"decoded {done} of {num_rows} pictures")
    squares.flush()
    made_of.write_text(json.dumps(key))
    return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]


def _square(encoded: bytes, identity: str) -> npt.NDArray[np.uint8]:
    try:
        picture = Image.open(io.BytesIO(encoded)).convert("RGB")
    except (OSError, ValueError) as error:
        raise UnreadableMedia(f"picture {identity} of the training data can't be decoded: {error}") from error
    return np.asarray(picture.resize((STORED_SIDE, STORED_SIDE), Image.Resampling.LANCZOS))
