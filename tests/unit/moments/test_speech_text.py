"""Recognised words become cues; what recognisers say to themselves is dropped."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from kinora.config import Settings
from kinora.errors import WeightsMissing
from kinora.moments.moment import Cue
from kinora.moments.speech import (
    Word,
    cues_of_words,
    is_believable,
    pieces,
    quietest,
    transcribe,
    without_circles,
    without_repeated_cues,
)


def words(text: str, *, start: float = 0.0, each: float = 0.4) -> list[Word]:
    return [Word(start + each * n, start + each * (n + 1), f" {word}") for n, word in enumerate(text.split())]


def test_cues_end_with_sentences_pauses_and_before_they_grow_too_long() -> None:
    spoken = [*words("Hello there. How are"), *words("you", start=5.0)]
    assert [(cue.text, cue.start_seconds) for cue in cues_of_words(spoken)] == [
        ("Hello there.", 0.0), ("How are", 0.8), ("you", 5.0),
    ]  # fmt: skip
    long = cues_of_words(words("and so on " * 40))
    assert all(cue.end_seconds - cue.start_seconds <= 7 and len(cue.text) <= 84 for cue in long) and len(long) > 5


def segment(text: str, *, no_speech: float = 0.1, log_probability: float = -0.3) -> SimpleNamespace:
    return SimpleNamespace(text=text, no_speech_prob=no_speech, avg_logprob=log_probability)


def test_noise_is_not_believed() -> None:
    assert is_believable(segment("We got a recommendation for you."))
    assert not is_believable(segment("Thank you.", no_speech=0.9, log_probability=-1.4))
    assert is_believable(segment("Thank you.", no_speech=0.9, log_probability=-0.2))
    assert not is_believable(segment("la la " * 60))


def test_circles_and_repeats_are_cut() -> None:
    assert without_circles("thank you thank you thank you thank you thank you now") == "thank you now"
    assert without_circles("no, no, no") == "no, no, no"
    same = [Cue(n, n + 1, "Subscribe!") for n in range(5)]
    assert len(without_repeated_cues([*same, Cue(6, 7, "Bye")])) == 3


def test_sound_is_cut_where_it_is_quiet_and_nothing_is_lost() -> None:
    random = np.random.default_rng(0)
    sound = random.normal(0, 0.3, 16_000 * 700).astype(np.float32)
    sound[16_000 * 290 : 16_000 * 291] = 0
    assert 290 <= quietest(sound[: 16_000 * 300]) / 16_000 <= 291
    parts = list(pieces(np.array_split(sound, 140)))
    assert np.array_equal(np.concatenate([samples for _, samples in parts]), sound)
    assert [seconds for seconds, _ in parts] == [0.0, *np.cumsum([len(s) for _, s in parts])[:-1] / 16_000]
    assert 290 <= parts[1][0] <= 291


@pytest.mark.parametrize("model", ["off", "small", "/nowhere/model"])
def test_absent_weights_are_told_with_what_to_do(tmp_path, model: str) -> None:
    with pytest.raises(WeightsMissing, match="speech without subtitles is not searched") as caught:
        transcribe(tmp_path / "a.mp3", Settings(home=tmp_path, speech_model=model))
    assert "KINORA_SPEECH_MODEL" in caught.value.hint


def test_a_folder_that_is_no_model_is_told(tmp_path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(WeightsMissing, match=r"lacks model\.bin, tokenizer\.json"):
        transcribe(tmp_path / "a.mp3", Settings(home=tmp_path, speech_model=str(tmp_path)))
