"""Jobs, doctor, models and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kinora.library.models import Job, JobState, User

Calls = Callable[[User | None], Client]


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/doctor", "/api/v1/models"])
def test_operating_is_for_administrators(path: str, alice: User, calls: Calls) -> None:
    assert calls(None).get(path).status_code == 401
    assert calls(alice).get(path).status_code == 403


def test_jobs_are_listed_cancelled_and_retried(operator: User, calls: Calls) -> None:
    job = Job.objects.create(kind="index", dedupe_key="test-index")
    client = calls(operator)
    assert [row["id"] for row in client.get("/api/v1/jobs?state=queued").json()["jobs"]] == [job.pk]
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["state"] == JobState.CANCELLED
    assert client.post(f"/api/v1/jobs/{job.pk}/retry").json()["state"] == JobState.QUEUED
    assert client.post("/api/v1/jobs/999999/retry").status_code == 404
    assert client.get("/api/v1/jobs?state=asleep").status_code == 400


def test_doctor_names_every_check(operator: User, calls: Calls) -> None:
    names = {finding["name"] for finding in calls(operator).get("/api/v1/doctor").json()["findings"]}
    assert {"disk", "database", "FFmpeg", "confinement", "index", "on-screen text"} <= names


def test_the_openapi_document_shows_every_error(db: None) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    assert {"/api/v1/find", "/api/v1/videos", "/api/v1/videos/{video_id}"} <= set(document["paths"])
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            refusals = [code for code in operation["responses"] if code.startswith("4")]
            assert refusals, f"{method} {path} documents no refusal"
            assert operation["summary"], f"{method} {path} has no summary"


def test_a_path_that_is_not_there_has_the_error_shape(db: None) -> None:
    response = Client().get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.json()["error"]["kind"] == "NotFound"
