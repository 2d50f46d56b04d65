"""The plot of the results: what key-frames and in-betweens cost as a multiple of the whole, by latent frames.

Drawn by hand as SVG, so that no plotting library is needed. Again, from kept results:
`.venv/bin/python benchmarks/whole_vs_keyframes/plot.py benchmarks/whole_vs_keyframes/results.json`
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 400, 60, 40, 200, 50
LEAST, MOST = 0.1, 2.0  # of the whole
FRAMES = (5, 81)  # latent frames
COLOURS = ("#0b6bcb", "#c2410c", "#15803d", "#7c3aed")


def plot_of(result: dict[str, Any]) -> str:
    """Return the plot as SVG."""
    lines: list[tuple[str, list[tuple[int, float]]]] = []
    for side in sorted({row["side"] for row in result["lengths"]}):
        rows = [row for row in result["lengths"] if row["side"] == side]
        points = [(row["latent_frames"], row["measured_flop_ratio"]) for row in rows]
        lines.append((f"kinora-small, {side} px, counted", points))
    large = result["large_public_model_720p"]
    lines.append(("14B model, 720p, same steps", [(row["latent_frames"], row["same_steps"]) for row in large]))
    lines.append(("14B, in-betweens 8 of 40", [(row["latent_frames"], row["eight_of_forty_steps"]) for row in large]))
    drawn = [_line(name, points, COLOURS[number], number) for number, (name, points) in enumerate(lines)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        '<text x="60" y="22" font-weight="bold">Key-frames and in-betweens: work as a multiple of the whole</text>',
        *_grid(), *drawn, "</svg>", "",
    ])  # fmt: skip


def _grid() -> list[str]:
    made = []
    for value in (0.1, 0.2, 0.5, 1.0, 2.0):
        y, weight = _y(value), 2 if value == 1.0 else 1
        made.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#bbb" stroke-width="{weight}"/>')
        made.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for frames in (5, 9, 17, 41, 81):
        made.append(f'<text x="{_x(frames):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{frames}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    made.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">latent frames (4 frames each)</text>')
    return made


def _line(name: str, points: list[tuple[int, float]], colour: str, number: int) -> str:
    path = "L".join(f"{_x(frames):.1f} {_y(ratio):.1f}" for frames, ratio in points)
    dots = "".join(f'<circle cx="{_x(frames):.1f}" cy="{_y(ratio):.1f}" r="4"/>' for frames, ratio in points)
    y = TOP + 20 + 20 * number
    return (
        f'<g fill="{colour}"><path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
        f'<text x="{WIDTH - RIGHT + 12}" y="{y}">{name}</text></g>'
    )


def _x(frames: int) -> float:
    share = math.log(frames / FRAMES[0]) / math.log(FRAMES[1] / FRAMES[0])
    return LEFT + share * (WIDTH - RIGHT - LEFT)


def _y(ratio: float) -> float:
    share = math.log(min(MOST, max(LEAST, ratio)) / LEAST) / math.log(MOST / LEAST)
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


if __name__ == "__main__":
    source = Path(sys.argv[1])
    source.with_name("plot.svg").write_text(plot_of(json.loads(source.read_text())))
