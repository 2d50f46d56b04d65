"""Make clips and wait for them, as a command does: where no worker runs, this process is one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from kinora.config import Settings
from kinora.errors import Cancelled, KinoraError, NotFound, error_named
from kinora.library.adding import own_worker
from kinora.library.models import Take, TakeState
from kinora.library.takes import RUNNING, status_of
from kinora.library.waiting import is_settled

_LOOK_SECONDS = 0.25
OnProgress = Callable[[str, float, str], None]  # a take's id, fraction in [0, 1], what is being done


def wait_for_takes(settings: Settings, takes: Sequence[Take], on_progress: OnProgress | None = None) -> None:
    """Return when every take is done, published where that was asked, or stopped.

    Raises:
        KinoraError: the error of a published video that can't be read.
    """
    with own_worker(settings):
        waiting = list(takes)
        while waiting := [take for take in waiting if not _is_over(take, on_progress)]:
            time.sleep(_LOOK_SECONDS)


def _is_over(take: Take, on_progress: OnProgress | None) -> bool:
    row = Take.objects.select_related("job", "video").filter(pk=take.pk).first()
    if row is None:
        return True
    status = status_of(row)
    if on_progress:
        on_progress(row.public_id, status.progress, status.message if status.state == RUNNING else "")
    if row.state == TakeState.DONE and row.publish_as:
        return row.video is not None and is_settled(row.video)
    return row.state != TakeState.QUEUED


def error_of(take: Take) -> KinoraError | None:
    """Return why a take is not done, None where it is or still waits."""
    if take.state == TakeState.FAILED:
        return error_named(take.error_kind, take.error_message, hint="see: kinora takes")
    if take.state == TakeState.CANCELLED:
        return Cancelled(take.error_message)
    return None


def again(take: Take) -> Take:
    """Return the row as it is now.

    Raises:
        NotFound: it was deleted.
    """
    row = Take.objects.select_related("job", "video", "owner").filter(pk=take.pk).first()
    if row is None:
        raise NotFound(f"the take {take.public_id} was deleted")
    return row
