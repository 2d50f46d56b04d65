"""What a generation keeps on disk while it runs: state to go on from, and a preview to look at.

Letters: C channels, F latent frames, H and W latent rows and columns, N tokens, T frames.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from kinora.generate.condition import Request
from kinora.generate.families.family import Family
from kinora.generate.saved_state import load_state, save_state

Report = Callable[[float, str], None]
PREVIEW_NAME = "preview.webp"
_SAVE_EVERY_STEPS = 4
_PREVIEW_SHARE = 0.1  # of the time goes into previews, at most
_DENOISING = 0.94  # of the whole, as progress shows it


class WindowKeeper:
    """State, preview and progress of one window's denoising."""

    def __init__(
        self, out_dir: Path, number: int, num_windows: int, request: Request, family: Family, report: Report
    ) -> None:
        self._out_dir = out_dir
        self._number = number
        self._num_windows = num_windows
        self._request = request
        self._family = family
        self._report = report
        self._began = time.monotonic()
        self._next_preview = 0.0

    def finished(self) -> torch.Tensor | None:
        """Return the window's latents (C, F, H, W) if an earlier run finished it."""
        return load_file(self._latents_path)["latents_CFHW"] if self._latents_path.exists() else None

    def finish(self, latents_CFHW: torch.Tensor) -> None:
        """Keep the window's latents; its state is no longer needed."""
        part = self._latents_path.with_suffix(".part")
        save_file({"latents_CFHW": latents_CFHW.contiguous().cpu()}, part)
        part.replace(self._latents_path)
        self._state_path.unlink(missing_ok=True)

    def state(self) -> tuple[int, torch.Tensor] | None:
        """Return the step and tokens that a killed run saved last."""
        found = load_state(self._state_path)
        return (int(found["step"]), found["tokens_BNC"]) if found else None

    def on_step(self, step: int, state: Any, looks: Callable[[], torch.Tensor]) -> None:
        """Save now and then, show how the clip looks, and say how long it will take."""
        steps = max(1, self._request.steps)
        if step % _SAVE_EVERY_STEPS == 0:
            save_state(self._state_path, {"step": state[0], "tokens_BNC": state[1].cpu()})
        now = time.monotonic()
        if now >= self._next_preview:
            self._show(looks())
            self._next_preview = time.monotonic() + (time.monotonic() - now) / _PREVIEW_SHARE
        spent = time.monotonic() - self._began
        left = spent / step * (steps - step + steps * (self._num_windows - self._number - 1))
        done = (self._number + step / steps) / self._num_windows
        part = f", part {self._number + 1} of {self._num_windows}" if self._num_windows > 1 else ""
        self._report(_DENOISING * done, f"Step {step} of {steps}{part}, about {left:.0f} s left")

    def _show(self, latents_CFHW: torch.Tensor) -> None:
        """Write the clip as it would look now, as a moving picture."""
        frames = [Image.fromarray(frame) for frame in self._family.decode(latents_CFHW)]
        part = self._out_dir / f".{PREVIEW_NAME}.part"
        milliseconds = round(1000 / self._request.fps)
        frames[0].save(
            part,
            format="WEBP",
            save_all=True,
            append_images=frames[1:],
            duration=milliseconds,
            loop=0,
            quality=70,
            method=0,
        )
        part.replace(self._out_dir / PREVIEW_NAME)

    @property
    def _latents_path(self) -> Path:
        return self._out_dir / f"window-{self._number}.safetensors"

    @property
    def _state_path(self) -> Path:
        return self._out_dir / f"window-{self._number}.pt"
