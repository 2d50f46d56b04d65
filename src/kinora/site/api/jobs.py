"""Operating: the queue, the machine, the models. For administrators."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query

from kinora import config
from kinora.errors import NotFound
from kinora.library.checkup import check_up
from kinora.library.models import Job
from kinora.library.queue import request_cancel, retry
from kinora.moments.weights import describe_models
from kinora.site.api.auth import SIGNED_IN, require_staff
from kinora.site.api.schemas import DoctorOut, ErrorOut, JobOut, JobsOut, ModelsOut

router = Router(auth=SIGNED_IN)
REFUSALS = {401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut}


@router.get("/jobs", response={200: JobsOut, **REFUSALS}, summary="List jobs, newest first")
def list_jobs(
    request: HttpRequest,
    state: Literal["", "queued", "running", "done", "failed", "cancelled"] = "",
    limit: int = Query(50, ge=1, le=1000),
) -> JobsOut:
    """Return the queue."""
    require_staff(request)
    rows = Job.objects.select_related("video").order_by("-id")
    rows = rows.filter(state=state) if state else rows
    return JobsOut(jobs=[JobOut.of(job) for job in rows[:limit]])


@router.post("/jobs/{job_id}/retry", response={200: JobOut, **REFUSALS}, summary="Queue a job again")
def retry_job(request: HttpRequest, job_id: int) -> JobOut:
    """Queue a job that was set aside or cancelled again."""
    require_staff(request)
    retry(_job(job_id))
    return JobOut.of(_job(job_id))


@router.post("/jobs/{job_id}/cancel", response={200: JobOut, **REFUSALS}, summary="Cancel a job")
def cancel_job(request: HttpRequest, job_id: int) -> JobOut:
    """Cancel a waiting job at once; a running one stops at its next heartbeat."""
    require_staff(request)
    request_cancel(_job(job_id))
    return JobOut.of(_job(job_id))


@router.get("/doctor", response={200: DoctorOut, **REFUSALS}, summary="Check this machine")
def doctor(request: HttpRequest) -> dict[str, Any]:
    """Return what is missing on this machine and what that costs."""
    require_staff(request)
    findings = check_up(config.current())
    return {
        "findings": [finding.to_json() for finding in findings],
        "is_healthy": all(finding.state != "broken" for finding in findings),
    }


@router.get("/models", response={200: ModelsOut, **REFUSALS}, summary="List the networks in use and at hand")
def models(request: HttpRequest) -> dict[str, Any]:
    """Return the networks."""
    require_staff(request)
    return {"models": [model.to_json() for model in describe_models(config.current())]}


def _job(job_id: int) -> Job:
    job = Job.objects.select_related("video").filter(pk=job_id).first()
    if job is None:
        raise NotFound(f"there is no job {job_id}")
    return job
