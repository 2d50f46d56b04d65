"""The detectors compared, each giving the seconds of its cut points; and decoding alone, the limit."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import av
import imageio_ffmpeg
from scenedetect import AdaptiveDetector, ContentDetector
from scenedetect import detect as scene_detect

from kinora.config import Settings
from kinora.media.facts import MediaFile
from kinora.media.probe import probe
from kinora.shots.detect import detect
from kinora.shots.scan import scan
from kinora.shots.shot import Shot

Detector = Callable[[Path, MediaFile], list[float]]


def facts_of(path: Path) -> MediaFile:
    return probe(path, Settings())


def kinora_shots(path: Path, facts: MediaFile) -> tuple[Shot, ...]:
    return detect(path, facts)


def points_of(shots: tuple[Shot, ...]) -> list[float]:
    """Return one point a boundary: a cut's first frame, the middle of a gradual transition."""
    return [
        shot.start_seconds
        if shot.transition == "cut"
        else (shot.transition_start_seconds + shot.transition_end_seconds) / 2
        for shot in shots[1:]
    ]


def kinora(path: Path, facts: MediaFile) -> list[float]:
    return points_of(kinora_shots(path, facts))


def kinora_scan(path: Path, facts: MediaFile) -> list[float]:
    """The same with pictures every second, covers, poster and scrub sheets written."""
    with tempfile.TemporaryDirectory() as folder:
        return points_of(scan(path, facts, out_dir=Path(folder)).shots)


def scenedetect_content(path: Path, facts: MediaFile) -> list[float]:
    return [start.seconds for start, _ in scene_detect(str(path), ContentDetector())[1:]]


def scenedetect_adaptive(path: Path, facts: MediaFile) -> list[float]:
    return [start.seconds for start, _ in scene_detect(str(path), AdaptiveDetector())[1:]]


def ffmpeg_select(path: Path, facts: MediaFile) -> list[float]:
    return _ffmpeg(path, "select='gt(scene,0.3)',showinfo", r"pts_time:\s*([\d.]+)", facts)


def ffmpeg_scdet(path: Path, facts: MediaFile) -> list[float]:
    return _ffmpeg(path, "scdet", r"lavfi\.scd\.time:\s*([\d.]+)", facts)


def decode_ffmpeg(path: Path, facts: MediaFile) -> list[float]:
    return _ffmpeg(path, None, r"(?!)", facts)


def decode_pyav(path: Path, facts: MediaFile) -> list[float]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            pass
    return []


def _ffmpeg(path: Path, filters: str | None, pattern: str, facts: MediaFile) -> list[float]:
    assert facts.video is not None
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-i", str(path)]
    command += ["-map", f"0:{facts.video.stream_index}", "-fps_mode", "passthrough"]
    command += ["-vf", filters] if filters else []
    ended = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    return [float(seconds) for seconds in re.findall(pattern, ended.stderr)]


DETECTORS: dict[str, Detector] = {
    "kinora": kinora,
    "scenedetect Content": scenedetect_content,
    "scenedetect Adaptive": scenedetect_adaptive,
    "ffmpeg select scene>0.3": ffmpeg_select,
    "ffmpeg scdet": ffmpeg_scdet,
}
TIMED: dict[str, Detector] = {
    "decode only, PyAV": decode_pyav,
    "decode only, FFmpeg program": decode_ffmpeg,
    **DETECTORS,
    "kinora scan (samples, covers, scrub)": kinora_scan,
}
