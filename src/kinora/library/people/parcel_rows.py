"""What becomes of an export's or import's row when its job ends without a result."""

from __future__ import annotations

from django.utils import timezone

from kinora.library.models import Job
from kinora.library.people.models import AccountExport, AccountImport, ParcelState


def parcel_was_stopped(job: Job, state: str, message: str) -> None:
    """A job of an export or import ended without its result; the row says why, a zip that was brought in goes."""
    ended = {"state": state, "error_message": message[:1000], "finished_at": timezone.now()}
    AccountExport.objects.filter(job=job, state=ParcelState.QUEUED).update(**ended)
    for row in AccountImport.objects.filter(job=job, state=ParcelState.QUEUED):
        row.path.unlink(missing_ok=True)
        AccountImport.objects.filter(pk=row.pk).update(**ended)
