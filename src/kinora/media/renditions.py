"""Renditions: CMAF encodings of a file, made by FFmpeg in a confined process.

What FFmpeg is told is in `rung_command.py`, what it runs under in `ffmpeg.py`. Everything lands in the given work
folder; nothing of a run that failed or was cancelled stays there, and the caller moves whole folders into place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.errors import UnreadableMedia
from kinora.media.cmaf import INIT_NAME, Segment, codecs_of, segments_of, write_true_lengths
from kinora.media.facts import MediaFile
from kinora.media.ffmpeg import ffmpeg_limits, run_ffmpeg
from kinora.media.ladder import H264, MAX_FRAME_RATE, Rung, is_copyable
from kinora.media.manifest import Rendition
from kinora.media.quality import Measuring, Strength, strength_for
from kinora.media.rung_command import Output, rung_arguments

__all__ = ["Rendition", "encode_rung", "encode_rungs"]

# A copied rung is cut where the file has sync frames: longer segments than this make seeking and switching sluggish.
_LONGEST_COPIED_SEGMENT_SECONDS = 10.5
# How far the length of a copied rung may be from that of an encoded one of the same picture.
_COPY_DRIFT_SECONDS = 0.05
_UNKNOWN_LENGTH_SECONDS = 3600
OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class _Work:
    original: Path
    facts: MediaFile
    out_dir: Path
    settings: Settings
    cancel: CancelToken | None


def encode_rungs(  # noqa: PLR0913  (the contract between rooms)
    original: Path,
    facts: MediaFile,
    rungs: Sequence[Rung],
    out_dir: Path,
    settings: Settings,
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Rendition, ...]:
    """Make rungs with one decode; each lands in `out_dir/<height>p/`, in the order given.

    The file's own H.264 is repackaged, not encoded, where it is fit to be a rung. A stream in which nothing can be
    decoded gives no rendition.

    Raises:
        UnreadableMedia: nothing could be decoded at all, or no picture although pictures were asked for.
        ToolFailed, LimitExceeded, DiskFull, Cancelled: as `run_ffmpeg` says; nothing stays in `out_dir`.
    """
    work = _Work(original, facts, out_dir, settings, cancel)
    try:
        strengths = _strengths(work, rungs)
        outputs = [_output(work, rung, rungs, strengths) for rung in rungs]
        _run(work, outputs, on_progress)
        refused = [output.rung for output in outputs if output.is_copied and not _copy_is_fit(work, output, rungs)]
        if refused:
            _clear(out_dir, refused)
            _run(work, [_encoded(rung, strengths) for rung in refused], on_progress)
        return tuple(_with_quality(work, one, strengths) for one in _renditions(work, rungs))
    except BaseException:
        _clear(out_dir, rungs)
        raise


def encode_rung(  # noqa: PLR0913  (the contract between rooms)
    original: Path,
    facts: MediaFile,
    rung: Rung,
    out_dir: Path,
    settings: Settings,
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Rendition:
    """Make one rung straight into `out_dir`; raises as `encode_rungs` does."""
    (rendition,) = encode_rungs(original, facts, (rung,), out_dir, settings, on_progress=on_progress, cancel=cancel)
    made = out_dir / rung.folder_name
    for file in made.iterdir():
        file.rename(out_dir / file.name)
    made.rmdir()
    return rendition


def _strengths(work: _Work, rungs: Sequence[Rung]) -> dict[str, Strength]:
    """Return how strongly each picture is to be encoded, where a quality is aimed at."""
    target = work.settings.ladder_vmaf
    if not target:
        return {}
    measuring = Measuring(work.original, work.facts, work.out_dir, work.settings, work.cancel)
    encoded = [rung for rung in rungs if not rung.is_sound and not _may_copy(work.facts, rung, rungs)]
    return {rung.folder_name: strength_for(measuring, rung, target) for rung in encoded}


def _output(work: _Work, rung: Rung, rungs: Sequence[Rung], strengths: dict[str, Strength]) -> Output:
    if _may_copy(work.facts, rung, rungs):
        return Output(rung, is_copied=True)
    return _encoded(rung, strengths)


def _encoded(rung: Rung, strengths: dict[str, Strength]) -> Output:
    strength = strengths.get(rung.folder_name)
    return Output(rung, crf=strength.crf if strength else None)


def _with_quality(work: _Work, made: Rendition, strengths: dict[str, Strength]) -> Rendition:
    strength = strengths.get(made.folder_name)
    if strength is None:
        return made
    told = {"target_vmaf": float(work.settings.ladder_vmaf), "crf": strength.crf, "sample_vmaf": strength.vmaf}
    return replace(made, quality=told)


def _run(work: _Work, outputs: Sequence[Output], on_progress: OnProgress | None) -> None:
    for output in outputs:
        (work.out_dir / output.rung.folder_name).mkdir(parents=True, exist_ok=True)
    length = work.facts.duration_seconds

    def report(seconds: float) -> None:
        if on_progress and length > 0:
            on_progress(min(1.0, max(0.0, seconds / length)))

    run_ffmpeg(
        rung_arguments(work.facts, outputs, work.original, work.out_dir),
        out_dir=work.out_dir,
        settings=work.settings,
        limits=_limits(work, [output.rung for output in outputs]),
        on_progress=report,
        cancel=work.cancel,
    )
    for output in outputs:
        write_true_lengths(work.out_dir / output.rung.folder_name)


def _limits(work: _Work, rungs: Sequence[Rung]) -> Limits:
    """Return the bounds of one run: the rungs' own caps say how much can come out."""
    seconds = work.facts.duration_seconds or float(_UNKNOWN_LENGTH_SECONDS)
    bytes_a_second = sum(rung.video_bitrate_bps + rung.audio_bitrate_bps for rung in rungs) / 8
    output_bytes = 64 * 2**20 + round(2 * bytes_a_second * seconds) + work.facts.size_bytes
    return ffmpeg_limits(work.settings, duration_seconds=seconds, output_bytes=output_bytes)


def _may_copy(facts: MediaFile, rung: Rung, rungs: Sequence[Rung]) -> bool:
    """Copy only beside an encoded picture: it is the measure of the copy's clock."""
    others = [other for other in rungs if not other.is_sound and other != rung]
    return bool(others) and not rung.is_sound and rung.codec == H264 and is_copyable(facts, rung)


def _copy_is_fit(work: _Work, output: Output, rungs: Sequence[Rung]) -> bool:
    """Return whether a copied rung has short segments and exactly the length that the encoded ones have."""
    segments = segments_of(work.out_dir / output.rung.folder_name)
    measure = next(rung for rung in rungs if not rung.is_sound and rung != output.rung)
    if not segments or max(segment.duration_seconds for segment in segments) > _LONGEST_COPIED_SEGMENT_SECONDS:
        return False
    drift = _length_seconds(segments) - _length_seconds(segments_of(work.out_dir / measure.folder_name))
    return abs(drift) <= _COPY_DRIFT_SECONDS


def _length_seconds(segments: Sequence[Segment]) -> float:
    return sum(segment.duration_seconds for segment in segments)


def _renditions(work: _Work, rungs: Sequence[Rung]) -> tuple[Rendition, ...]:
    """Return what was made; folders of streams that gave nothing are removed."""
    made = tuple(_rendition(work, rung) for rung in rungs if segments_of(work.out_dir / rung.folder_name))
    empty = [rung for rung in rungs if rung.folder_name not in {rendition.folder_name for rendition in made}]
    lost = "picture" if any(not rung.is_sound for rung in empty) else "sound"
    if not made or lost == "picture":
        raise UnreadableMedia(f"nothing of the {lost if empty else 'file'} in {work.original.name} could be decoded")
    _clear(work.out_dir, empty)
    return made


def _rendition(work: _Work, rung: Rung) -> Rendition:
    folder = work.out_dir / rung.folder_name
    segments = segments_of(folder)
    size_bytes = sum(segment.size_bytes for segment in segments)
    length = _length_seconds(segments)
    rate = work.facts.video.frame_rate if work.facts.video and not rung.is_sound else None
    return Rendition(
        height=rung.height,
        width=rung.width,
        bitrate_bps=max(segment.bitrate_bps for segment in segments),
        codecs=codecs_of(folder),
        size_bytes=size_bytes + (folder / INIT_NAME).stat().st_size,
        average_bitrate_bps=round(size_bytes * 8 / length) if length > 0 else 0,
        frame_rate=min(float(rate), float(MAX_FRAME_RATE)) if rate else 0.0,
        codec=rung.codec,
    )


def _clear(out_dir: Path, rungs: Sequence[Rung]) -> None:
    for rung in rungs:
        shutil.rmtree(out_dir / rung.folder_name, ignore_errors=True)
