"""The sound of a file as speech recognisers want it: one channel, 16 kHz, float32 in [-1, 1].

For use inside confined children. Sample 0 is the first shown frame's instant, so seconds agree with the picture's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.packet import Packet
from numpy.typing import NDArray

from kinora.errors import UnreadableMedia
from kinora.media.demux import main_audio, open_media, zero_seconds
from kinora.media.timing import packets

SAMPLE_RATE_HZ = 16_000
_BLOCK_SAMPLES = SAMPLE_RATE_HZ * 5
_TOLERATED_GAP_SECONDS = 0.1
_LONGEST_GAP_SECONDS = 3600.0  # a longer jump of the timestamps is damage, not silence

Samples = NDArray[np.float32]


def mono_16khz(path: Path) -> Iterator[Samples]:
    """Yield the sound in blocks of five seconds, the last one shorter; gaps are silence, damaged parts left out.

    Raises:
        UnreadableMedia: the file has no sound that can be decoded.
    """
    with open_media(path) as container:
        stream = main_audio(container)
        if stream is None:
            raise UnreadableMedia(f"{path.name} has no sound that can be decoded")
        zero = zero_seconds(container)
        stream.codec_context.thread_type = "AUTO"
        placer, waiting = _Placer(zero), _Blocks()
        mono = _Mono()
        for packet in packets(container, (stream,)):
            for frame in _decoded(packet):
                at = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else None
                yield from waiting.add(placer.placed(mono.of(frame), at))
        yield from waiting.add(placer.placed(mono.rest(), None))
        yield from waiting.rest()


def _decoded(packet: Packet[Any]) -> list[AudioFrame]:
    try:
        frames: list[Any] = packet.decode()
        return [frame for frame in frames if isinstance(frame, AudioFrame)]
    except (av.FFmpegError, ValueError):
        return []


class _Mono:
    """Resamples; a stream that changes its rate or channels midway gets a new resampler."""

    def __init__(self) -> None:
        self._resampler: AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None

    def of(self, frame: AudioFrame) -> Samples:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if not frame.sample_rate:
            return np.zeros(0, np.float32)
        before = self.rest() if self._shape not in (None, shape) else np.zeros(0, np.float32)
        if self._resampler is None:
            # Whole numbers, because only then the channels are averaged; as floats their sum would leave [-1, 1].
            self._resampler = AudioResampler(format="s32", layout="mono", rate=SAMPLE_RATE_HZ)
            self._shape = shape
        frame.pts = None  # times are kept by the placer; the resampler would only stumble over damaged ones
        return np.concatenate([before, _joined(self._resampler.resample(frame))])

    def rest(self) -> Samples:
        """Return what the resampler still holds, and end it."""
        if self._resampler is None:
            return np.zeros(0, np.float32)
        resampler, self._resampler = self._resampler, None
        return _joined(resampler.resample(None))


class _Placer:
    """Keeps samples at their instants: silence for gaps, nothing before the zero of time."""

    def __init__(self, zero_seconds_of_file: float) -> None:
        self._zero = zero_seconds_of_file
        self._num_placed = 0
        self._num_to_drop = 0
        self._is_first = True

    def placed(self, samples: Samples, at_seconds: float | None) -> Samples:
        if at_seconds is not None:
            wanted = round((at_seconds - self._zero) * SAMPLE_RATE_HZ)
            gap = wanted - self._num_placed + self._num_to_drop
            if self._is_first and -_LONGEST_GAP_SECONDS * SAMPLE_RATE_HZ < gap < 0:
                self._num_to_drop = -gap
            elif _TOLERATED_GAP_SECONDS * SAMPLE_RATE_HZ < gap < _LONGEST_GAP_SECONDS * SAMPLE_RATE_HZ:
                samples = np.concatenate([np.zeros(gap, np.float32), samples])
            self._is_first = False
        dropped = min(self._num_to_drop, len(samples))
        self._num_to_drop -= dropped
        samples = samples[dropped:]
        self._num_placed += len(samples)
        return samples


class _Blocks:
    """Joins pieces to blocks of one size."""

    def __init__(self) -> None:
        self._pieces: list[Samples] = []
        self._num = 0

    def add(self, samples: Samples) -> Iterator[Samples]:
        if not len(samples):
            return
        self._pieces.append(samples)
        self._num += len(samples)
        if self._num < _BLOCK_SAMPLES:
            return
        joined = np.concatenate(self._pieces)
        whole = len(joined) // _BLOCK_SAMPLES * _BLOCK_SAMPLES
        self._pieces, self._num = [joined[whole:]], len(joined) - whole
        for start in range(0, whole, _BLOCK_SAMPLES):
            yield joined[start : start + _BLOCK_SAMPLES]

    def rest(self) -> Iterator[Samples]:
        if self._num:
            yield np.concatenate(self._pieces)


def _joined(frames: list[AudioFrame]) -> Samples:
    parts = [frame.to_ndarray().reshape(-1).astype(np.float32) / np.float32(2**31) for frame in frames]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
