"""Choosing video weights: the embedded model, a fetched folder, a folder given; what is fetched of a repository."""

from dataclasses import replace
from fnmatch import fnmatch

import pytest

from kinora.config import Settings
from kinora.errors import NotFound, WeightsMissing
from kinora.moments.weights import KINDS, describe_models, frame_encoder_name, resolve_choice


@pytest.fixture
def settings(tmp_path) -> Settings:
    return replace(Settings(), home=tmp_path)


def test_a_fetched_video_model_is_chosen_by_its_hub_name(settings):
    folder = settings.home / "models" / "video" / "someone--a-model"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    with pytest.raises(NotFound, match=r"accepted: kinora-small, a fetched name, a folder with model_index\.json"):
        resolve_choice(settings, "video", "someone/a-model")
    (folder / "model_index.json").write_text("{}")
    assert resolve_choice(settings, "video", "someone/a-model") == str(folder)


def test_the_embedded_model_is_always_at_hand(settings):
    assert resolve_choice(settings, "video", "kinora-small") == "kinora-small"
    [state] = [state for state in describe_models(settings) if state.kind == "video"]
    assert state.is_in_use
    assert state.is_at_hand


def test_frame_encoders_are_chosen_by_name_folder_or_off(settings, tmp_path):
    for name in ("kinora-frames", "off"):
        assert resolve_choice(settings, "frames", name) == name
    with pytest.raises(NotFound, match="accepted: kinora-frames, off, a fetched name"):
        resolve_choice(settings, "frames", "siglip2-base-patch16-224")
    with pytest.raises(NotFound, match="accepted: kinora-small, a fetched name"):
        resolve_choice(settings, "video", "off")
    [state] = [state for state in describe_models(settings) if state.kind == "frames"]
    assert (state.name, state.is_in_use, state.is_at_hand) == ("kinora-frames", True, True)


def test_the_name_that_vectors_carry_is_known_without_loading_them(settings, tmp_path):
    assert frame_encoder_name(settings).startswith("kinora-frames")
    assert frame_encoder_name(replace(settings, frame_encoder="off")) == ""
    folder = tmp_path / "some-siglip"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "siglip"}')
    assert frame_encoder_name(replace(settings, frame_encoder=str(folder))) == "some-siglip"
    with pytest.raises(WeightsMissing):
        frame_encoder_name(replace(settings, frame_encoder=str(tmp_path / "absent")))


@pytest.mark.parametrize(
    ("path", "is_fetched"),
    [
        ("model_index.json", True),
        ("transformer/diffusion_pytorch_model-00001-of-00002.safetensors", True),
        ("tokenizer/spiece.model", True),
        ("ltx-video-2b-v0.9.safetensors", False),  # the same weights in another program's form
        ("text_encoder/pytorch_model.bin", False),
    ],
)
def test_only_a_video_models_own_folders_are_fetched(path, is_fetched):
    assert any(fnmatch(path, pattern) for pattern in KINDS["video"].files) == is_fetched
