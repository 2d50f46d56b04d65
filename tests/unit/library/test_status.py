"""What a person sees of a video's way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kinora.config import Settings
from kinora.errors import ToolFailed
from kinora.library import queue
from kinora.library.lifecycle import job_was_stopped
from kinora.library.models import Job, Video, VideoState
from kinora.library.status import notices, overall_progress, stages_of
from kinora.library.waiting import is_settled

pytestmark = pytest.mark.django_db


def states(video: Video) -> dict[str, str]:
    return {stage.kind: stage.state for stage in stages_of(video)}


def test_the_stages_of_a_new_video_are_shown_before_their_jobs_exist(make_video: Callable[..., Video]) -> None:
    video = make_video()
    queue.enqueue("probe", video=video)
    assert states(video) == {
        "probe": "queued", "preview": "waiting", "analyse": "waiting", "read": "waiting", "index": "waiting"
    }  # fmt: skip
    assert overall_progress(video) == 0.0


def test_progress_counts_the_stages_that_are_needed(make_video: Callable[..., Video]) -> None:
    video = make_video()
    queue.enqueue("probe", video=video)
    job = queue.lease("w")
    assert job is not None
    queue.complete(job, then=[queue.Next("preview"), queue.Next("encode")])
    job = queue.lease("w", kinds=["preview"])
    assert job is not None
    queue.heartbeat(job, progress=0.5, message="Encoding 240p")
    assert overall_progress(video) == pytest.approx(1.5 / 5)
    assert {stage.kind: stage.message for stage in stages_of(video)}["preview"] == "Encoding 240p"


def test_reading_a_file_again_begins_the_stages_anew(make_video: Callable[..., Video]) -> None:
    video = make_video()
    for kind in ("probe", "preview", "probe"):
        Job.objects.create(kind=kind, video=video, state="done" if kind == "preview" else "queued")
    assert states(video)["preview"] == "waiting"


def test_a_needed_stage_that_is_set_aside_fails_the_video_and_says_why(make_video: Callable[..., Video]) -> None:
    video = make_video()
    queue.enqueue("analyse", video=video)
    job = queue.lease("w")
    assert job is not None
    job.attempts = job.max_attempts
    error = ToolFailed("the picture can't be decoded")
    queue.fail(job, error, write=lambda: job_was_stopped(job, error))
    video.refresh_from_db()
    assert video.state == VideoState.FAILED
    assert {stage.kind: stage.error for stage in stages_of(video)}["analyse"] == error.message
    with pytest.raises(ToolFailed, match="can't be decoded"):
        is_settled(video)


def test_a_failed_encode_leaves_a_ready_video_ready(make_video: Callable[..., Video]) -> None:
    video = make_video(state="ready")
    queue.enqueue("encode", video=video)
    job = queue.lease("w")
    assert job is not None
    job.attempts = job.max_attempts
    error = ToolFailed("no")
    queue.fail(job, error, write=lambda: job_was_stopped(job, error))
    video.refresh_from_db()
    assert video.state == VideoState.READY
    assert is_settled(video)


def test_what_is_off_or_absent_is_told_once_each(tmp_path: Path) -> None:
    default = notices(Settings())
    assert len(default) == 2
    assert any("Speech" in sentence for sentence in default)
    assert any("small encoder that comes with Kinora" in sentence for sentence in default)
    assert any("not searched by words" in sentence for sentence in notices(Settings(frame_encoder="off")))
    assert len(notices(Settings(ocr=False, text_encoder="off"))) == 4
    absent = notices(Settings(speech_model="small", frame_encoder=str(tmp_path)))
    assert len(absent) == 1
    assert "kinora models get speech small" in absent[0]
    assert notices(Settings(speech_model="small", speech_model_download=True, frame_encoder=str(tmp_path))) == []
