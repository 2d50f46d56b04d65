"""The recipe in a file's comment."""

from kinora.generate.condition import Request, TimedPrompt
from kinora.generate.recipe import recipe_as_comment, recipe_in_comment, recipe_of, request_of

REQUEST = Request(prompts=(TimedPrompt(0.0, 'a "red" ball ü'),), seed=5)


def test_a_recipe_gives_the_request_back():
    recipe = recipe_of(REQUEST, "0123456789abcdef", "cpu")
    found = recipe_in_comment(recipe_as_comment(recipe))
    assert found == recipe
    assert request_of(found) == REQUEST
    assert found["weights_hash"] == "0123456789abcdef"
    assert set(found["versions"]) == {"kinora", "torch", "diffusers"}


def test_another_comment_is_no_recipe():
    assert recipe_in_comment("made by my camera") is None
    assert recipe_in_comment("kinora-recipe {broken") is None
    assert recipe_in_comment("kinora-recipe {}") is None
