"""One's own videos: list, stages, edit, subtitles, deletion; and the queue for administrators."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.integration.site_a.conftest import client_of

from kinora.library.models import Chapter, Job, JobState, User, Video
from kinora.library.subtitles import add_subtitles

Maker = Callable[..., Any]
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nThe lighthouse keeper waves\n"
DETAILS = {
    "title": "Lighthouse", "description": "At 0:30 it turns on.", "tags": "sea,  sea, coast of Brittany",
    "language": "en", "visibility": "unlisted", "chapters": "0:00 Dusk\n0:30 - Light",
}  # fmt: skip


@pytest.fixture
def video(alice: User, make_video: Maker) -> Video:
    """Return a ready private video of Alice's."""
    found: Video = make_video(alice, visibility="private")
    return found


def test_the_list_shows_ones_own_in_any_state(alice: User, bob: User, make_video: Maker, as_alice: Client) -> None:
    make_video(alice, "Mine failed", state="failed", error_message="This file is no video.")
    make_video(alice, "Mine busy", state="processing")
    make_video(bob, "His public")
    page = as_alice.get("/videos").content.decode()
    assert "Mine failed" in page and "Mine busy" in page and "His public" not in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"state": "failed"}, {"Cat fails"}),
        ({"visibility": "public"}, {"Dog runs", "Cat fails"}),
        ({"title": "DOG runs"}, {"Dog runs"}),
        ({"title": "100%_"}, set()),
        ({"state": "nonsense", "offset": "-3"}, {"Dog runs", "Cat fails", "Cat sleeps"}),
        ({"title": "\0"}, {"Dog runs", "Cat fails", "Cat sleeps"}),
    ],
)
def test_the_list_filters(
    query: dict[str, str], titles: set[str], alice: User, make_video: Maker, as_alice: Client
) -> None:
    make_video(alice, "Dog runs")
    make_video(alice, "Cat fails", state="failed")
    make_video(alice, "Cat sleeps", visibility="private")
    assert {found.title for found in as_alice.get("/videos", query).context["videos"]} == titles


@pytest.mark.parametrize("verb", ["edit", "stages"])
def test_somebody_elses_video_is_not_there_even_a_public_one(
    verb: str, video: Video, as_bob: Client, as_admin: Client
) -> None:
    Video.objects.update(visibility="public")
    assert as_bob.get(f"/videos/{video.public_id}/{verb}").status_code == 404
    assert as_bob.get(f"/videos/unknown/{verb}").status_code == 404
    assert as_admin.get(f"/videos/{video.public_id}/{verb}").status_code == 200


def test_somebody_else_changes_nothing(video: Video, bob: User, make_job: Maker) -> None:
    job, track = make_job(video), add_subtitles(video, SRT, "film.srt")
    before = Video.objects.values().get()
    client = client_of(bob)
    for verb in ("edit", "subtitles", f"subtitles/{track.pk}/delete", "delete", f"jobs/{job.pk}/cancel"):
        assert client.post(f"/videos/{video.public_id}/{verb}", DETAILS).status_code == 404, verb
        assert Client().post(f"/videos/{video.public_id}/{verb}", DETAILS).status_code == 302, verb
    assert Video.objects.values().get() == before
    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED
    assert video.subtitle_tracks.count() == 1


def test_editing_changes_details_and_chapters_and_has_the_index_follow(video: Video, as_alice: Client) -> None:
    answer = as_alice.post(f"/videos/{video.public_id}/edit", DETAILS)
    assert answer.status_code == 302
    revision = video.revision
    video.refresh_from_db()
    assert (video.title, video.visibility, video.language) == ("Lighthouse", "unlisted", "en")
    assert video.tags == ["sea", "coast of Brittany"]
    assert list(video.chapters.values_list("start_seconds", "end_seconds", "title")) == [
        (0.0, 30.0, "Dusk"),
        (30.0, 61.0, "Light"),
    ]
    assert video.revision > revision
    assert Job.objects.filter(kind="index", video=video).exists()
    page = as_alice.get(f"/videos/{video.public_id}/edit").content.decode()
    assert "0:30 Light" in page and "Saved." in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "This field is required"),
        ("title", "x" * 301, "at most 300"),
        ("visibility", "everyone", "Select a valid choice"),
        ("language", "e/../n", "valid value"),
        ("chapters", "Intro", "Line 1 does not begin with a time"),
        ("chapters", "0:10 A\n0:05 B", "Line 2 starts no later"),
        ("chapters", "0:10", "Line 1 has no title"),
        ("chapters", "9:00 Late", "after the video&#x27;s end"),
    ],
)
def test_details_that_can_not_be_are_refused_in_place(
    field: str, value: str, sentence: str, video: Video, as_alice: Client
) -> None:
    answer = as_alice.post(f"/videos/{video.public_id}/edit", {**DETAILS, field: value})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    video.refresh_from_db()
    assert video.title == "The harbour at dawn"
    assert not Chapter.objects.exists()


def test_subtitles_are_added_listed_and_removed(video: Video, as_alice: Client) -> None:
    file = io.BytesIO(SRT)
    file.name = "film.en.srt"
    assert as_alice.post(f"/videos/{video.public_id}/subtitles", {"file": file}).status_code == 302
    track = video.subtitle_tracks.get()
    assert track.language == "en" and track.cues.get().text == "The lighthouse keeper waves"
    assert "film.en.srt" in as_alice.get(f"/videos/{video.public_id}/edit").content.decode()
    as_alice.post(f"/videos/{video.public_id}/subtitles/{track.pk}/delete")
    assert not video.subtitle_tracks.exists()
    assert as_alice.post(f"/videos/{video.public_id}/subtitles/{track.pk}/delete").status_code == 404


def test_a_file_that_is_no_subtitles_is_refused_with_a_sentence(video: Video, as_alice: Client) -> None:
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(100))
    file.name = "film.srt"
    answer = as_alice.post(f"/videos/{video.public_id}/subtitles", {"file": file})
    assert answer.status_code == 422
    assert as_alice.post(f"/videos/{video.public_id}/subtitles").status_code == 400
    assert not video.subtitle_tracks.exists()


def test_deleting_takes_the_video_away(video: Video, as_alice: Client) -> None:
    assert as_alice.get(f"/videos/{video.public_id}/delete").status_code == 405
    assert as_alice.post(f"/videos/{video.public_id}/delete").status_code == 302
    page = as_alice.get("/videos").content.decode()
    assert "was deleted" in page and f"/videos/{video.public_id}/edit" not in page
    assert video.title in as_alice.get("/trash").content.decode()


def test_stages_ask_again_while_something_runs_and_stop_when_all_is_done(
    video: Video, make_job: Maker, as_alice: Client
) -> None:
    make_job(video, "probe", state="done")
    running = make_job(video, "preview", state="running", progress=0.42, message="segment 3")
    address = f"/videos/{video.public_id}/stages"
    page = as_alice.get(address).content.decode()
    assert "every 1s" in page and "42 %" in page and "segment 3" in page
    Job.objects.filter(pk=running.pk).update(state="done")
    assert "every 1s" not in as_alice.get(address).content.decode()


def test_a_stage_can_be_cancelled_and_retried_by_its_owner(video: Video, make_job: Maker, as_alice: Client) -> None:
    job = make_job(video, "encode")
    as_alice.post(f"/videos/{video.public_id}/jobs/{job.pk}/cancel", HTTP_HX_REQUEST="true")
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    as_alice.post(f"/videos/{video.public_id}/jobs/{job.pk}/retry")
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert as_alice.post(f"/videos/{video.public_id}/jobs/{job.pk}/explode").status_code == 400


def test_a_job_of_another_video_is_not_reached_through_ones_own(
    video: Video, bob: User, make_video: Maker, make_job: Maker, as_alice: Client
) -> None:
    foreign = make_job(make_video(bob), "encode")
    assert as_alice.post(f"/videos/{video.public_id}/jobs/{foreign.pk}/cancel").status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == JobState.QUEUED


def test_the_queue_is_for_administrators(
    video: Video, make_job: Maker, as_alice: Client, as_nobody: Client, as_admin: Client
) -> None:
    job = make_job(video, "encode", state="failed", error_kind="ToolFailed", error_message="The encoder ended early.")
    assert as_alice.get("/jobs").status_code == 403
    assert as_alice.post(f"/jobs/{job.pk}/retry").status_code == 403
    assert as_nobody.post(f"/jobs/{job.pk}/retry").status_code == 302
    page = as_admin.get("/jobs").content.decode()
    assert "The encoder ended early." in page
    assert as_admin.post(f"/jobs/{job.pk}/retry").status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert as_admin.post("/jobs/999999/cancel").status_code == 404
    assert as_admin.post(f"/jobs/{job.pk}/retry", HTTP_ACCEPT="application/json").status_code == 409


def test_the_queue_filters_by_state_and_kind(video: Video, make_job: Maker, as_admin: Client) -> None:
    make_job(video, "probe", state="done")
    make_job(video, "encode", state="running")
    make_job(None, "remove")
    assert [job.kind for job in as_admin.get("/jobs").context["jobs"]] == ["encode", "remove", "probe"]
    assert [job.kind for job in as_admin.get("/jobs?state=done").context["jobs"]] == ["probe"]
    assert [job.kind for job in as_admin.get("/jobs?kind=remove&state=nonsense").context["jobs"]] == ["remove"]
    assert len(as_admin.get("/jobs?kind=%27%22%3E").context["jobs"]) == 0
