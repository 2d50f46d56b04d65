"""The queue, for administrators: what runs, what waits, what was set aside and why."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kinora import config
from kinora.errors import InputError, KinoraError, NotFound
from kinora.library.models import Job, JobState
from kinora.library.other_encoder import FrameProgress, frame_progress, is_looking_again
from kinora.library.queue import request_cancel, retry
from kinora.library.status import label_of
from kinora.site.people import administrator

PAGE_SIZE = 50


@never_cache
@login_required
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    administrator(request)
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    if state not in JobState.values:
        state = ""
    counts = dict(Job.objects.values_list("state").annotate(number=Count("id")))
    kinds = sorted(Job.objects.values_list("kind", flat=True).distinct())
    context = {
        "jobs": _shown(state, kind),
        "state": state,
        "kind": kind,
        "states": [(value, label, counts.get(value, 0)) for value, label in JobState.choices],
        "kinds": [(name, label_of(name)) for name in kinds],
        "num_jobs": sum(counts.values()),
        "page_size": PAGE_SIZE,
    }
    if request.headers.get("HX-Target") == "job-table":
        return render(request, "parts/job_table.html", context)
    return render(request, "jobs.html", context | {"frame_progress": _frame_progress()})


def _frame_progress() -> FrameProgress | None:
    """Return how far a newly chosen frame encoder has come, while it has not seen everything."""
    try:
        return frame_progress(config.current()) if is_looking_again() else None
    except KinoraError:
        return None  # the doctor says why


def _shown(state: str, kind: str) -> QuerySet[Job]:
    """Return running jobs first, then waiting ones in their order, then the newest of the rest."""
    found = Job.objects.select_related("video__channel")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    rank = Case(
        When(state=JobState.RUNNING, then=Value(0)),
        When(state=JobState.QUEUED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return found.order_by(rank, "-finished_at", "priority", "id")[:PAGE_SIZE]


@login_required
@require_POST
def steer(request: HttpRequest, job_id: int, verb: str) -> HttpResponse:
    """Cancel or retry a job."""
    administrator(request)
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.", hint="Its video may have been deleted.")
    steer_job(job, verb)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = "jobs-changed"
        return response
    return redirect("jobs")


def steer_job(job: Job, verb: str) -> None:
    """Do what a button says.

    Raises:
        InputError: the verb is neither cancel nor retry.
        Conflict: the job can't be retried now.
    """
    if verb == "cancel":
        request_cancel(job)
    elif verb == "retry":
        retry(job)
    else:
        raise InputError(f"{verb[:20]!r} is nothing that can be done with a job; accepted: cancel, retry")
