"""Follow a pipeline's own denoising loop step by step: show it, save it, cut it off, and go on where it was.

Every pipeline calls its scheduler's `step` once a step, also those that have no `callback_on_step_end`
(HunyuanVideo 1.5); and only at the scheduler is the history that solvers of higher order go on from. So the loop is
followed there. A loop is taken up in its middle by letting it run past the steps that are done: its networks answer
nothing, and its scheduler answers what was saved.

Letters: C channels, F latent frames, H and W latent rows and columns.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from safetensors.torch import load, save

from kinora.generate.families.family import OnStep, WindowRequest

_PLAIN = (int, float, bool, type(None))
_NETWORKS = ("transformer", "transformer_2")


@dataclass(frozen=True)
class Course:
    """One denoising: what is asked, who listens, and how latents lie in the pipeline."""

    window: WindowRequest
    on_step: OnStep
    generator: torch.Generator
    into_pipeline: Callable[[torch.Tensor], torch.Tensor]  # (C, F, H, W) to the pipeline's own shape
    from_pipeline: Callable[[torch.Tensor], torch.Tensor]


@contextmanager
def followed(pipeline: Any, course: Course) -> Iterator[None]:
    """Follow the pipeline's loop while the block runs it."""
    with ExitStack() as stack:
        loop = _Loop(pipeline.scheduler, course)
        stack.enter_context(_replaced(pipeline.scheduler, "step", loop.step))
        for network in [getattr(pipeline, name, None) for name in _NETWORKS]:
            if network is not None:
                stack.enter_context(_replaced(network, "forward", loop.forward_of(network.forward)))
        yield


class _Loop:
    """Stands between a pipeline and its scheduler."""

    def __init__(self, scheduler: Any, course: Course) -> None:
        self._scheduler = scheduler
        self._course = course
        self._real_step = scheduler.step
        self._signature = inspect.signature(scheduler.step)
        self._index = 0
        self._saved = _unpacked(course.window.resume) if course.window.resume else None
        self._first = course.window.resume[0] if course.window.resume else _steps_left_out(course.window)
        self._before: dict[str, Any] = {}
        self._answer: tuple[torch.Tensor | None, ...] = ()

    @property
    def step(self) -> Callable[..., Any]:
        """Return what the pipeline calls in place of the scheduler's step; its signature is the same."""

        @functools.wraps(self._real_step)
        def step(*args: Any, **kwargs: Any) -> Any:
            return self._step(*args, **kwargs)

        return step

    def forward_of(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        """Return a network's forward pass that answers nothing while steps are left out."""

        @functools.wraps(forward)
        def forward_or_nothing(*args: Any, **kwargs: Any) -> Any:
            if self._index >= self._first:
                return forward(*args, **kwargs)
            hidden = kwargs["hidden_states"] if "hidden_states" in kwargs else args[0]
            shape = self._course.into_pipeline(torch.empty(self._course.window.shape_CFHW, device="meta")).shape
            return (hidden.new_zeros(hidden.shape[0], *shape[1:]),)

        return forward_or_nothing

    def _step(self, *args: Any, **kwargs: Any) -> Any:
        if not self._before:
            self._before = _copied(vars(self._scheduler))
        index = self._index
        self._index += 1
        if index < self._first:
            return self._left_out(args, kwargs) if index == self._first - 1 else self._unchanged(args, kwargs)
        bound = self._signature.bind(*args, **kwargs).arguments
        answer = self._real_step(*args, **kwargs)
        looks = functools.partial(self._looks, bound, answer)
        self._course.on_step(index + 1, (index + 1, self._packed(answer)), looks)
        return answer

    def _unchanged(self, args: Any, kwargs: Any) -> tuple[torch.Tensor, None]:
        return self._signature.bind(*args, **kwargs).arguments["sample"], None

    def _left_out(self, args: Any, kwargs: Any) -> tuple[Any, ...]:
        """Return what the last step that is left out would have given."""
        sample = self._signature.bind(*args, **kwargs).arguments["sample"]
        if self._saved is None:
            if hasattr(self._scheduler, "_step_index"):
                self._scheduler._step_index = self._first
            return self._noised_start(sample), None
        tensors, facts = self._saved
        for name, value in facts["scheduler"].items():
            setattr(self._scheduler, name, _restored(value, tensors, sample.device))
        self._course.generator.set_state(tensors["generator"])
        return tuple(_restored(value, tensors, sample.device) for value in facts["answer"])

    def _noised_start(self, sample: torch.Tensor) -> torch.Tensor:
        """Return the video to start from with the noise of the first step that is done (SDEdit, Meng et al. 2022)."""
        start_CFHW = self._course.window.start_CFHW
        assert start_CFHW is not None  # steps are left out for its sake
        num_padded = self._course.from_pipeline(sample).shape[1] - start_CFHW.shape[1]
        padded_CFHW = torch.cat([start_CFHW[:, :1].expand(-1, num_padded, -1, -1), start_CFHW], dim=1)
        start = self._course.into_pipeline(padded_CFHW).to(sample.device, torch.float32)
        noise = torch.randn(start.shape, generator=self._course.generator).to(sample.device)
        time = self._scheduler.timesteps[self._first : self._first + 1]
        if hasattr(self._scheduler, "scale_noise"):
            noised = self._scheduler.scale_noise(start, time, noise)
        else:
            noised = self._scheduler.add_noise(start, noise, time)
        return torch.as_tensor(noised).to(sample.dtype)

    def _packed(self, answer: Any) -> torch.Tensor:
        """Return, as bytes, all that the next step depends on."""
        tensors: dict[str, torch.Tensor] = {"generator": self._course.generator.get_state()}
        changed = {
            name: value
            for name, value in vars(self._scheduler).items()
            if name != "step" and not _is_same(value, self._before.get(name))
        }
        facts = {
            "scheduler": {name: _described(value, name, tensors) for name, value in changed.items()},
            "answer": [_described(value, f"answer{number}", tensors) for number, value in enumerate(answer)],
        }
        tensors["facts"] = torch.frombuffer(bytearray(json.dumps(facts).encode()), dtype=torch.uint8)
        return torch.frombuffer(bytearray(save(tensors)), dtype=torch.uint8)

    def _looks(self, bound: dict[str, Any], answer: Any) -> torch.Tensor:
        """Return the clip as the network sees it through the noise, (C, F, H, W)."""
        outputs = getattr(self._scheduler, "model_outputs", None)
        if len(answer) > 1 and answer[1] is not None:
            clean = answer[1]
        elif outputs and outputs[-1] is not None:
            clean = outputs[-1]
        else:
            index = max(0, (self._scheduler.step_index or 1) - 1)
            sigma = self._scheduler.sigmas[index].to(bound["sample"].device)
            to_clean = 1.0 - sigma if self._scheduler.config.get("invert_sigmas") else -sigma
            clean = bound["sample"] + to_clean * bound["model_output"]
        return self._course.from_pipeline(clean.float())[:, -self._course.window.shape_CFHW[1] :]


def _steps_left_out(window: WindowRequest) -> int:
    if window.start_CFHW is None:
        return 0
    return window.steps - max(1, round(window.steps * window.noise))


def _copied(values: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, list) else value for name, value in values.items()}


def _is_same(value: Any, before: Any) -> bool:
    if isinstance(value, list) and isinstance(before, list):
        return len(value) == len(before) and all(one is other for one, other in zip(value, before, strict=True))
    return value is before


def _described(value: Any, name: str, tensors: dict[str, torch.Tensor]) -> Any:
    """Return a value as JSON; tensors are put aside under their name."""
    if isinstance(value, torch.Tensor):
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {"tensor": name}
    if isinstance(value, list):
        return [_described(one, f"{name}.{number}", tensors) for number, one in enumerate(value)]
    if isinstance(value, _PLAIN):
        return value
    raise TypeError(f"the scheduler keeps {name}, a {type(value).__name__}, which can't be saved")


def _restored(value: Any, tensors: dict[str, torch.Tensor], device: torch.device) -> Any:
    if isinstance(value, dict):
        return tensors[value["tensor"]].to(device)
    return [_restored(one, tensors, device) for one in value] if isinstance(value, list) else value


def _unpacked(resume: tuple[int, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    tensors = load(resume[1].numpy().tobytes())
    return tensors, json.loads(bytes(tensors.pop("facts").numpy().tobytes()))


@contextmanager
def _replaced(owner: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Put a function in a method's place while the block runs; hooks that stood there come back."""
    had = vars(owner).get(name)
    setattr(owner, name, function)
    try:
        yield
    finally:
        if had is None:
            delattr(owner, name)
        else:
            setattr(owner, name, had)
