"""Prompt help."""

import pytest

from kinora.errors import InputError
from kinora.generate.rewrite import PromptStyle, load_style, rewrite, save_style

STYLE = PromptStyle(
    {
        "crimson": "red",
        "orb": "ball",
        "spheres": "balls",
        "to the left": "left",
        "leftward": "left",
        "rapidly": "quickly",
    },
    frozenset({"a", "the", "red", "ball", "balls", "rolls", "rolling", "left", "quickly", "two", "on", "grass"}),
)


def test_known_phrases_are_said_plainly_and_nothing_else_changes():
    found = rewrite("A crimson orb rolling rapidly to the left on grass", STYLE)
    assert found.text == "a red ball rolling quickly left on grass"
    assert found.changes == (("crimson", "red"), ("orb", "ball"), ("rapidly", "quickly"), ("to the left", "left"))
    assert found.unknown == ()


def test_a_prompt_in_the_models_words_stays():
    found = rewrite("the red ball rolls left", STYLE)
    assert (found.text, found.changes, found.unknown) == ("the red ball rolls left", (), ())
    assert found.sentences() == []


def test_what_the_model_never_saw_is_said_and_kept():
    found = rewrite("a dog rolls left", STYLE)
    assert found.text == "a dog rolls left"
    assert found.sentences() == ["the model was never shown: dog"]


def test_a_mistyped_word_is_understood_and_shown():
    assert rewrite("two crimsom sphres", STYLE).changes == (("crimsom", "red"), ("sphres", "balls"))


def test_an_empty_prompt_stays_empty():
    assert rewrite("  ", STYLE).text == ""


def test_a_style_is_kept_with_the_model(tmp_path):
    assert load_style(tmp_path) is None
    save_style(STYLE, tmp_path)
    assert load_style(tmp_path) == STYLE
    (tmp_path / "prompt_style.json").write_text("[]")
    with pytest.raises(InputError, match="can't be read"):
        load_style(tmp_path)
