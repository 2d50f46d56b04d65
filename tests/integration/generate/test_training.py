"""The whole training, tiny: it learns, it can be stopped, it goes on, and what it writes is opened."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from kinora.engine.cancel import CancelToken
from kinora.errors import InputError
from kinora.generate.condition import Request, TimedPrompt
from kinora.generate.loader import open_model
from kinora.generate.model.sizes import SIZES
from kinora.generate.run import generate_with
from kinora.generate.saved_state import load_state
from kinora.generate.train.clip_source import Clips, ClipShape
from kinora.generate.train.course import SMALL
from kinora.generate.train.program import VideoTraining, train_video

SHAPES = ((ClipShape(9, 32, 32, 8.0), 0.8), (ClipShape(1, 32, 32, 8.0), 0.2))


def plain_clips(seeds, shape, device) -> Clips:
    """Return clips of one colour that brightens: the caption says which."""
    red = torch.tensor([[200, 20, 20] if seed % 2 else [20, 20, 200] for seed in seeds])
    rise = torch.linspace(0.5, 1.0, shape.num_frames)[None, :, None, None, None]
    pixels = (red[:, None, None, None, :] * rise).expand(-1, -1, shape.height, shape.width, -1)
    return Clips(pixels.to(torch.uint8), tuple(("red",) if seed % 2 else ("blue",) for seed in seeds))


def train(out_dir, seconds: float, cancel: CancelToken | None = None, score=None, start_from=None):
    training = VideoTraining(
        out_dir, SIZES["tiny"], 0.5, seconds, score_every_seconds=0.5, start_from=start_from,
        course=replace(SMALL, first_clips=8, batch_tokens=96, shapes=SHAPES),
    )  # fmt: skip
    said = []
    folder = train_video(
        training, plain_clips, ["red", "blue"], score, report=lambda *said_now: said.append(said_now),
        cancel=cancel or CancelToken(),
    )  # fmt: skip
    return folder, said


def entries(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_it_trains_scores_goes_on_and_gives_a_model_that_generates(tmp_path):
    scored = []

    def score(pipeline) -> dict[str, float]:
        scored.append(type(pipeline).__name__)
        return {"colour": 0.5}

    folder, said = train(tmp_path / "run", 4.0, score=score)
    first = load_state(tmp_path / "run" / "denoiser.pt")
    assert first["step"] > 10
    assert scored and set(scored) == {"LTXConditionPipeline"}
    log = entries(tmp_path / "run" / "denoiser.jsonl")
    assert log[-1]["scores"] == {"colour": 0.5}
    assert entries(tmp_path / "run" / "autoencoder.jsonl")[-1]["psnr_db"] > 20
    assert said[0] == (0.0, "autoencoder: principal components")

    folder, _ = train(tmp_path / "run", 6.0)
    again = load_state(tmp_path / "run" / "denoiser.pt")
    assert again["step"] > first["step"], "a longer training goes on from the step it had"

    request = Request(prompts=(TimedPrompt(0.0, "red"),), width=32, height=32, seconds=1.0, steps=4, model=str(folder))
    made = generate_with(open_model(str(folder)), request, tmp_path, lambda *_: None)
    assert made.num_frames == 9


def test_it_stops_when_asked_and_keeps_what_it_has(tmp_path):
    cancel = CancelToken()
    cancel.cancel()
    train(tmp_path, 60.0, cancel)
    assert load_state(tmp_path / "denoiser.pt")["step"] == 0


def test_a_broken_state_is_refused_and_left_alone(tmp_path):
    (tmp_path / "autoencoder.pt").write_bytes(b"not a state")
    with pytest.raises(InputError, match=r"autoencoder\.pt holds no training state"):
        train(tmp_path, 1.0)
    assert (tmp_path / "autoencoder.pt").read_bytes() == b"not a state"


def test_a_training_goes_on_from_a_models_folder(tmp_path):
    folder, _ = train(tmp_path / "first", 3.0)
    vae = (folder / "vae" / "diffusion_pytorch_model.safetensors").read_bytes()
    cancel = CancelToken()
    cancel.cancel()
    again, _ = train(tmp_path / "second", 3.0, cancel, start_from=folder)
    assert (again / "vae" / "diffusion_pytorch_model.safetensors").read_bytes() == vae
    weights = [load_file(one / "transformer" / "diffusion_pytorch_model.safetensors") for one in (folder, again)]
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not (tmp_path / "second" / "autoencoder.jsonl").exists()


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no model that can be opened"):
        train(tmp_path / "run", 1.0, start_from=tmp_path)
