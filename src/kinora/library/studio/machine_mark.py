"""What part machines had in a video, as its ledger entry tells: pages show it, and no one can take it away."""

from __future__ import annotations

from collections.abc import Iterable

from kinora.errors import InputError
from kinora.library.models import MachineMark, Video

LEDGER_MARKS = (MachineMark.MADE, MachineMark.ALTERED)


def mark_of(video: Video, parents: Iterable[Video]) -> str:
    """Return the mark of a video that was made from `parents`.

    Made: a machine made it from words or from what a machine made. Altered: a machine changed what people had filmed,
    or the video holds a part of one that a machine had a hand in.
    """
    marked = [parent.machine_mark != MachineMark.NONE for parent in parents]
    if video.is_made_by_machine:
        return MachineMark.MADE.value if all(marked) else MachineMark.ALTERED.value
    return MachineMark.ALTERED.value if any(marked) else str(video.machine_mark)


def declared(video: Video, is_declared: bool) -> str:
    """Return the mark after its owner said whether AI had a part in it.

    Raises:
        InputError: the ledger says that it had, and the owner would deny it.
    """
    if video.machine_mark in LEDGER_MARKS:
        if not is_declared:
            raise InputError(
                "the ledger says that a machine made or altered this video; that can't be taken back",
                hint="leave it out",
            )
        return video.machine_mark
    return MachineMark.DECLARED.value if is_declared else MachineMark.NONE.value
