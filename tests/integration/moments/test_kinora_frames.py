"""The shipped frame encoder, and a tiny one trained from the first step to the folder that is used."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from frame_encoder_suite import FrameEncoderSuite, pictures
from PIL import Image

from kinora.cli import train
from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.errors import Cancelled, SettingRefused, WeightsMissing
from kinora.moments.encoder_service import Encoders
from kinora.moments.frame_encoder import FrameEncoderInfo, info_of
from kinora.moments.kinora_frames.encoder import WEIGHTS_FOLDER, KinoraFrameEncoder, is_frame_network
from kinora.moments.kinora_frames.network import FrameNetworkConfig
from kinora.moments.sentence_encoder import EMBEDDED_NAME, SentenceEncoder
from kinora.moments.train_frames.finish import finish
from kinora.moments.train_frames.program import FrameTraining, train_frames

TINY = FrameNetworkConfig(
    stem=8, widths=(8, 8, 8, 8, 8, 8, 16), blocks=(1,) * 7, features=32, dimension=16, text_hidden=16, image_side=32
)
COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220), "white": (250, 250, 250)}


@pytest.fixture(scope="module")
def encoder() -> KinoraFrameEncoder:
    return KinoraFrameEncoder(SentenceEncoder.from_setting(EMBEDDED_NAME).embed)


class TestShipped(FrameEncoderSuite):
    """The conformance suite over the shipped weights."""


def test_what_ships_is_small_and_says_what_it_is(encoder: KinoraFrameEncoder) -> None:
    sizes = [path.stat().st_size for path in WEIGHTS_FOLDER.iterdir()]
    assert sum(sizes) < 25e6
    card = (WEIGHTS_FOLDER / "README.md").read_text(encoding="utf-8")
    for source in ("flickr8k", "coco", "miniplaces100", "tiny_imagenet200", "mini_imagenet100", "imagenet_sample1000",
                   "caltech101", "intel_scenes", "weather4", "grocery_store", "trashnet"):  # fmt: skip
        assert source in card
    assert info_of(encoder).name.startswith("kinora-frames")


@pytest.mark.media
def test_it_tells_a_dog_from_a_road(encoder: KinoraFrameEncoder, shared_media: Path) -> None:
    import av

    frames = []
    for name in ("animals/dog_eating.mp4", "city/motorway_traffic.mp4"):
        with av.open(str(shared_media / name)) as container:
            frames.append(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    dog, road = encoder.embed_images(frames)
    words_dog, words_road = encoder.embed_texts(["a dog on the grass", "cars on a road"])
    assert words_dog @ dog > words_dog @ road
    assert words_road @ road > words_road @ dog


def test_the_service_uses_it_unless_told_otherwise(tmp_path: Path) -> None:
    told = Encoders(Settings(home=tmp_path)).answer({"verb": "describe_frame_encoder"})[0]
    assert told["name"].startswith("kinora-frames")


def test_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="are not in"):
        KinoraFrameEncoder(lambda texts: np.zeros((len(texts), 384)), tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "siglip"}')
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    assert not is_frame_network(tmp_path)
    with pytest.raises(SettingRefused, match="holds no frame encoder"):
        KinoraFrameEncoder(lambda texts: np.zeros((len(texts), 384)), tmp_path)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("captioned")
    rows = []
    dice = np.random.default_rng(0)
    for number in range(160):
        name = list(COLOURS)[number % 4]
        noisy = np.clip(np.array(COLOURS[name]) + dice.integers(-20, 20, (40, 48, 3)), 0, 255).astype(np.uint8)
        held = io.BytesIO()
        Image.fromarray(noisy).save(held, "WEBP")
        texts = [f"a {name} wall", f"everything is {name}"] if number % 2 else [name]
        split = "heldout" if number >= 150 else "train"
        rows.append({"id": str(number), "source": f"made{number % 2}", "split": split, "texts": texts,
                     "image": held.getvalue()})  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), folder / "images-00.parquet")
    lines = ["id\tsplit\tcaption", *(f"{n}\tval\tsomething else number {n}" for n in range(20))]
    (folder / "background_captions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def entries(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_a_training_stops_goes_on_and_ends_as_an_encoder(data: Path, tmp_path: Path) -> None:
    training = FrameTraining(
        data, tmp_path / "out", 600.0, network=TINY, start="nothing", sides=((0.0, 32),), batch_size=32, max_steps=60
    )
    stopped = CancelToken()

    def stop_early(done: float, message: str) -> None:
        if "step" in message:
            stopped.cancel()

    first = replace(training, max_steps=5)
    train_frames(first, report=stop_early, cancel=CancelToken())
    stopped.cancel()
    with pytest.raises(Cancelled):
        train_frames(training, report=stop_early, cancel=stopped)
    network = train_frames(training, report=lambda done, message: None, cancel=CancelToken())
    steps = [entry["step"] for entry in entries(training.out_dir) if "to_text" in entry]
    assert steps[0] == 5 and steps[-1] == 60
    losses = [entry["to_text"] for entry in entries(training.out_dir) if "to_text" in entry]
    assert losses[-1] < losses[0]
    folder, info = finish(network, training, name="tiny-frames", report=lambda done, message: None)
    assert info == FrameEncoderInfo("tiny-frames", 16, info.logit_scale, info.logit_bias)
    told = Encoders(Settings(home=tmp_path, frame_encoder=str(folder))).answer({"verb": "describe_frame_encoder"})[0]
    assert told["name"] == "tiny-frames"
    own = KinoraFrameEncoder(SentenceEncoder.from_setting(EMBEDDED_NAME).embed, folder)
    red, blue = own.embed_images([np.full((40, 40, 3), COLOURS[name], np.uint8) for name in ("red", "blue")])
    words = own.embed_texts(["a red wall"])[0]
    assert words @ red > words @ blue


def test_the_same_seed_draws_the_same(data: Path, tmp_path: Path) -> None:
    vectors = []
    for name in ("one", "two"):
        training = FrameTraining(
            data, tmp_path / name, 600.0, network=TINY, start="nothing", sides=((0.0, 32),), batch_size=16, max_steps=3
        )
        network = train_frames(training, report=lambda done, message: None, cancel=CancelToken())
        squares = np.stack([np.resize(picture, (32, 32, 3)) for picture in pictures(2)])
        import torch

        from kinora.moments.kinora_frames.encoder import to_pixels

        with torch.inference_mode():
            vectors.append(network.image(to_pixels(squares)).numpy())
    assert np.allclose(vectors[0], vectors[1], atol=1e-4)


def test_the_command_refuses_a_folder_without_pictures(tmp_path: Path) -> None:
    asked = CliRunner().invoke(train.command, ["frames", "--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert asked.exit_code != 0
    assert "images-*.parquet" in str(asked.exception) + asked.output
