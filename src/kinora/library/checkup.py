"""What is missing on this machine and what that costs: the answers of `kinora doctor`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.db import DatabaseError, connection

from kinora.config import Settings
from kinora.engine.sandbox import describe_confinement
from kinora.errors import KinoraError
from kinora.library.models import Job, JobState
from kinora.media.ffmpeg import find_ffmpeg
from kinora.moments.weights import describe_models

State = Literal["good", "off", "weak", "broken"]
_NEEDED_ENCODERS = ("libx264", "aac")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `good`, `off` (an ability not in use), `weak` (works, with less) or `broken`."""

    name: str
    state: State
    sentence: str
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def check_up(settings: Settings) -> list[Finding]:
    """Look at everything Kinora needs or can use."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _check_python, _check_disk, _check_database, _check_ffmpeg, _check_confinement, _check_index, _check_models,
        _check_frame_progress, _check_screen_text, _check_jobs,
    )  # fmt: skip
    return [finding for check in checks for finding in check(settings)]


def _check_python(settings: Settings) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", "good", f"{version} at {sys.executable}")


def _check_disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.home).free
    sentence = f"{free / 2**30:.1f} GiB free at {settings.home}"
    if free < settings.min_free_bytes:
        yield Finding(
            "disk", "broken", f"{sentence}: too little, nothing can be added", "free room or move KINORA_HOME"
        )
    elif free < 4 * settings.min_free_bytes:
        yield Finding("disk", "weak", f"{sentence}: soon full", "a video takes about three times its size")
    else:
        yield Finding("disk", "good", sentence)


def _check_database(settings: Settings) -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        yield Finding("database", "broken", f"does not answer: {error}", "check KINORA_DATABASE_URL")
    else:
        yield Finding("database", "good", f"{connection.display_name} answers")


def _check_ffmpeg(settings: Settings) -> Iterator[Finding]:
    try:
        program = find_ffmpeg(settings)
        listed = subprocess.run(
            [str(program), "-hide_banner", "-encoders"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (KinoraError, OSError, subprocess.SubprocessError) as error:
        yield Finding("FFmpeg", "broken", f"does not run: {error}", "set KINORA_FFMPEG or install imageio-ffmpeg")
        return
    missing = [name for name in _NEEDED_ENCODERS if f" {name} " not in listed]
    if missing:
        yield Finding("FFmpeg", "broken", f"{program} lacks {', '.join(missing)}", "use a complete FFmpeg")
    else:
        yield Finding("FFmpeg", "good", str(program))


def _check_confinement(settings: Settings) -> Iterator[Finding]:
    layers = describe_confinement()
    missing = [name.replace("_", " ") for name, holds in layers.items() if not holds]
    if not missing:
        yield Finding("confinement", "good", f"strangers' files are read with: {', '.join(layers)}".replace("_", " "))
    else:
        yield Finding(
            "confinement",
            "weak",
            f"not on this machine: {', '.join(missing)}",
            "docs/confinement.md says what still holds",
        )


def _check_index(settings: Settings) -> Iterator[Finding]:
    from kinora.index.index import Index

    if not settings.index_dir.exists():
        yield Finding("index", "good", "empty: nothing was added yet")
        return
    try:
        revisions = Index.open(settings.index_dir, read_only=True).revisions()
    except (KinoraError, OSError) as error:
        yield Finding("index", "broken", str(error), "the worker rebuilds it from the database: delete home/index")
    else:
        yield Finding("index", "good", f"{len(revisions)} videos can be searched")


def _check_models(settings: Settings) -> Iterator[Finding]:
    for model in describe_models(settings):
        if model.is_in_use or model.name == "off":
            yield Finding(
                f"{model.kind} network", "good" if model.is_in_use else "off", f"{model.name}: {model.sentence}"
            )


def _check_frame_progress(settings: Settings) -> Iterator[Finding]:
    from kinora.library.other_encoder import frame_progress

    try:
        progress = frame_progress(settings)
    except KinoraError as error:
        yield Finding("pictures by words", "weak", error.message, error.hint)
        return
    if progress is not None and progress.num_videos:
        remedy = "" if progress.is_complete else "a worker does it in the background: kinora work, or kinora serve"
        yield Finding("pictures by words", "good" if progress.is_complete else "weak", progress.sentence, remedy)


def _check_screen_text(settings: Settings) -> Iterator[Finding]:
    if not settings.ocr:
        yield Finding("on-screen text", "off", "words in the picture are not read", "set KINORA_OCR=on")
        return
    program = "import cv2, onnxruntime, rapidocr"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    if run.returncode == 0:
        yield Finding("on-screen text", "good", "words in the picture are read; the weights come with the installation")
    else:
        reason = run.stderr.strip().splitlines()[-1] if run.stderr.strip() else "it ended without a word"
        yield Finding("on-screen text", "broken", f"the reader can't start: {reason}", "install opencv-python-headless")


def _check_jobs(settings: Settings) -> Iterator[Finding]:
    num_set_aside = Job.objects.filter(state=JobState.FAILED).count()
    num_waiting = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).count()
    if num_set_aside:
        yield Finding(
            "jobs", "weak", f"{num_set_aside} set aside, {num_waiting} waiting", "look: kinora jobs --state failed"
        )
    else:
        yield Finding("jobs", "good", f"none set aside, {num_waiting} waiting")
