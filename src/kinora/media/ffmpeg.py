"""Run the FFmpeg program, always confined, always with allow-lists, and say in one sentence why it failed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.engine.sandbox import Finished, Target, raise_for_status, run_to_end
from kinora.errors import KinoraError, SettingRefused, ToolFailed, UnreadableMedia
from kinora.media.formats import FORMAT_WHITELIST

_ALWAYS = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1", "-y")
# What FFmpeg says when the file, not the machine, is to blame.
_FILE_TO_BLAME = re.compile(
    r"Invalid data found|moov atom not found|Error opening input|does not contain any stream|matches no streams"
    r"|Decoder .*not found|not in whitelist|Could not find codec parameters|Nothing was written",
    re.IGNORECASE,
)
_SOURCE_OF_LINE = re.compile(r"^(?:\[[^\]]*\] ?)+")
_SAYS_NOTHING = re.compile(
    r"Conversion failed|Error selecting an encoder|Terminating thread|Task finished|Last message"
    r"|Error opening output files?\b"
)


def find_ffmpeg(settings: Settings) -> Path:
    """Return the FFmpeg program: the one the setting names, else the one that imageio-ffmpeg carries.

    Raises:
        SettingRefused: the setting names no program. ToolFailed: none is installed.
    """
    if settings.ffmpeg:
        named = Path(settings.ffmpeg).expanduser()
        if not named.is_file():
            raise SettingRefused(f"KINORA_FFMPEG is {settings.ffmpeg!r}; expected the path of an FFmpeg program")
        return named.resolve()
    return _carried()


@cache
def _carried() -> Path:
    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve()
    except RuntimeError as error:
        raise ToolFailed(
            "no FFmpeg program is on this machine",
            hint="install imageio-ffmpeg for this platform, or set KINORA_FFMPEG to one",
        ) from error


def ffmpeg_limits(settings: Settings, *, duration_seconds: float, output_bytes: int) -> Limits:
    """Return bounds for work over so much video: generous for a slow machine, final for a file that never ends."""
    return Limits(
        cpu_seconds=600 + 240 * duration_seconds,
        wall_seconds=600 + 120 * duration_seconds,
        memory_bytes=settings.ffmpeg_memory_bytes,
        output_bytes=output_bytes,
    )


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    out_dir: Path,
    settings: Settings,
    limits: Limits,
    on_progress: Callable[[float], None] | None = None,
    cancel: CancelToken | None = None,
) -> Finished:
    """Run FFmpeg with these arguments, able to read only what follows each `-i` and to write only into `out_dir`.

    Each `-i FILE` is put behind the allow-lists of protocols and formats. `on_progress` gets the seconds done.

    Raises:
        UnreadableMedia: the input is to blame. ToolFailed: anything else went wrong inside.
        LimitExceeded, DiskFull, Cancelled: as `run_confined`.
    """
    guarded, inputs = _guarded(arguments)
    argv = [str(find_ffmpeg(settings)), *_ALWAYS, *guarded]
    finished = run_to_end(
        Target(argv, read_paths=inputs, write_dir=out_dir), limits, cancel=cancel, on_line=_progress(on_progress)
    )
    is_limit = finished.cpu_seconds >= limits.cpu_seconds or "No space left on device" in finished.stderr_tail
    if finished.exit_status > 0 and not is_limit:
        raise _failure(finished, inputs)
    raise_for_status(finished, limits, name="FFmpeg")
    return finished


def _guarded(arguments: Sequence[str]) -> tuple[list[str], list[Path]]:
    made: list[str] = []
    inputs: list[Path] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument != "-i":
            made.append(argument)
            continue
        path = Path(next(waiting).removeprefix("file:")).resolve()
        inputs.append(path)
        made += ["-protocol_whitelist", "file", "-format_whitelist", FORMAT_WHITELIST, "-i", f"file:{path}"]
    return made, inputs


def _progress(on_progress: Callable[[float], None] | None) -> Callable[[str], None]:
    def take(line: str) -> None:
        name, _, text = line.partition("=")
        if on_progress and name == "out_time_us" and text.strip().lstrip("-").isdigit():
            on_progress(max(0.0, int(text) / 1_000_000))

    return take


def _failure(finished: Finished, inputs: Sequence[Path]) -> KinoraError:
    said = [_SOURCE_OF_LINE.sub("", line).strip() for line in finished.stderr_tail.splitlines()]
    useful = [line for line in said if line and not _SAYS_NOTHING.search(line)]
    last = useful[-1][:300] if useful else f"exit status {finished.exit_status}"
    blamed = next((line for line in reversed(useful) if _FILE_TO_BLAME.search(line)), None)
    if blamed is None or not inputs:
        return ToolFailed(f"FFmpeg failed: {last}")
    names = ", ".join(path.name for path in inputs)
    return UnreadableMedia(f"{names} can't be decoded: {_without_paths(blamed, inputs)}")


def _without_paths(line: str, inputs: Sequence[Path]) -> str:
    for path in inputs:
        line = line.replace(f"file:{path}", path.name).replace(str(path), path.name)
    return line[:300].rstrip(".")
