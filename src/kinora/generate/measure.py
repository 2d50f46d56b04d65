"""Measure a machine with a model: the short run that the bill is calibrated by."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psutil
import torch

from kinora.generate.architecture import Architecture, architecture_of
from kinora.generate.calibration import Calibration
from kinora.generate.families.family import Family, Given, WindowRequest
from kinora.generate.finish import seconds_a_pixel
from kinora.generate.loader import best_device, folder_of, open_model

_STEPS = 3
_SAMPLE_SECONDS = 0.002


@dataclass(frozen=True)
class _Probe:
    """A clip small enough to measure quickly: pixels a side and latent frames."""

    side: int
    num_latent_frames: int


def measure(model: str, num_threads: int) -> Calibration:
    """Open a model and time two sizes of denoising and of decoding; some seconds for the shipped model.

    Raises:
        WeightsMissing: the model is not on this machine.
    """
    torch.set_num_threads(num_threads)
    architecture = architecture_of(folder_of(model))
    began = time.perf_counter()
    family = open_model(model)
    seconds_to_open = time.perf_counter() - began
    small, large = _probes(family)
    _denoise(family, small)  # the first run of anything is slower
    base = _memory_now()
    times = {probe: _seconds_a_pass(family, probe) for probe in (small, large)}
    with _peak_memory() as denoise_peak:
        _denoise(family, large)
    decoded = {probe: _seconds_to_decode(family, probe) for probe in (small, large)}
    with _peak_memory() as decode_peak:
        _decode(family, large)
    flop = {probe: 2 * architecture.denoiser_flop(_tokens(architecture, probe)) for probe in (small, large)}
    rate, a_pass = _line(flop[small], times[small], flop[large], times[large])
    a_pixel, a_decode = _line(_pixels(small, family), decoded[small], _pixels(large, family), decoded[large])
    return Calibration(
        device=best_device(),
        weights_hash=family.weights_hash,
        num_threads=num_threads,
        seconds_to_open=seconds_to_open,
        seconds_a_pass=a_pass,
        flop_a_second=1.0 / rate,
        decode_seconds=a_decode,
        decode_seconds_a_pixel=a_pixel,
        memory_bytes=_memory_of_device(),
        base_bytes=base,
        denoise_bytes_a_token=max(0, denoise_peak() - base) / _tokens(architecture, large),
        decode_bytes_a_pixel=max(0, decode_peak() - base) / _pixels(large, family),
        finish_seconds_a_pixel=seconds_a_pixel(),
    )


def _probes(family: Family) -> tuple[_Probe, _Probe]:
    side = 2 * family.facts.size_multiple
    return _Probe(side, 3), _Probe(2 * side, family.facts.longest_window)


def _tokens(architecture: Architecture, probe: _Probe) -> int:
    return architecture.num_tokens(
        probe.side, probe.side, (probe.num_latent_frames - 1) * architecture.temporal_ratio + 1
    )


def _pixels(probe: _Probe, family: Family) -> int:
    return probe.side**2 * ((probe.num_latent_frames - 1) * family.facts.temporal_ratio + 1)


def _line(x: float, y: float, other_x: float, other_y: float) -> tuple[float, float]:
    """Return slope and offset, both above zero, of the line through two points."""
    slope = max((other_y - y) / (other_x - x), 0.2 * other_y / other_x)
    return slope, max(0.0, y - slope * x)


def _denoise(family: Family, probe: _Probe) -> list[float]:
    """Return when each step ended."""
    ended: list[float] = []

    def on_step(_step: int, _state: object, _looks: Callable[[], object]) -> None:
        ended.append(time.perf_counter())

    side = probe.side // family.facts.spatial_ratio
    shape = (family.num_channels, probe.num_latent_frames, side, side)
    grey = np.full((1, probe.side, probe.side, 3), 128, np.uint8)
    given = (Given(None, None, 0.0, 1.0, grey),) if family.facts.needs else ()
    family.denoise(WindowRequest("a red ball", "", shape, 8.0, True, given, None, 1.0, 0, _STEPS, 3.0), on_step)
    return ended


def _seconds_a_pass(family: Family, probe: _Probe) -> float:
    ended = [_denoise(family, probe) for _ in range(2)]
    return min(later - earlier for run in ended for earlier, later in itertools.pairwise(run))


def _decode(family: Family, probe: _Probe) -> None:
    side = probe.side // family.facts.spatial_ratio
    family.decode(torch.zeros(family.num_channels, probe.num_latent_frames, side, side))


def _seconds_to_decode(family: Family, probe: _Probe) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        _decode(family, probe)
        times.append(time.perf_counter() - began)
    return min(times)


def _memory_of_device() -> int:
    if torch.cuda.is_available():
        return int(torch.cuda.get_device_properties(0).total_memory)
    return int(psutil.virtual_memory().total)


def _memory_now() -> int:
    if torch.cuda.is_available():
        return int(torch.cuda.memory_allocated())
    return int(psutil.Process().memory_info().rss)


@contextmanager
def _peak_memory() -> Iterator[Callable[[], int]]:
    """Watch the memory held while the block runs; call what it gives to know the most."""
    peak = [_memory_now()]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(_SAMPLE_SECONDS):
            peak[0] = max(peak[0], _memory_now())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: peak[0]
    finally:
        is_over.set()
        watcher.join()
