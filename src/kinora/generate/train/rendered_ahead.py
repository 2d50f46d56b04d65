"""Clips drawn by other processes before they are asked for, so that a GPU need not wait for a renderer."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

import torch

from kinora.generate.train.clip_source import Clips, ClipShape

TASK = 8  # clips that one process draws at a time: those of the seeds from 8·n on
Render = Callable[[Sequence[int], ClipShape], Clips]  # a module's function: it crosses to other processes


class RenderedAhead:
    """A clip source with processes of its own; while a shape's seeds follow each other, the next ones are begun."""

    def __init__(self, render: Render, num_processes: int, *, clips_ahead: int = 256) -> None:
        self._render = render
        self._clips_ahead = clips_ahead
        self._tasks: dict[ClipShape, dict[int, Future[Clips]]] = {}
        self._processes = ProcessPoolExecutor(
            num_processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=torch.set_num_threads,
            initargs=(1,),
        )

    def __call__(self, seeds: Sequence[int], shape: ClipShape, device: str) -> Clips:
        """Return the clips of consecutive seeds."""
        first, end = seeds[0], seeds[-1] + 1
        begun = self._tasks.setdefault(shape, {})
        for task in range(first // TASK, (end + self._clips_ahead - 1) // TASK + 1):
            if task not in begun:
                drawn = range(task * TASK, (task + 1) * TASK)
                begun[task] = self._processes.submit(self._render, drawn, shape)
        pixels: list[torch.Tensor] = []
        captions: list[tuple[str, ...]] = []
        for task in range(first // TASK, (end - 1) // TASK + 1):
            clips = begun[task].result()
            part = slice(max(0, first - task * TASK), min(TASK, end - task * TASK))
            pixels.append(clips.pixels_BTHWC[part])
            captions.extend(clips.captions[part])
        for task in [task for task in begun if not first // TASK <= task <= (end + self._clips_ahead) // TASK]:
            begun.pop(task).cancel()
        return Clips(torch.cat(pixels).to(device), tuple(captions))

    def num_ready(self, shape: ClipShape, first: int) -> int:
        """Return how many clips from a seed on need no waiting."""
        begun, task = self._tasks.get(shape, {}), first // TASK
        while task in begun and begun[task].done():
            task += 1
        return max(0, task * TASK - first)

    def close(self) -> None:
        """End the processes; what was begun is dropped."""
        self._processes.shutdown(wait=True, cancel_futures=True)
