"""The bill before the work: tokens, operations, memory, seconds and money of a request. Loads no network library.

Try it: `plan(Request(seconds=4), architecture_of(folder), calibration).sentences()`
"""

from __future__ import annotations

from dataclasses import dataclass

from kinora.errors import InputError
from kinora.generate.architecture import Architecture
from kinora.generate.calibration import Calibration
from kinora.generate.condition import Request
from kinora.generate.windows import num_frames_of, num_latent_frames_of, plan_windows

_CHEAPER = 0.75  # of what was asked, when something smaller is proposed


@dataclass(frozen=True)
class Plan:
    """What a request costs. `seconds` and `peak_memory_bytes` are 0 where this machine was not measured yet."""

    num_frames: int
    num_windows: int
    num_tokens: int  # of the largest window
    flop: float
    peak_memory_bytes: int
    seconds: float
    price: float
    currency: str = ""

    def sentences(self) -> list[str]:
        """Return the bill in words."""
        tokens = f"{self.num_frames} frames, {self.num_tokens:,} tokens at once"
        parts = f" in {self.num_windows} parts" if self.num_windows > 1 else ""
        said = [f"{tokens}{parts}, {self.flop / 1e12:,.2f} TFLOP"]
        if self.seconds:
            said.append(
                f"about {_duration(self.seconds)} on this machine, {self.peak_memory_bytes / 2**30:.1f} GiB at most"
            )
        if self.price:
            said.append(f"about {self.price:.2f} {self.currency}".rstrip())
        return said


@dataclass(frozen=True)
class Price:
    """Money an hour of the device."""

    an_hour: float = 0.0
    currency: str = ""


def plan(
    request: Request,
    architecture: Architecture,
    calibration: Calibration | None,
    *,
    longest_window: int,
    overlap: int = 2,
    price: Price | None = None,
) -> Plan:
    """Price a request.

    Raises:
        InputError: it does not fit the memory; the sentence says what would.
    """
    num_frames = num_frames_of(request.seconds, request.fps, architecture.temporal_ratio)
    made = _priced(request, num_frames, architecture, calibration, longest_window, overlap, price or Price())
    if calibration and made.peak_memory_bytes > calibration.memory_bytes:
        raise InputError(
            f"this needs {made.peak_memory_bytes / 2**30:.1f} GiB of memory; "
            f"{calibration.memory_bytes / 2**30:.1f} GiB are here",
            hint=_what_fits(request, architecture, calibration),
        )
    return made


def _priced(  # noqa: PLR0913  (the request, the machine and the price, each by its own name)
    request: Request,
    num_frames: int,
    architecture: Architecture,
    calibration: Calibration | None,
    longest_window: int,
    overlap: int,
    price: Price,
) -> Plan:
    ratio = architecture.temporal_ratio
    windows = plan_windows(
        num_latent_frames_of(num_frames, ratio), longest_window, overlap, request.prompts, request.fps / ratio
    )
    keys = sum(condition.kind == "frame" and condition.at_seconds > 0 for condition in request.conditions)
    area = architecture.num_tokens(request.width, request.height, 1)
    tokens = [(window.end - window.start + keys) * area for window in windows]
    passes = _num_steps(request) * (architecture.passes_a_step if request.guidance_scale > 1 else 1)
    flop = sum(architecture.denoiser_flop(num) for num in tokens) * passes
    pixels = request.width * request.height * num_frames
    seconds = 0.0
    if calibration:
        forward = flop / calibration.flop_a_second + calibration.seconds_a_pass * _num_steps(request) * len(windows)
        decode = calibration.decode_seconds + calibration.decode_seconds_a_pixel * pixels
        seconds = calibration.seconds_to_open + forward * 1.1 + decode  # previews take a tenth of denoising
        if request.shown_width:  # its guide is encoded and decoded too, which takes about as long as decoding twice
            seconds += 2 * decode + calibration.finish_seconds_a_pixel * _num_shown_pixels(request)
    return Plan(
        num_frames,
        len(windows),
        max(tokens),
        flop,
        _peak_memory(calibration, max(tokens), pixels),
        seconds,
        price.an_hour * seconds / 3600.0,
        price.currency,
    )


def _num_shown_pixels(request: Request) -> float:
    circle = request.circle[1] - request.circle[0] if request.circle else 0.0
    return (request.seconds + circle) * (request.shown_fps or request.fps) * request.shown_width * request.shown_height


def _num_steps(request: Request) -> int:
    return max(1, round(request.steps * (request.noise if request.start else 1.0)))


def _peak_memory(calibration: Calibration | None, num_tokens: int, num_pixels: int) -> int:
    if calibration is None:
        return 0
    working = max(calibration.denoise_bytes_a_token * num_tokens, calibration.decode_bytes_a_pixel * num_pixels)
    return round(calibration.base_bytes + working)


def _what_fits(request: Request, architecture: Architecture, calibration: Calibration) -> str:
    """Return the largest smaller size of the same shape that fits."""
    width, height, seconds = request.width, request.height, request.seconds
    while width >= 2 * architecture.spatial_ratio and height >= 2 * architecture.spatial_ratio:
        width, height = round(width * _CHEAPER / 32) * 32, round(height * _CHEAPER / 32) * 32
        num_frames = num_frames_of(seconds, request.fps, architecture.temporal_ratio)
        tokens = architecture.num_tokens(width, height, num_frames)
        if (
            width
            and height
            and _peak_memory(calibration, tokens, width * height * num_frames) <= calibration.memory_bytes
        ):
            return f"{width}x{height} at the same length would fit"
    return "a machine with more memory, or a smaller model, is needed"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
