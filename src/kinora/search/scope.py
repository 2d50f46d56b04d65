"""Who searches, and with which encoder: what the caller gives a `Searcher`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.search.language.filters import Filters


@dataclass(frozen=True)
class Scope:
    """What this viewer may find.

    `is_current` gives, of the video ids asked, those that the viewer may find now, with their revision: the last
    word on privacy. `viewer_id`, the channels and `sees_everything` only spare the index from looking at what it
    would drop.
    `videos_with` gives the ids of the videos that pass what the index doesn't know of (`Filters.asks_the_library`).
    """

    viewer_id: int | None
    sees_everything: bool
    is_current: Callable[[Iterable[str]], dict[str, int]]
    videos_with: Callable[[Filters], Collection[str]] | None = None
    edited_channels: tuple[str, ...] = ()  # handles of the channels in which everything is theirs to see
    member_channels: tuple[str, ...] = ()  # and of those whose videos for members are


class QueryEncoder(Protocol):
    """Turns words into vectors, outside this process; raises `ResourceError` where it can't.

    `moments.encoder_client.EncoderClient` is one.
    """

    def embed_sentences(self, sentences: Sequence[str], /) -> npt.NDArray[Any]:
        """Return one vector a sentence (N, 384)."""
        ...

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, npt.NDArray[Any]]:
        """Return a frame encoder's name and calibration, and its text tower's vector (E,).

        `by` names (as `slug_of` writes it) another encoder than the chosen one. Raises `WeightsMissing` where it is
        not on this machine.
        """
        ...
