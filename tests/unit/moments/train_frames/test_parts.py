"""The parts of training the frame encoder, one by one."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from kinora.errors import InputError, UnreadableMedia
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.moments.kinora_frames.network import FrameNetworkConfig
from kinora.moments.train_frames.calibrate import background_captions, fit
from kinora.moments.train_frames.check import ranks_of, recall_at
from kinora.moments.train_frames.crops import random_crops, whole_squares
from kinora.moments.train_frames.losses import belonging, contrast, naming
from kinora.moments.train_frames.pictures import STORED_SIDE, open_pictures
from kinora.moments.train_frames.program import FrameTraining
from kinora.moments.train_frames.said import phrases_of, words_in


def unit(*rows: list[float]) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.tensor(rows), dim=-1)


def test_a_text_and_its_equals_belong_and_strangers_do_not() -> None:
    means = unit([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    texts = unit([1.0, 0.2, 0.0], [0.0, 1.0, 0.1], [1.0, 0.2, 0.0], [0.0, 0.0, 1.0])
    is_own = torch.tensor([[True, False, True, False], [False, True, False, False]])
    shares = belonging(means, texts, is_own_BT=is_own)
    assert torch.allclose(shares.sum(dim=1), torch.ones(2))
    assert shares[0, 0] == pytest.approx(float(shares[0, 2])) and shares[0, 0] > 0.49
    assert shares[1, 1] > 0.98 and shares[0, 3] < 1e-4


def test_contrast_is_least_where_scores_follow_belonging() -> None:
    targets = torch.eye(3)
    assert contrast(10 * targets, targets) < contrast(torch.zeros(3, 3), targets) < contrast(-10 * targets, targets)


def test_naming_leaves_out_pictures_of_which_nothing_is_said() -> None:
    scores = torch.tensor([[5.0, 0.0, 0.0], [0.0, 9.0, -9.0]])
    said = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert naming(scores, said) == pytest.approx(float(naming(scores[:1], said[:1])))
    assert naming(scores, torch.zeros(2, 3)) == 0.0


def test_a_calibration_tells_matching_from_strangers() -> None:
    dice = np.random.default_rng(0)
    matching = dice.normal(0.8, 0.05, 500).astype(np.float32)
    others = dice.normal(0.5, 0.05, 5000).astype(np.float32)
    found = fit(matching, others)
    info = FrameEncoderInfo("x", 4, found.logit_scale, found.logit_bias)
    assert info.match_probability(0.85) > 0.8 and info.match_probability(0.5) < 0.01
    with pytest.raises(InputError, match="no nearer than strangers"):
        fit(others, matching)
    with pytest.raises(InputError, match="pairs that match"):
        fit(matching[:0], others)


def test_background_captions_are_read_once_a_picture(tmp_path: Path) -> None:
    table = tmp_path / "captions.tsv"
    table.write_text('id\tsplit\tcaption\n1\tval\tA "red" kite\n1\tval\tA kite\n2\tval\tA dog\n', encoding="utf-8")
    assert background_captions(table) == ['A "red" kite', "A dog"]
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns id and caption"):
        background_captions(table)


def test_words_and_phrases() -> None:
    assert words_in(["Two dogs run on the grass", "a dog"]) == {"dog", "run", "grass"}
    assert phrases_of(["a dog runs", "the dog"]) == ["a dog runs", "the dog"]
    assert phrases_of(["beach"])[:2] == ["beach", "a photo of beach"]


def test_crops_are_seeded_and_whole_pictures_are_not_changed() -> None:
    squares = np.random.default_rng(0).integers(0, 256, (3, 96, 96, 3), dtype=np.uint8)
    first, again, other = (random_crops(squares, 32, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (3, 3, 32, 32) and torch.equal(first, again) and not torch.equal(first, other)
    whole = whole_squares(np.full((1, 96, 96, 3), 255, np.uint8), 48)
    assert whole.shape == (1, 3, 48, 48) and float(whole.min()) == 1.0


def test_ranks_put_equals_in_the_middle() -> None:
    scores = np.array([[0.9, 0.1, 0.5], [0.3, 0.3, 0.3]], dtype=np.float32)
    ranks = ranks_of(scores, np.array([2, 0]))
    assert ranks.tolist() == [1, 1]
    assert recall_at(ranks, (1, 2)) == {"R@1": 0.0, "R@2": 100.0, "median_rank": 2.0}


def test_the_schedule_ends_at_the_last_side_and_near_no_rate(tmp_path: Path) -> None:
    training = FrameTraining(tmp_path, tmp_path, 60.0)
    assert [training.side_at(done) for done in (0.0, 0.39, 0.4, 1.0)] == [64, 64, 96, 96]
    assert training.rate_at(0, 0.0) < training.rate_at(500, 0.1)
    assert training.rate_at(5000, 1.0) < 0.01 * training.learning_rate


def test_sizes_that_no_network_has_are_refused() -> None:
    with pytest.raises(InputError, match="positive sizes"):
        FrameNetworkConfig(image_side=8)


def write_pictures(folder: Path, rows: list[dict[str, object]]) -> None:
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / "images-00.parquet")


def row(number: int, image: bytes, split: str = "train") -> dict[str, object]:
    return {"id": f"p{number}", "source": "made", "split": split, "texts": ["red"], "image": image}


def encoded(colour: tuple[int, int, int] = (255, 0, 0)) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(held, "WEBP")
    return held.getvalue()


def test_held_out_pictures_never_join_training_and_pixels_are_decoded_once(tmp_path: Path) -> None:
    write_pictures(tmp_path / "data", [row(n, encoded(), "heldout" if n % 5 == 0 else "train") for n in range(100)])
    told: list[str] = []
    pictures = open_pictures(tmp_path / "data", tmp_path / "cache", report=lambda done, text: told.append(text))
    assert told and pictures.pixels_NHWC.shape == (100, STORED_SIDE, STORED_SIDE, 3)
    assert [pictures.splits[n] for n in range(0, 100, 5)] == ["heldout"] * 20
    kinds = {split: len(pictures.positions(split)) for split in ("train", "validation", "heldout")}
    assert kinds["heldout"] == 20 and 0 < kinds["validation"] < 15 and sum(kinds.values()) == 100
    told.clear()
    again = open_pictures(tmp_path / "data", tmp_path / "cache", report=lambda done, text: told.append(text))
    assert not told and again.splits == pictures.splits


def test_data_that_can_not_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no images-\*\.parquet"):
        open_pictures(tmp_path, tmp_path / "cache", report=lambda done, text: None)
    write_pictures(tmp_path / "broken", [row(1, b"no picture")])
    with pytest.raises(UnreadableMedia, match="picture p1"):
        open_pictures(tmp_path / "broken", tmp_path / "cache", report=lambda done, text: None)
    write_pictures(tmp_path / "short", [{"id": "1", "image": b""}])
    with pytest.raises(InputError, match="no column source, split, texts"):
        open_pictures(tmp_path / "short", tmp_path / "cache", report=lambda done, text: None)
