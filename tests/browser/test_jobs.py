"""The queue and one's own videos, live: they change without a reload."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server

_MAKE = """
from kinora.library.accounts import channel_of
from kinora.library.models import Job, User, Video
owner = User.objects.get(username="alice")
video, _ = Video.objects.get_or_create(owner=owner, sha256="f" * 64, defaults=dict(channel=channel_of(owner),
    title="Stuck in the queue", state="processing", size_bytes=1, original_name="x.mp4"))
Job.objects.filter(video=video).delete()
job = Job.objects.create(kind="waits-for-ever", video=video, state=given["state"], error_kind=given["kind"],
    error_message=given["message"])
print(video.public_id, job.pk)
"""


@pytest.fixture
def make_job(server: Server) -> Callable[..., tuple[str, str]]:
    """Return a maker of a job of a kind that no worker knows: (video, job)."""

    def make(state: str, kind: str = "", message: str = "") -> tuple[str, str]:
        server.kill_worker()  # or it would set a job of an unknown kind aside
        public_id, job_id = server.run_python(_MAKE, state=state, kind=kind, message=message).split()
        return public_id, job_id

    return make


@pytest.fixture(autouse=True)
def _worker_again(server: Server) -> object:
    yield
    server.run_python("from kinora.library.models import Video\nVideo.objects.filter(sha256='f' * 64).delete()")
    if server.worker is None:
        server.start_worker()


def test_the_administrator_cancels_and_retries_a_job_and_sees_it_at_once(
    make_job: Callable[..., tuple[str, str]],
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    axe: Callable[[Page], list[str]],
) -> None:
    _, job_id = make_job("failed", "ToolFailed", "The encoder ended early; see its last line.")
    page = new_page(viewport=PHONE)
    sign_in(page, "admin")
    page.goto("/jobs?state=failed")
    expect(page.locator("#job-table")).to_contain_text("The encoder ended early")
    assert axe(page) == []
    assert width_overflow(page) == 0
    page.goto("/jobs?kind=waits-for-ever")
    page.get_by_role("button", name=f"Retry job {job_id}").click()
    expect(page.locator(".job-state .badge")).to_have_text("Waiting")
    page.get_by_role("button", name=f"Cancel job {job_id}").click()
    expect(page.locator(".job-state .badge")).to_have_text("Cancelled")


def test_stages_move_without_a_reload(
    make_job: Callable[..., tuple[str, str]],
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    server: Server,
) -> None:
    public_id, _ = make_job("queued")
    server.run_python(
        "from kinora.library.models import Job\nJob.objects.filter(kind='waits-for-ever').update(kind='probe')"
    )
    page = new_page()
    sign_in(page, "alice")
    page.goto(f"/videos/{public_id}/edit")
    stage = page.locator(".stage", has_text="Reading the file")
    expect(stage).to_contain_text("Waiting")
    stage.get_by_role("button", name="Cancel").click()
    expect(stage).to_contain_text("Stopped")
    expect(page.get_by_role("alert")).to_contain_text("stopped by a person")
    stage.get_by_role("button", name="Retry").click()
    expect(stage).to_contain_text("Waiting")


def test_the_list_of_ones_videos_filters_as_one_types(
    make_job: Callable[..., tuple[str, str]], new_page: Callable[..., Page], sign_in: Callable[..., None]
) -> None:
    make_job("queued")
    page = new_page()
    sign_in(page, "alice")
    page.goto("/videos")
    expect(page.locator("#video-rows")).to_contain_text("Stuck in the queue")
    page.get_by_role("searchbox", name="Title").fill("nothing like it")
    expect(page.locator("#video-rows")).to_contain_text("None of your videos matches")
    page.get_by_role("searchbox", name="Title").fill("stuck")
    expect(page.locator("#video-rows")).to_contain_text("Stuck in the queue")
    assert "title=stuck" in page.url
