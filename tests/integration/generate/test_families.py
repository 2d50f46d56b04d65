"""Public families on tiny random models of their true classes: every condition each takes, to a file; every refusal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from tests.integration.generate.tiny_families import BUILDERS, saved

from kinora.errors import ConditionRefused
from kinora.generate.condition import Condition, Request, Start, TimedPrompt
from kinora.generate.families.refusal import refuse_what_it_cannot
from kinora.generate.families.table import facts_of
from kinora.generate.loader import open_model
from kinora.generate.run import generate, generate_with
from kinora.media.frames import frames_every

FAMILIES = [name for name in BUILDERS if name != "ltx"]
TAKES = {
    "wan_t2v": {"start"},
    "wan22_t2v": {"start"},
    "wan_ti2v": {"first_frame", "start"},
    "wan_i2v": {"first_frame"},
    "wan_flf2v": {"first_frame", "last_frame"},
    "wan_vace": {"first_frame", "last_frame", "any_frame", "clip", "start"},
    "cogvideox_t2v": {"start"},
    "cogvideox_dpm": {"start"},
    "cogvideox_i2v": {"first_frame"},
    "hunyuan_t2v": {"start"},
    "hunyuan_i2v": {"first_frame"},
    "hunyuan_i2v_replaced": {"first_frame"},
    "hunyuan15_t2v": {"start"},
    "hunyuan15_i2v": {"first_frame"},
    "sana_t2v": {"start"},
    "sana_i2v": {"first_frame"},
    "mochi": set(),
    "ltx": {"first_frame", "last_frame", "any_frame", "clip", "latent", "start", "strength"},
}
LENGTHS = {"mochi": 7, "ltx": 9}  # frames of 1 s at 8 a second that their latents can hold; 9 for the others


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return a function that builds each model once."""
    root, made = tmp_path_factory.mktemp("families"), {}

    def folder_of(name: str) -> Path:
        if name not in made:
            made[name] = saved(name, root)
        return made[name]

    return folder_of


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "picture.png"
    rgb = np.zeros((40, 50, 3), np.uint8)
    rgb[:, :25] = (200, 40, 40)
    Image.fromarray(rgb).save(path)
    return path


@pytest.fixture(scope="module")
def film(folders, tmp_path_factory) -> Path:
    """Return a clip of 1 s to start from."""
    family = open_model(str(folders("wan_t2v")))
    return generate_with(family, asked(), tmp_path_factory.mktemp("film"), quiet).path


def asked(**changes) -> Request:
    settings = {"width": 32, "height": 32, "seconds": 1.0, "fps": 8.0, "steps": 2, "seed": 3, **changes}
    return Request(prompts=(TimedPrompt(0.0, "a red ball rolls left"),), **settings)


def quiet(*_):
    return None


def request_with(kind: str, picture: Path, film: Path, needs: frozenset) -> Request:
    first = (Condition(0.0, "frame", picture),) if needs else ()
    return {
        "words": asked(),
        "first_frame": asked(conditions=(Condition(0.0, "frame", picture),)),
        "last_frame": asked(conditions=(*first, Condition(1.0, "frame", picture))),
        "any_frame": asked(conditions=(*first, Condition(0.5, "frame", picture))),
        "clip": asked(conditions=(*first, Condition(0.0, "clip", film, to_seconds=0.5))),
        "latent": asked(conditions=(*first, Condition(0.0, "latent", film))),
        "start": asked(conditions=first, start=Start(film), noise=0.5),
        "strength": asked(conditions=(Condition(0.0, "frame", picture, strength=0.5),)),
    }[kind]


@pytest.mark.parametrize("name", FAMILIES)
def test_each_condition_a_family_takes_becomes_a_clip(name, folders, picture, film, tmp_path):
    family = open_model(str(folders(name)))
    assert family.facts.takes == TAKES[name]
    kinds = TAKES[name] if family.facts.needs else {"words", *TAKES[name]}
    seen = {}
    for kind in sorted(kinds):
        request = request_with(kind, picture, film, family.facts.needs)
        refuse_what_it_cannot(request, family.facts)
        out_dir = tmp_path / kind
        out_dir.mkdir()
        made = generate_with(family, request, out_dir, quiet)
        frames = np.stack([frame.rgb for frame in frames_every(made.path, 1 / 8, height=32)])
        assert frames.shape == (LENGTHS.get(name, 9), 32, 32, 3), kind
        assert (out_dir / "preview.webp").exists()
        seen[kind] = load_file(made.latents_path)["latents_CFHW"]
        assert torch.isfinite(seen[kind]).all()
    for kind in seen.keys() - {"words"}:
        if "words" in seen:
            assert not torch.allclose(seen[kind], seen["words"]), f"{kind} changes what is made"


@pytest.mark.parametrize("name", list(BUILDERS))
def test_each_condition_a_family_does_not_take_is_refused_naming_one_that_does(name, folders, picture, film):
    facts = facts_of(folders(name))
    for kind in {"first_frame", "last_frame", "any_frame", "clip", "latent", "start", "strength"} - TAKES[name]:
        request = request_with(kind, picture, film, facts.needs)
        with pytest.raises(ConditionRefused, match=r"takes words.* only; to give .* use kinora-small"):
            refuse_what_it_cannot(request, facts)


@pytest.mark.parametrize("name", ["wan_t2v", "cogvideox_dpm", "hunyuan15_t2v", "hunyuan_i2v_replaced"])
def test_a_run_that_is_cut_off_goes_on_to_the_same_latents(name, folders, picture, tmp_path):
    """Solvers of second order go on from what they remember; the saved state holds it."""

    class Cut(Exception):
        pass

    family = open_model(str(folders(name)))
    conditions = (Condition(0.0, "frame", picture),) if family.facts.needs else ()
    request = replace(asked(steps=6), conditions=conditions)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    expected = generate_with(family, request, whole, quiet)

    def cut(_done, message):
        if "Step 5 of 6" in message:
            raise Cut

    with pytest.raises(Cut):
        generate_with(family, request, broken, cut)
    said = []
    made = generate_with(family, request, broken, lambda _, message: said.append(message))
    assert [message[:11] for message in said[:2]] == ["Step 5 of 6", "Step 6 of 6"], (
        "four saved steps are not done again"
    )
    latents = [load_file(one.latents_path)["latents_CFHW"] for one in (expected, made)]
    assert torch.equal(*latents)


def test_a_first_frame_stays_where_the_family_keeps_it_clean(folders, picture, tmp_path):
    """TI2V-5B's pipeline puts the given latent back at the end."""
    from kinora.generate.given import read_frame
    from kinora.generate.run import canvas_of

    family = open_model(str(folders("wan_ti2v")))
    request = asked(conditions=(Condition(0.0, "frame", picture),))
    made = generate_with(family, request, tmp_path, quiet)
    given = family.encode(read_frame(picture, 0.0, canvas_of(request, family)))
    latents = load_file(made.latents_path)["latents_CFHW"]
    assert torch.allclose(latents[:, :1], given.cpu(), atol=0.05)


def test_ltx_video_shifts_its_noise_by_the_clips_size(folders, picture, film, tmp_path):
    family = open_model(str(folders("ltx")))
    made = generate_with(family, asked(conditions=(Condition(0.0, "frame", picture),)), tmp_path, quiet)
    assert made.num_frames == LENGTHS["ltx"]


def test_a_family_with_learnt_places_makes_one_size_only(folders, picture):
    facts = facts_of(folders("cogvideox_i2v"))
    request = replace(asked(conditions=(Condition(0.0, "frame", picture),)), width=64)
    with pytest.raises(ConditionRefused, match="makes clips of 32x32 only; 64x32 was asked"):
        refuse_what_it_cannot(request, facts)


def test_a_family_whose_places_end_makes_no_larger_size(folders):
    with pytest.raises(ConditionRefused, match="makes clips up to 32x32; 64x32 was asked"):
        refuse_what_it_cannot(replace(asked(), width=64), facts_of(folders("cogvideox_dpm")))


def test_a_clip_longer_than_the_window_is_refused_where_latents_can_not_be_carried(folders):
    with pytest.raises(
        ConditionRefused, match=r"at most 81 frames .* longer clips are made by kinora-small and LTX-Video"
    ):
        refuse_what_it_cannot(asked(seconds=30.0), facts_of(folders("wan_t2v")))
    refuse_what_it_cannot(asked(seconds=30.0), facts_of(folders("ltx")))


def test_words_alone_are_refused_where_a_picture_is_needed(folders):
    with pytest.raises(ConditionRefused, match="needs a first frame, and none was given; from words alone"):
        refuse_what_it_cannot(asked(), facts_of(folders("hunyuan15_i2v")))


def test_a_storyboard_is_refused_where_windows_can_not_carry_latents(folders):
    prompts = (TimedPrompt(0.0, "a red ball"), TimedPrompt(0.5, "a blue cube"))
    with pytest.raises(ConditionRefused, match="takes one prompt a clip; 2 were given"):
        refuse_what_it_cannot(replace(asked(), prompts=prompts), facts_of(folders("cogvideox_t2v")))


def test_what_a_family_can_not_do_is_refused_before_any_weights_are_opened(folders, picture, tmp_path):
    whole, bare = folders("wan_t2v"), tmp_path / "without-weights"
    for path in whole.rglob("*.json"):
        (bare / path.relative_to(whole)).parent.mkdir(parents=True, exist_ok=True)
        (bare / path.relative_to(whole)).write_bytes(path.read_bytes())
    said = []
    request = asked(model=str(bare), conditions=(Condition(0.0, "frame", picture),))
    with pytest.raises(ConditionRefused, match="to give a first frame use kinora-small"):
        generate(request, tmp_path, lambda *words: said.append(words))
    assert said == [], "nothing was opened"
