"""Requests through a tiny model to files: every operation, its recipe, and a run that is cut off."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinora.errors import WeightsMissing
from kinora.generate.condition import Condition, Request, TimedPrompt
from kinora.generate.loader import open_model
from kinora.generate.operations import OPERATIONS, Material, Source, operation
from kinora.generate.run import generate, generate_with
from kinora.media.frames import frames_every

STEPS = 3


@pytest.fixture(scope="module")
def family(tiny_model):
    return open_model(str(tiny_model))


@pytest.fixture(scope="module")
def settings(tiny_model) -> Request:
    return Request(prompts=(TimedPrompt(0.0, "a red ball"),), model=str(tiny_model), steps=STEPS, seed=3)


@pytest.fixture(scope="module")
def film(family, settings, tmp_path_factory) -> Source:
    """Return a clip of 2 s (17 frames at 8 a second) made by the model itself."""
    made = generate_with(family, settings, tmp_path_factory.mktemp("film"), lambda *_: None)
    return Source(made.path, 2.125, id="film")


def frames_of(path: Path, height: int = 64) -> np.ndarray:
    return np.stack([frame.rgb for frame in frames_every(path, 1 / 8, height=height)])


def test_words_become_a_clip_with_its_recipe(family, settings, tmp_path):
    said = []
    made = generate_with(family, settings, tmp_path, lambda done, message: said.append((done, message)))
    assert frames_of(made.path).shape == (17, 64, 64, 3)
    assert made.num_frames == 17
    assert made.recipe["request"]["seed"] == 3
    assert len(made.recipe["weights_hash"]) == 16
    assert (tmp_path / "preview.webp").exists()
    assert [done for done, _ in said] == sorted(done for done, _ in said)
    assert any("Step 3 of 3" in message for _, message in said)


def test_the_same_request_gives_the_same_pixels_and_another_seed_others(family, settings, film, tmp_path):
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    same = generate_with(family, settings, folders[0], lambda *_: None)
    other = generate_with(family, replace(settings, seed=4), folders[1], lambda *_: None)
    assert np.array_equal(frames_of(same.path), frames_of(film.path))
    assert not np.array_equal(frames_of(other.path), frames_of(film.path))


def material_for(name: str, film: Source, picture: Source) -> tuple[Material, dict]:
    videos = (film,) * OPERATIONS[name].num_videos
    changes = {"remix": {"noise": 0.5}, "blend": {"noise": 0.5}, "interpolate": {"fps": 16.0, "seconds": 1.0}}
    pictures = ((0.0, picture), (1.0, picture)) if OPERATIONS[name].needs_pictures else ()
    keep = ((0.0, 0.5),) if name == "recut" else ()
    prompts = (TimedPrompt(0.0, "a ball"), TimedPrompt(1.0, "a cube")) if name == "storyboard" else ()
    if name == "long":
        changes["long"] = {"seconds": 6.0}
    return Material(prompts=prompts, videos=videos, pictures=pictures, keep=keep), changes.get(name, {})


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_every_operation_makes_a_clip_of_the_length_asked(name, family, settings, film, tmp_path):
    picture_path = tmp_path / "picture.png"
    Image.fromarray(np.full((90, 120, 3), 200, np.uint8)).save(picture_path)
    material, changes = material_for(name, film, Source(picture_path, id="picture"))
    request = operation(name).request(material, replace(settings, **changes))
    made = generate_with(family, request, tmp_path, lambda *_: None)
    expected = {"text_to_image": 1, "long": 49}.get(name, 17)
    assert made.num_frames == expected
    assert made.recipe["request"]["operation"] == name
    assert request.parents == (("film",) if material.videos else ()) + (("picture",) if material.pictures else ())


def test_what_is_given_stays_and_the_rest_moves(family, settings, film, tmp_path):
    import torch

    first = family.encode(frames_of(film.path)[:1])
    request = replace(settings, seed=9, conditions=(Condition(0.0, "frame", film.path),))
    made = generate_with(family, request, tmp_path, lambda *_: None)
    from safetensors.torch import load_file

    latents = load_file(made.latents_path)["latents_CFHW"]
    assert torch.allclose(latents[:, :1], first, atol=1e-4), "the first latent frame is the given picture's"
    assert not torch.allclose(latents[:, 1:2], first, atol=1e-2)


def test_a_run_that_is_cut_off_goes_on_to_the_same_pixels(family, settings, tmp_path):
    class Cut(Exception):
        pass

    def cut_at_second_window(done, message):
        if "Step 5 of 6, part 2" in message:
            raise Cut

    long = replace(settings, seconds=6.0, steps=6)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    expected = generate_with(family, long, whole, lambda *_: None)
    with pytest.raises(Cut):
        generate_with(family, long, broken, cut_at_second_window)
    steps = []
    made = generate_with(family, long, broken, lambda _, message: steps.append(message))
    first_steps = [message[:11] for message in steps[:2]]
    assert first_steps == ["Step 5 of 6", "Step 6 of 6"], "four saved steps are not done again"
    assert np.array_equal(frames_of(made.path), frames_of(expected.path))


def test_a_model_that_is_not_here_is_said_in_one_sentence(settings, tmp_path):
    with pytest.raises(WeightsMissing, match="no video model 'nowhere/else' is on this machine"):
        generate(replace(settings, model="nowhere/else"), tmp_path, lambda *_: None)


def test_the_stock_pipeline_opens_the_folder(tiny_model):
    from diffusers import DiffusionPipeline, LTXConditionPipeline

    pipeline = DiffusionPipeline.from_pretrained(tiny_model)
    assert isinstance(pipeline, LTXConditionPipeline)
    made = pipeline(
        prompt="a ball", height=32, width=32, num_frames=5, frame_rate=8, num_inference_steps=2, output_type="np"
    )
    assert made.frames.shape == (1, 5, 32, 32, 3)


def test_a_clip_that_takes_much_of_the_memory_is_decoded_in_tiles(tiny_model):
    import psutil

    total = psutil.virtual_memory().total
    assert not open_model(str(tiny_model), peak_bytes=2**20)._vae.use_tiling
    large = open_model(str(tiny_model), peak_bytes=total // 2)
    assert large._vae.use_tiling
    latents = large.encode(np.zeros((9, 64, 96, 3), np.uint8))
    assert large.decode(latents).shape == (9, 64, 96, 3)
