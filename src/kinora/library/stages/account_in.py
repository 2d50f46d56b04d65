"""`account_in`: bring a zip that a person took from another site into this one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from django.utils import timezone

from kinora.library.people.bringing_in import bring_in
from kinora.library.people.models import AccountImport, ParcelState
from kinora.library.people.parcel_format import Parcel
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work


def run(work: Work) -> Outcome:
    """Check the zip whole, then enter what it holds; nothing is entered of one that is refused."""
    row = AccountImport.objects.select_related("owner").filter(pk=work.job.payload["import"]).first()
    if row is None:
        return Outcome(write=lambda: ())
    free = shutil.disk_usage(work.settings.home).free - work.settings.min_free_bytes
    parcel = Parcel(row.path, max_bytes=max(0, free), max_entry_bytes=work.settings.max_upload_bytes)

    def on_step(done: float, told: str) -> None:
        work.cancel.raise_if_cancelled()
        work.report(done, told)

    try:
        report = bring_in(row.owner, parcel, work.folder / "unpacked", on_step=on_step)
    finally:
        parcel.close()

    def write() -> Sequence[Next]:
        AccountImport.objects.filter(pk=row.pk).update(
            state=ParcelState.DONE, report=report.to_json(), error_message="", finished_at=timezone.now()
        )
        row.path.unlink(missing_ok=True)
        return ()

    return Outcome(write=write, result=report.to_json())
