"""Charts of figures as plain shapes: the template draws them as SVG, and a table beside them says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600.0, 160.0
_GAP = 0.15  # of a bar's place


@dataclass(frozen=True)
class Bar:
    """One bar in a box of WIDTH by HEIGHT, and what it says."""

    x: str
    y: str
    width: str
    height: str
    label: str
    text: str


def bars(values: Sequence[tuple[str, float, str]]) -> list[Bar]:
    """Return a bar for each (label, value, value in words), the greatest one as high as the box."""
    most = max((value for _, value, _ in values), default=0) or 1
    place = WIDTH / max(1, len(values))
    return [
        Bar(
            f"{number * place + place * _GAP / 2:.2f}", f"{HEIGHT - HEIGHT * value / most:.2f}",
            f"{place * (1 - _GAP):.2f}", f"{HEIGHT * value / most:.2f}", label, text,
        )
        for number, (label, value, text) in enumerate(values)
    ]  # fmt: skip


def line(values: Sequence[float]) -> str:
    """Return the path of a curve through values, 1 a tenth below the top of the box."""
    if not values:
        return ""
    step = WIDTH / len(values)
    points = [
        f"{(place + 0.5) * step:.1f} {HEIGHT - 0.9 * HEIGHT * min(1.1, value):.1f}"
        for place, value in enumerate(values)
    ]
    return "M" + " L".join(points)
