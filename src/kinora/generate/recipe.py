"""The recipe: everything that makes the same clip again, kept in the file and in the ledger."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from kinora.generate.condition import Request, request_from_json, request_to_json

PREFIX = "kinora-recipe "  # in the file's comment


def recipe_of(request: Request, weights_hash: str, device: str) -> dict[str, Any]:
    """Return the recipe as JSON holds it."""
    return {
        "request": json.loads(request_to_json(request)),
        "weights_hash": weights_hash,
        "device": device,
        "versions": {name: version(name) for name in ("kinora", "torch", "diffusers")},
    }


def recipe_as_comment(recipe: dict[str, Any]) -> str:
    """Return the text that stands in the file."""
    return PREFIX + json.dumps(recipe, separators=(",", ":"))


def recipe_in_comment(comment: str) -> dict[str, Any] | None:
    """Return the recipe in a file's comment; None where there is none."""
    if not comment.startswith(PREFIX):
        return None
    try:
        found: dict[str, Any] = json.loads(comment.removeprefix(PREFIX))
    except ValueError:
        return None
    return found if "request" in found else None


def request_of(recipe: dict[str, Any]) -> Request:
    """Return the request of a recipe.

    Raises:
        InputError: it holds none.
    """
    return request_from_json(json.dumps(recipe.get("request")))
