"""What a picture looks like to the search, as the encoder service takes pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kinora.errors import InputError, WeightsMissing
from kinora.library import looks
from kinora.moments.encoder_service import _read_picture


class ReadsAsTheServiceDoes:
    """Answers for "here" with the mean colour of each picture; "gone" is not on this machine."""

    def embed_pictures(self, paths: Sequence[Path], by: str = "") -> np.ndarray:
        if by == "gone":
            raise WeightsMissing("gone is not on this machine any more")
        return np.stack([_read_picture(path, 32).mean(axis=(0, 1)) for path in paths]).astype(np.float32)


def checked(colour: tuple[int, int, int]) -> np.ndarray:
    frame = np.zeros((64, 96, 3), np.uint8)
    frame[::2, ::2] = frame[:32] = colour
    return frame


def test_frames_go_to_each_encoder_of_the_index_in_a_form_that_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_encoders_asked", lambda: ("gone", "here"))
    found = looks.pictured([checked((200, 40, 40)), checked((40, 40, 200))], ReadsAsTheServiceDoes())  # type: ignore[arg-type]
    assert list(found.embeddings) == ["here"]
    red, blue = found.embeddings["here"]
    assert red[0] > red[2] + 30
    assert blue[2] > blue[0] + 30
    assert len(found.descriptors) == 2


def test_without_an_encoder_layout_and_colour_are_compared() -> None:
    found = looks.pictured([checked((200, 40, 40)), np.zeros((64, 96, 3), np.uint8)], None)
    assert (len(found.descriptors), dict(found.embeddings)) == (1, {})
    with pytest.raises(InputError, match="nearly one colour"):
        looks.pictured([np.zeros((64, 96, 3), np.uint8)], None)
