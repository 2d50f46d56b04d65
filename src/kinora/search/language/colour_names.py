"""The colours that can be asked for by name, and other words for them."""

from __future__ import annotations

COLOUR_NAMES = (
    "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "black", "white", "gray",
)  # fmt: skip
_ALSO = {
    "grey": "gray", "silver": "gray", "turquoise": "cyan", "teal": "cyan", "aqua": "cyan", "violet": "purple",
    "magenta": "pink", "rose": "pink", "gold": "yellow", "golden": "yellow", "crimson": "red", "scarlet": "red",
    "navy": "blue", "beige": "brown", "tan": "brown",
}  # fmt: skip


def colour_named(word: str) -> str:
    """Return the colour that a word means, "" for none."""
    folded = word.strip().lower()
    return folded if folded in COLOUR_NAMES else _ALSO.get(folded, "")
