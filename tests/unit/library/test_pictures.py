"""Descriptors that a confined child wrote are kept only when they are what they should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinora.library.pictures import descriptors_of, keep_descriptors
from kinora.library.samples import KeptSample
from kinora.moments.descriptor import DESCRIPTOR_DIM, DESCRIPTOR_NAME


def written(folder: Path, rows: np.ndarray) -> Path:
    (folder / "samples").mkdir()
    raw = folder / "descriptors.f16"
    raw.write_bytes(rows.astype(np.float16).tobytes())
    return raw


def test_rows_for_every_sample_are_kept_and_used(tmp_path: Path) -> None:
    rows = np.random.default_rng(3).normal(size=(2, DESCRIPTOR_DIM)).astype(np.float16)
    keep_descriptors(tmp_path, written(tmp_path, rows), num_samples=2)
    samples = [KeptSample.__new__(KeptSample)] * 2  # only counted: no picture is there to be described
    assert np.array_equal(descriptors_of(tmp_path, samples), rows)


@pytest.mark.parametrize("num_samples", [0, 1, 3])
def test_another_number_of_rows_is_left_alone(tmp_path: Path, num_samples: int) -> None:
    raw = written(tmp_path, np.zeros((2, DESCRIPTOR_DIM)))
    keep_descriptors(tmp_path, raw, num_samples=num_samples)
    assert not (tmp_path / "samples" / f"{DESCRIPTOR_NAME}.npy").exists()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_that_hold_no_numbers_are_left_alone(tmp_path: Path, bad: float) -> None:
    rows = np.zeros((2, DESCRIPTOR_DIM))
    rows[1, 3] = bad
    keep_descriptors(tmp_path, written(tmp_path, rows), num_samples=2)
    assert not (tmp_path / "samples" / f"{DESCRIPTOR_NAME}.npy").exists()


def test_a_child_that_wrote_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    keep_descriptors(tmp_path, tmp_path / "descriptors.f16", num_samples=2)
    assert list((tmp_path / "samples").iterdir()) == []
