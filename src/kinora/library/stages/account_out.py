"""`account_out`: all that is a person's in one zip."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from kinora.library.files import check_room, put_in_place
from kinora.library.people.models import AccountExport, ParcelState
from kinora.library.people.parcels import size_of, write_parcel
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Write the zip in the job's own folder; it is moved to its place when whole."""
    row = AccountExport.objects.select_related("owner").filter(pk=work.job.payload["export"]).first()
    if row is None:
        return Outcome(write=lambda: ())
    num_bytes, total = 0, size_of(row.owner)
    check_room(work.settings, for_bytes=total)

    def on_bytes(count: int) -> None:
        nonlocal num_bytes
        num_bytes += count
        work.cancel.raise_if_cancelled()
        work.report(min(0.99, num_bytes / total), "Packing the videos")

    zipped = work.folder / "account.zip"
    num_videos = write_parcel(row.owner, zipped, on_bytes=on_bytes)

    def write() -> Sequence[Next]:
        made = AccountExport.objects.filter(pk=row.pk).first()
        if made is None:
            return ()
        size_bytes = zipped.stat().st_size if zipped.exists() else made.path.stat().st_size
        if zipped.exists():  # absent only where an attempt was cut off between move and commit
            put_in_place(zipped, made.path, trash=work.trash)
        made.state, made.size_bytes, made.error_message = ParcelState.DONE, size_bytes, ""
        made.finished_at = timezone.now()
        made.save()
        return ()

    return Outcome(write=write, result={"num_videos": num_videos})
