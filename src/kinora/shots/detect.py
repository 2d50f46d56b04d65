"""The shots of a file and nothing else: what `kinora shots FILE` prints. For use inside a confined child."""

from __future__ import annotations

from pathlib import Path

from kinora.media.facts import MediaFile
from kinora.media.reduced import reduced_frames
from kinora.shots.cut_list import shots_between
from kinora.shots.detector import TransitionDetector
from kinora.shots.shot import Shot


def detect(path: Path, facts: MediaFile) -> tuple[Shot, ...]:
    """Return the shots of a video, in order, covering every frame once.

    Raises:
        UnreadableMedia: it has no picture, or none that can be decoded.
    """
    detector = TransitionDetector(frame_rate=nominal_rate(facts))
    seconds: list[float] = []
    for frame in reduced_frames(path, facts):
        detector.add(frame.luma_HW, frame.chroma_HWC)
        seconds.append(frame.seconds)
    transitions = detector.finish()
    return shots_between(transitions, seconds, detector.interest())


def nominal_rate(facts: MediaFile) -> float:
    """Return the average frames a second, 25 where the file tells none."""
    return float(facts.video.frame_rate) if facts.video and facts.video.frame_rate else 25.0
