"""Cut a clip out of a film, exact to the frame: encoded anew, so that its first and last frames are those asked for.

What is kept: the frame on the screen at the start, every later one that begins before the end, each at its own time
(a variable rate stays one), the sound from the first frame to the end of the last. Upright, 8-bit BT.709, whole size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import UnreadableMedia
from kinora.media.exact_times import ExactTimes, exact_times
from kinora.media.facts import MediaFile, VideoTrack
from kinora.media.ffmpeg import ffmpeg_limits, run_ffmpeg
from kinora.media.ladder import Rung
from kinora.media.probe import probe
from kinora.media.rung_command import decoder_arguments, to_bt709
from kinora.timebase import Span

_RUN_UP_SECONDS = 4.0  # begun before the clip, so that the decoder has what the first frame is made from
_MOST_BITRATE_BPS = 120_000_000
_SOUND_BITRATE_BPS = 192_000
_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-bf", "0", "-profile:v", "high")


@dataclass(frozen=True)
class Cut:
    """A clip that was cut: where it begins and ends in the film, to the frame."""

    path: Path
    start_seconds: float
    end_seconds: float
    num_frames: int  # 0: sound only


@dataclass(frozen=True)
class Cutting:
    """One film, how it is cut, and who listens."""

    original: Path
    facts: MediaFile
    settings: Settings
    on_progress: Callable[[float], None] | None = None
    cancel: CancelToken | None = None


def cut_clip(cutting: Cutting, span: Span, target: Path) -> Cut:
    """Write `[start, end)` of a film to `target` (its folder may be written), an MP4 file.

    Raises:
        InputError: the stretch is empty. UnreadableMedia: nothing there can be decoded, or not to the frame.
        LimitExceeded, DiskFull, Cancelled: as `run_ffmpeg`.
    """
    video = cutting.facts.video
    if video is None:
        _run(cutting, span.duration_seconds, _sound_arguments(cutting, span, target), target)
        return Cut(target, span.start_seconds, span.end_seconds, 0)
    times = confined_call(
        exact_times,
        arguments={"path": cutting.original, "start_seconds": span.start_seconds, "end_seconds": span.end_seconds},
        limits=_decode_limits(cutting, span),
        read_paths=[cutting.original],
        write_dir=None,
        cancel=cutting.cancel,
    )
    for jumps in (True, False) if times.can_jump else (False,):
        seconds = times.end_seconds - times.first_seconds if jumps else times.end_seconds
        _run(cutting, seconds, _picture_arguments(cutting, video, times, target, jumps=jumps), target)
        if _num_frames(target, cutting) == times.num_frames:
            return Cut(target, times.first_seconds, times.end_seconds, times.num_frames)
    target.unlink(missing_ok=True)
    raise UnreadableMedia(
        f"{cutting.original.name} can't be cut to the frame from {span.start_seconds:.3f} to {span.end_seconds:.3f}"
        " seconds: its frames come out differently each time it is read"
    )


def _picture_arguments(
    cutting: Cutting, video: VideoTrack, times: ExactTimes, target: Path, *, jumps: bool
) -> list[str]:
    """Return FFmpeg's arguments; all times are the file's own, as `-copyts` leaves them."""
    begin = max(0.0, times.first_clock_seconds - _RUN_UP_SECONDS)
    jump = ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", f"{begin:.6f}"] if jumps and begin > 0 else []
    graph = [f"[0:{video.stream_index}]" + ",".join(_picture_filters(video, times)) + "[picture]"]
    maps = ["-map", "[picture]", *_H264, "-fps_mode", "passthrough", "-enc_time_base", "filter"]
    if cutting.facts.audio:
        graph.append(f"[0:{cutting.facts.audio[0].stream_index}]" + ",".join(_sound_filters(times)) + "[sound]")
        maps += ["-map", "[sound]", "-c:a", "aac", "-b:a", str(_SOUND_BITRATE_BPS)]
    return [
        *("-copyts", *jump, *decoder_arguments(cutting.facts), "-i", str(cutting.original)),
        *("-filter_complex", ";".join(graph), *maps),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart", "-f", "mp4", str(target)),
    ]


def _picture_filters(video: VideoTrack, times: ExactTimes) -> list[str]:
    filters = ["bwdif=mode=send_frame:deint=interlaced"] if video.is_interlaced else []
    filters.append(f"trim=start={times.from_clock_seconds:.7f}:end={times.to_clock_seconds:.7f}")
    filters.append("setpts=PTS-STARTPTS")
    if video.has_alpha:
        filters.append("format=gbrap,premultiply=inplace=1,format=gbrp")
    even = Rung(max(2, video.height // 2 * 2), max(2, video.width // 2 * 2), _MOST_BITRATE_BPS, _SOUND_BITRATE_BPS)
    return [*filters, *to_bt709(video, even)]


def _sound_filters(times: ExactTimes) -> list[str]:
    length = times.end_seconds - times.first_seconds
    first = times.first_clock_seconds
    return [
        f"atrim=start={first:.7f}:end={first + length:.7f}",
        f"asetpts=PTS-{first:.7f}/TB",
        "aresample=48000:async=1:first_pts=0",
        "aformat=channel_layouts=stereo",
    ]


def _sound_arguments(cutting: Cutting, span: Span, target: Path) -> list[str]:
    stream = cutting.facts.audio[0].stream_index if cutting.facts.audio else 0
    return [
        *("-ss", f"{span.start_seconds:.6f}", "-t", f"{span.duration_seconds:.6f}", "-i", str(cutting.original)),
        *("-map", f"0:{stream}", "-ar", "48000", "-ac", "2", "-c:a", "aac", "-b:a", str(_SOUND_BITRATE_BPS)),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart", "-f", "mp4", str(target)),
    ]


def _run(cutting: Cutting, seconds: float, arguments: list[str], target: Path) -> None:
    def report(done: float) -> None:
        if cutting.on_progress and seconds > 0:
            cutting.on_progress(min(1.0, max(0.0, done / seconds)))

    output_bytes = 64 * 2**20 + round(seconds * (_MOST_BITRATE_BPS + _SOUND_BITRATE_BPS) / 8)
    limits = ffmpeg_limits(cutting.settings, duration_seconds=seconds + 2 * _RUN_UP_SECONDS, output_bytes=output_bytes)
    run_ffmpeg(
        arguments, out_dir=target.parent, settings=cutting.settings, limits=limits, on_progress=report,
        cancel=cutting.cancel,
    )  # fmt: skip


def _num_frames(path: Path, cutting: Cutting) -> int:
    made = probe(path, cutting.settings, cancel=cutting.cancel)
    return (made.video.num_frames or 0) if made.video else 0


def _decode_limits(cutting: Cutting, span: Span) -> Limits:
    """Return the bounds of decoding: files that can't be jumped in are read from their start."""
    seconds = max(span.end_seconds, 30.0)
    return Limits(120 + 8 * seconds, 600 + 32 * seconds, cutting.settings.ffmpeg_memory_bytes, output_bytes=2**20)
