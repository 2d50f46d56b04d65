"""When a file's packets are shown: its true length, and whether its frames come at a constant rate.

Headers lie (a one-second file that claims 49 days), so length is read from the packets wherever that is cheap.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from statistics import median

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

_SCAN_PACKETS = 20_000
_SCAN_BYTES = 64 * 2**20
_TAIL_PACKETS = 2_000
_TAIL_TRIES = 16
_ABSURD_SECONDS = 30 * 24 * 3600.0
_SLOWEST_RATE, _FASTEST_RATE = Fraction(1, 600), 1000
_IRREGULAR_SHARE = 0.02  # so many odd gaps are dropped frames of a constant rate, not a variable one


@dataclass
class Shown:
    """The packets of one stream met so far, in ticks of its time base."""

    pts: list[int] = field(default_factory=list)
    end: int | None = None
    num_packets: int = 0

    def add(self, packet: Packet[Stream]) -> None:
        if not packet.size:
            return
        self.num_packets += 1
        at = packet.pts if packet.pts is not None else packet.dts
        if at is None or packet.is_discard:
            return
        self.pts.append(at)
        self.end = max(at + (packet.duration or 0), self.end if self.end is not None else at)


@dataclass(frozen=True)
class Timing:
    """What the packets say of the main stream."""

    duration_seconds: float
    frame_rate: Fraction | None
    is_variable_frame_rate: bool
    num_frames: int | None
    is_cut_short: bool  # the header promised clearly more than there is
    is_counted: bool  # the packets have no times: the length is their number at the named rate


def read_timing(container: InputContainer, main: Stream, others: tuple[Stream, ...]) -> Timing:
    """Read packets, to the end where the file is small, and tell the main stream's true timing."""
    shown, at_end = _scan(container, (main, *others))
    own = shown[main.index]
    zero = min(own.pts, default=0)
    scanned = max((_seconds_after(stream, shown[stream.index], main, zero) for stream in (main, *others)), default=0.0)
    header = _header_seconds(container, main)
    if at_end:
        duration = _sane(scanned, header) or _by_count(main, own) or header
    else:
        duration = _last_readable(container, main, zero, scanned, header)
    rate, is_variable = _rate(main, own)
    return Timing(
        duration,
        rate,
        is_variable,
        own.num_packets if at_end else getattr(main, "frames", 0) or None,
        is_cut_short=header > duration + max(2.0, 0.05 * duration) and duration > 0,
        is_counted=not own.pts and at_end,
    )


def _sane(scanned: float, header: float) -> float:
    """Return the scanned length, but a header's where damaged timestamps give years."""
    return header if scanned > _ABSURD_SECONDS and 0 < header < scanned else scanned


def _scan(container: InputContainer, streams: tuple[Stream, ...]) -> tuple[dict[int, Shown], bool]:
    shown = {stream.index: Shown() for stream in streams}
    size_bytes = 0
    for count, packet in enumerate(packets(container, streams)):
        if packet.size:  # the empty packets at the end name no stream
            shown[packet.stream_index].add(packet)
        size_bytes += packet.size
        if count >= _SCAN_PACKETS or size_bytes >= _SCAN_BYTES:
            return shown, False
    return shown, True


def packets(container: InputContainer, streams: tuple[Stream, ...]) -> Iterator[Packet[Stream]]:
    """Return the packets that can be read; damage ends them quietly, as the end of the file would.

    At the end of the file comes an empty packet for each stream: it makes a decoder give its last frames with their
    time base, which decoding `None` does not.
    """
    reading = container.demux(*streams)
    while True:
        try:
            yield next(reading)
        except (StopIteration, av.FFmpegError):
            return


def _seconds_after(stream: Stream, shown: Shown, main: Stream, zero: int) -> float:
    """Return when a stream ends, counted from the main stream's first frame."""
    if shown.end is None or stream.time_base is None or main.time_base is None:
        return 0.0
    end = shown.end
    if stream is main and shown.end == max(shown.pts) and len(shown.pts) > 1:
        end += round((max(shown.pts) - min(shown.pts)) / (len(shown.pts) - 1))  # the last packet names no length
    return max(0.0, float(end * stream.time_base - zero * main.time_base))


def _header_seconds(container: InputContainer, main: Stream) -> float:
    if main.duration and main.time_base and main.duration > 0:
        return float(main.duration * main.time_base)
    if container.duration and container.duration > 0:
        return container.duration / 1_000_000
    return 0.0


def _by_count(main: Stream, own: Shown) -> float:
    """Return the length of a raw stream, whose packets have no times: as many frames at the rate it names."""
    rate = getattr(main, "guessed_rate", None) or getattr(main, "average_rate", None)
    return float(own.num_packets / rate) if rate and own.num_packets else 0.0


def _last_readable(container: InputContainer, main: Stream, zero: int, low: float, high: float) -> float:
    """Return where the main stream truly ends, by jumping: first near the promised end, then by halving."""
    if high <= low:
        return max(low, _size_guess(container, low))
    at = max(low, high - 5.0)
    for _ in range(_TAIL_TRIES):
        found = _end_near(container, main, zero, at)
        if found is not None and found > low:
            low = min(found, high + 5.0)
            if at >= high - 5.0:
                return low
        else:
            high = at
        if high - low < 1.0:
            break
        at = (low + high) / 2
    return low


def _size_guess(container: InputContainer, low: float) -> float:
    """Return a length by size for a file that names none and is too long to read through: bytes read so far decide."""
    read = container.file.tell() if container.file is not None else _SCAN_BYTES
    return low * max(1.0, _size_bytes(container) / max(1, read))


def _size_bytes(container: InputContainer) -> int:
    return container.size if container.size > 0 else os.stat(container.name.removeprefix("file:")).st_size


def _end_near(container: InputContainer, main: Stream, zero: int, seconds: float) -> float | None:
    """Return the latest end of a packet met from `seconds` on, None when nothing can be read there."""
    if main.time_base is None:
        return None
    wanted = zero + round(seconds / main.time_base)
    shown = Shown()
    try:
        container.seek(wanted, stream=main, backward=True)
    except (av.FFmpegError, OverflowError):
        return None
    for count, packet in enumerate(packets(container, (main,))):
        shown.add(packet)
        if count >= _TAIL_PACKETS:
            break
    return _seconds_after(main, shown, main, zero) if shown.end is not None else None


def _rate(main: Stream, own: Shown) -> tuple[Fraction | None, bool]:
    """Return the average frame rate and whether it varies, from the gaps between frames as shown."""
    if not isinstance(main, VideoStream):
        return None, False
    named = _plausible(main.average_rate) or _plausible(main.guessed_rate)
    pts = sorted(set(own.pts))
    if len(pts) < 3 or main.time_base is None:
        return named, False
    gaps = [after - before for before, after in pairwise(pts)]
    usual = median(gaps)
    tolerance = max(0.1 * usual, 1.5)
    odd = sum(abs(gap - usual) > tolerance for gap in gaps)
    is_variable = odd > max(1, _IRREGULAR_SHARE * len(gaps))
    measured = Fraction(len(gaps), 1) / (Fraction(pts[-1] - pts[0]) * main.time_base)
    if named and (_plausible(measured) is None or (not is_variable and abs(named / measured - 1) < Fraction(1, 50))):
        return named, is_variable
    return _plausible(measured.limit_denominator(1001)), is_variable


def _plausible(rate: Fraction | None) -> Fraction | None:
    return rate if rate is not None and _SLOWEST_RATE <= rate <= _FASTEST_RATE else None
