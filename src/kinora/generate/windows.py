"""A clip's length in frames, and how a long one is made in overlapping windows that carry latents.

A latent holds one frame first, then `ratio` frames each: clips have `ratio · n + 1` frames.
"""

from __future__ import annotations

from dataclasses import dataclass

from kinora.generate.condition import TimedPrompt


def num_frames_of(seconds: float, fps: float, ratio: int) -> int:
    """Return the number of frames of the nearest length that the latent can hold; 1 for a picture.

    Frames stand at 0, 1/fps, … and the last at about `seconds`.
    """
    return ratio * max(0 if seconds <= 0 else 1, round(seconds * fps / ratio)) + 1 if seconds > 0 else 1


def num_latent_frames_of(num_frames: int, ratio: int) -> int:
    """Return how many latent frames hold that many frames."""
    return (num_frames - 1) // ratio + 1


@dataclass(frozen=True)
class Window:
    """Latent frames `[start, end)` made at once; the first `num_carried` come from the window before."""

    start: int
    end: int
    num_carried: int
    prompt: str


def plan_windows(
    num_latent_frames: int, longest: int, overlap: int, prompts: tuple[TimedPrompt, ...], latent_fps: float
) -> tuple[Window, ...]:
    """Split a clip at its prompts, then where the model's longest window ends."""
    starts = [0, *(min(num_latent_frames, round(prompt.at_seconds * latent_fps)) for prompt in prompts[1:])]
    ends = [*starts[1:], num_latent_frames]
    windows: list[Window] = []
    for prompt, start, end in zip(prompts, starts, ends, strict=True):
        at = start
        while at < end:
            carried = min(overlap, at)
            stop = min(end, at - carried + longest)
            windows.append(Window(at - carried, stop, carried, prompt.text))
            at = stop
    return tuple(windows)
