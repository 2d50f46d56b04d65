"""How strongly to encode a rung of this very film: as much as reaches a VMAF on samples of it, and no more.

Three stretches of two seconds are taken without loss at the rung's size, encoded at two strengths and measured; the
strength that reaches the target lies on the line through both. Quiet films get by with far fewer bits than busy ones.
VMAF: Netflix, github.com/Netflix/vmaf, model v0.6.1 as FFmpeg carries it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.errors import ToolFailed
from kinora.media.facts import MediaFile
from kinora.media.ffmpeg import run_ffmpeg
from kinora.media.ladder import AV1, H264, Rung
from kinora.media.rung_command import CRF, Output, decoder_arguments, picture_arguments, picture_graph

SAMPLE_SECONDS = 2.0
_PLACES = (0.2, 0.5, 0.8)
_PROBES = {H264: (20, 30), AV1: (30, 48)}
_BOUNDS = {H264: (16, 34), AV1: (22, 55)}


@dataclass(frozen=True)
class Measuring:
    """One film, where samples of it may lie, and who may stop the work."""

    original: Path
    facts: MediaFile
    out_dir: Path
    settings: Settings
    cancel: CancelToken | None = None


@dataclass(frozen=True)
class Strength:
    """The strength chosen, on the encoder's own scale, and the VMAF that the samples promise for it."""

    crf: int
    vmaf: float


def strength_for(work: Measuring, rung: Rung, target_vmaf: float) -> Strength:
    """Return the weakest encoding of a rung that reaches the target on the samples.

    Raises:
        ToolFailed: this FFmpeg measures no VMAF. UnreadableMedia, LimitExceeded, Cancelled: as `run_ffmpeg`.
    """
    samples = _samples(work, rung)
    try:
        low, high = _PROBES[rung.codec]
        points = [(crf, _measured(work, rung, samples, crf)) for crf in (low, high)]
    finally:
        for sample in samples:
            sample.unlink(missing_ok=True)
    return on_the_line(points, target_vmaf, _BOUNDS[rung.codec], CRF[rung.codec])


def on_the_line(points: Sequence[tuple[int, float]], target: float, bounds: tuple[int, int], usual: int) -> Strength:
    """Return the strength on the line through two measured ones, within bounds; rounded towards better."""
    (first, above), (second, below) = points
    slope = (below - above) / (second - first)
    if slope >= -0.01:  # nothing to choose by: a still picture, or one that both make perfect
        crf = bounds[1] if min(above, below) >= target else usual
        return Strength(crf, round(min(above, below), 2))
    crf = int(min(bounds[1], max(bounds[0], first + (target - above) / slope)))
    return Strength(crf, round(min(100.0, above + slope * (crf - first)), 2))


def _samples(work: Measuring, rung: Rung) -> list[Path]:
    video, length = work.facts.video, work.facts.duration_seconds
    assert video is not None
    starts = [0.0] if length < 4 * SAMPLE_SECONDS else [length * place for place in _PLACES]
    made = []
    for number, start in enumerate(starts):
        path = work.out_dir / f"sample-{rung.folder_name}-{number}.mkv"
        arguments = [
            "-ss", f"{start:.3f}", *decoder_arguments(work.facts), "-i", str(work.original), "-t", str(SAMPLE_SECONDS),
            "-filter_complex", picture_graph(video, [rung]), "-map", f"[p{rung.height}]", "-an", "-c:v", "ffv1",
            str(path),
        ]  # fmt: skip
        _run(work, arguments)
        made.append(path)
    return made


def _measured(work: Measuring, rung: Rung, samples: Sequence[Path], crf: int) -> float:
    scores = [_one(work, rung, sample, crf) for sample in samples]
    return sum(scores) / len(scores)


def _one(work: Measuring, rung: Rung, sample: Path, crf: int) -> float:
    encoded, told = work.out_dir / f"{sample.stem}-{crf}.mkv", work.out_dir / f"{sample.stem}-{crf}.json"
    try:
        _run(work, ["-i", str(sample), *picture_arguments(Output(rung, crf=crf)), str(encoded)])
        _run(work, [
            "-i", str(encoded), "-i", str(sample), "-lavfi",
            f"[0:v]settb=AVTB,setpts=PTS-STARTPTS[made];[1:v]settb=AVTB,setpts=PTS-STARTPTS[true];"
            f"[made][true]libvmaf=log_fmt=json:n_threads=1:log_path={told.name}",
            "-f", "null", "-",
        ])  # fmt: skip
        return float(json.loads(told.read_text())["pooled_metrics"]["vmaf"]["mean"])
    except (OSError, KeyError, ValueError) as error:
        raise ToolFailed("this FFmpeg gave no VMAF", hint="set KINORA_LADDER_VMAF to 0") from error
    finally:
        encoded.unlink(missing_ok=True)
        told.unlink(missing_ok=True)


def _run(work: Measuring, arguments: Sequence[str]) -> None:
    limits = Limits(
        cpu_seconds=900, wall_seconds=3600, memory_bytes=work.settings.ffmpeg_memory_bytes, output_bytes=2 * 2**30
    )
    run_ffmpeg(arguments, out_dir=work.out_dir, settings=work.settings, limits=limits, cancel=work.cancel)
