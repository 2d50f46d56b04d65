"""What a folder's JSON says of its family, before any weights: facts, and refusals that name who can."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kinora.errors import ConditionRefused, InputError, WeightsMissing, error_named
from kinora.generate.condition import Condition, Request, Start
from kinora.generate.families.refusal import conditions_asked, refuse_what_it_cannot, who_takes
from kinora.generate.families.table import CONDITION_WORDS, TABLE, facts_of
from kinora.generate.where import folder_of

PICTURE = Path("picture.png")
WAN_VAE = {"_class_name": "AutoencoderKLWan", "scale_factor_spatial": 8, "scale_factor_temporal": 4}
WAN = {"_class_name": "WanTransformer3DModel", "patch_size": [1, 2, 2]}


def folder_with(tmp_path: Path, index: dict, transformer: dict, vae: dict) -> Path:
    for name, content in {"transformer/config": transformer, "vae/config": vae, "model_index": index}.items():
        path = tmp_path / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return tmp_path


def wan(tmp_path: Path, pipeline: str = "WanPipeline", transformer: dict | None = None, **index) -> Path:
    return folder_with(tmp_path, {"_class_name": pipeline, **index}, {**WAN, **(transformer or {})}, WAN_VAE)


def test_every_row_has_words_for_what_it_takes_and_a_public_model():
    for row in TABLE.values():
        assert row.takes <= set(CONDITION_WORDS)
        assert row.needs <= row.takes
        assert row.is_own or all(hub_id.count("/") == 1 for hub_id in row.hub_ids)


def test_wans_kinds_are_told_apart_by_their_configuration(tmp_path):
    image = "WanImageToVideoPipeline"
    shown = {
        "t2v": facts_of(wan(tmp_path / "a")).shown,
        "ti2v": facts_of(wan(tmp_path / "b", expand_timesteps=True)).shown,
        "i2v": facts_of(wan(tmp_path / "c", image, {"image_dim": 1280})).shown,
        "flf2v": facts_of(wan(tmp_path / "d", image, {"image_dim": 1280, "pos_embed_seq_len": 514})).shown,
        "2.2": facts_of(wan(tmp_path / "e", image, {"image_dim": None})).shown,
    }
    assert list(shown.values()) == ["Wan T2V", "Wan TI2V-5B", "Wan I2V", "Wan FLF2V", "Wan FLF2V"]


def test_a_refusal_says_what_is_taken_and_who_takes_the_rest(tmp_path):
    facts = facts_of(wan(tmp_path))
    request = Request(width=832, height=480, fps=16.0, conditions=(Condition(0.0, "frame", PICTURE),))
    with pytest.raises(ConditionRefused) as refused:
        refuse_what_it_cannot(request, facts)
    assert refused.value.message == (
        "WanPipeline takes words and a video to start from only; to give a first frame use kinora-small, LTX-Video, "
        "Wan TI2V-5B, Wan I2V, Wan FLF2V, Wan VACE, HunyuanVideo I2V, HunyuanVideo-1.5 I2V, CogVideoX I2V or "
        "SANA-Video I2V"
    )
    assert isinstance(refused.value, InputError)
    assert error_named("ConditionRefused", "no").exit_code == 2


def test_mochi_takes_words_only(tmp_path):
    vae = {"_class_name": "AutoencoderKLMochi", "spatial_expansions": [2, 2, 2], "temporal_expansions": [1, 2, 3]}
    facts = facts_of(folder_with(tmp_path, {"_class_name": "MochiPipeline"}, {"patch_size": 2}, vae))
    assert (facts.spatial_ratio, facts.temporal_ratio) == (8, 6)
    with pytest.raises(ConditionRefused, match=r"MochiPipeline takes words only; to give a video to start from use"):
        refuse_what_it_cannot(Request(start=Start(PICTURE)), facts)


def test_the_place_of_a_picture_decides_what_is_asked(tmp_path):
    facts = facts_of(wan(tmp_path))
    frames = [Condition(seconds, "frame", PICTURE) for seconds in (0.0, 1.0, 2.0)]
    request = Request(seconds=2.0, fps=8.0, conditions=tuple(frames))
    assert conditions_asked(request, facts) == ("first_frame", "any_frame", "last_frame")


def test_who_takes_latents_can_make_long_clips():
    assert who_takes("latent") == ("kinora-small", "LTX-Video")


def test_a_class_without_an_adapter_is_named(tmp_path):
    with pytest.raises(InputError, match="no adapter for StableDiffusionPipeline"):
        facts_of(wan(tmp_path, "StableDiffusionPipeline"))


def test_a_fetched_model_is_found_by_its_hub_id_and_an_absent_one_says_how_to_get_it(tmp_path):
    wan(tmp_path / "someone--a-model")
    assert folder_of("someone/a-model", tmp_path) == tmp_path / "someone--a-model"
    with pytest.raises(WeightsMissing, match="no video model 'someone/another' is on this machine") as missing:
        folder_of("someone/another", tmp_path)
    assert "kinora models get video" in missing.value.hint


def test_no_network_library_is_loaded_to_refuse():
    program = (
        "import sys, kinora.generate.families.refusal, kinora.generate.families.placement, kinora.generate.where, "
        "kinora.generate.architecture\n"
        "print([name for name in ('torch', 'diffusers', 'transformers') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
