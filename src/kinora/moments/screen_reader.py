"""One picture → the lines of text in it: PP-OCR by rapidocr, its weights inside the installed package.

Loads onnxruntime with the first reader: make one only in confined children.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from kinora.moments.moment import Box

_MIN_SIMILARITY = 0.6
_MIN_SIMILARITY_SHORT = 0.8
_SHORT = 4
_MIN_HEIGHT = 0.015  # of the picture
_MIN_LONE_HEIGHT = 0.05
_MIN_LONE_SIMILARITY = 0.9
_MAX_LINE_CHARACTERS = 300
_DETECTION_SIDE = 640


@dataclass(frozen=True)
class Line:
    """A line of text in one picture."""

    text: str
    box: Box
    similarity: float


class ScreenReader:
    """Reads Latin and Chinese, Japanese and Korean letters; one thread."""

    def __init__(self) -> None:
        # Here, for they take a second: whoever only passes this module's functions on to a child does without.
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(1)  # a thread of its own would be there before a spare child locks itself in
        # Words are found at 640 px and read at full size: half the time of finding them at 854 px, the same text.
        self._engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "Det.limit_type": "max",
                "Det.limit_side_len": _DETECTION_SIDE,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, rgb: npt.NDArray[np.uint8]) -> list[Line]:
        """Return the lines that can be trusted, in reading order."""
        found = self._engine(np.ascontiguousarray(rgb[:, :, ::-1]))
        texts, scores, boxes = (getattr(found, name, None) for name in ("txts", "scores", "boxes"))
        if texts is None or scores is None or boxes is None:
            return []
        lines = []
        for text, score, corners in zip(texts, scores, boxes, strict=True):
            line = Line(_clean(text), _box_of(np.asarray(corners), rgb.shape), float(score))
            if is_trusted(line):
                lines.append(line)
        return lines


@cache
def shared_reader() -> ScreenReader:
    """Return the one reader of this process."""
    return ScreenReader()


def _clean(text: str) -> str:
    kept = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter)[0] != "C")
    return " ".join(kept.split())[:_MAX_LINE_CHARACTERS]


def _box_of(corners: npt.NDArray[np.float32], shape: tuple[int, ...]) -> Box:
    height, width = shape[:2]
    across = np.clip(corners[:, 0] / width, 0.0, 1.0)
    down = np.clip(corners[:, 1] / height, 0.0, 1.0)
    left, top = float(across.min()), float(down.min())
    return Box(left, top, float(across.max()) - left, float(down.max()) - top)


def is_trusted(line: Line) -> bool:
    """Return whether a line is more than texture taken for a letter."""
    letters = [letter for letter in line.text if letter.isalnum()]
    if not letters or line.box.height < _MIN_HEIGHT or line.similarity < _MIN_SIMILARITY:
        return False
    if len(letters) < 0.4 * len(line.text.replace(" ", "")):
        return False
    if len(letters) < _SHORT and len({letter.isascii() for letter in letters}) > 1:
        return False  # "8出" is a fence, "8月" stands in a longer line
    if len(letters) == 1:
        return line.similarity >= _MIN_LONE_SIMILARITY and line.box.height >= _MIN_LONE_HEIGHT
    return len(letters) >= _SHORT or line.similarity >= _MIN_SIMILARITY_SHORT
