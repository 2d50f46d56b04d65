"""Orders become takes with jobs; takes are paused, moved, cancelled, deleted, published; nobody uses another's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from kinora import config
from kinora.errors import Cancelled, Conflict, InputError, NotFound, ToolFailed, UnreadableMedia, WeightsMissing
from kinora.generate.condition import Request, TimedPrompt
from kinora.library import queue, takes
from kinora.library.make import make, make_again, make_like, publish, request_in
from kinora.library.make_given import keep_picture, lay_out
from kinora.library.models import Job, JobState, Take, TakeState, User, Video
from kinora.library.order import From, Order
from kinora.library.reconcile import reconcile
from kinora.library.take_handle import TakeVerbs

WORDS = (TimedPrompt(0.0, "a red ball rolls left"),)


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder that looks like a model from outside; nothing here opens it."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "LTXConditionPipeline"}))
    monkeypatch.setitem(config._overrides, "video_model", str(folder))
    config.current.cache_clear()
    yield folder
    monkeypatch.undo()
    config.current.cache_clear()


@pytest.fixture
def png(tmp_path: Path) -> bytes:
    path = tmp_path / "picture.png"
    Image.new("RGB", (64, 48), (200, 30, 30)).save(path)
    return path.read_bytes()


def order(num_takes: int = 1, **settings: Any) -> Order:
    return Order(Request(model="", **settings), prompts=WORDS, num_takes=num_takes)


def run_job(take: Take) -> Job:
    """Lease the next take's job, as a worker does."""
    job = queue.lease("w1", kinds=["make"])
    assert job is not None
    assert job.payload["take"] == take.public_id
    return job


def finished(take: Take, content: bytes = b"clip") -> Take:
    take.clip_path.write_bytes(content)
    Take.objects.filter(pk=take.pk).update(
        state=TakeState.DONE, num_frames=17, recipe={"request": take.request}, finished_at=timezone.now()
    )
    take.refresh_from_db()
    return take


def test_an_order_is_one_take_a_seed_with_a_job_each(alice: User, model: Path) -> None:
    made = make(order(3, seed=7, steps=5), alice)
    assert [request_in(take).seed for take in made] == [7, 8, 9]
    assert {take.batch for take in made} == {made[0].batch}
    assert all(take.folder.is_dir() and take.job and take.job.kind == "make" for take in made)
    assert request_in(made[0]).model == str(model)
    assert request_in(made[0]).steps == 5


def test_without_the_model_nothing_is_queued_and_one_sentence_says_so(alice: User, model: Path) -> None:
    (model / "model_index.json").unlink()
    with pytest.raises(WeightsMissing, match="is not on this machine, so no clip can be made"):
        make(order(), alice)
    assert not Take.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("wrong", [order(0), order(17), order(seconds=1e9), order(width=8), Order()])
def test_an_order_that_cannot_be_meant_is_refused(alice: User, wrong: Order) -> None:
    with pytest.raises(InputError):
        make(wrong, alice)
    assert not Take.objects.exists()


def test_a_private_video_of_somebody_else_is_none(alice: User, bob: User, make_video: Callable[..., Video]) -> None:
    private = make_video(width=640, height=360, duration_seconds=5.0)
    given = Order(Request(model=""), "extend", videos=(From(video=private.public_id),))
    with pytest.raises(NotFound):
        make(given, bob)
    assert make(given, alice)[0].request["parents"] == [private.public_id]


def test_a_request_names_what_it_was_given_and_no_path_of_the_machine(
    alice: User, make_video: Callable[..., Video], png: bytes
) -> None:
    video = make_video(width=640, height=360, duration_seconds=5.0)
    name = keep_picture(png, alice)
    given = Order(
        Request(model=""), prompts=WORDS,
        pictures=((0.0, From(file=name)), (2.0, From(video=video.public_id, at_seconds=1.5))),
    )  # fmt: skip
    take = make(given, alice)[0]
    paths = [condition["path"] for condition in take.request["conditions"]]
    assert paths == [f"given/{name}", f"given/{video.public_id}.mp4"]
    assert (take.folder / "given" / name).is_file()


def test_a_video_made_private_meanwhile_is_not_read(
    bob: User, make_video: Callable[..., Video], tmp_path: Path
) -> None:
    video = make_video(width=64, height=64, duration_seconds=5.0, visibility="public", state="ready")
    video.folder.mkdir(parents=True)
    video.original_path.write_bytes(b"film")
    take = make(Order(Request(model=""), "extend", videos=(From(video=video.public_id),)), bob)[0]
    assert lay_out(take) == [video.original_path.resolve()]
    Video.objects.filter(pk=video.pk).update(visibility="private")
    with pytest.raises(NotFound, match="made private"):
        lay_out(take)


@pytest.mark.parametrize("name", ["../../secret_key", "given/x.png", "a" * 64 + ".png", ""])
def test_a_picture_is_named_only_as_it_was_kept(alice: User, name: str) -> None:
    with pytest.raises(InputError):
        make(Order(Request(model=""), prompts=WORDS, pictures=((0.0, From(file=name)),)), alice)


def test_somebody_elses_picture_and_no_picture_are_refused(alice: User, bob: User, png: bytes) -> None:
    name = keep_picture(png, alice)
    with pytest.raises(NotFound):
        make(Order(Request(model=""), prompts=WORDS, pictures=((0.0, From(file=name)),)), bob)
    with pytest.raises(UnreadableMedia):
        keep_picture(b"no picture", alice)


def test_pausing_keeps_the_state_and_resuming_queues_a_new_job(alice: User) -> None:
    take = make(order(), alice)[0]
    takes.pause(take)
    assert takes.status_of(take).state == "paused"
    assert queue.lease("w1", kinds=["make"]) is None
    with pytest.raises(Conflict):
        takes.pause(take)
    takes.resume(take)
    assert run_job(take).pk == Take.objects.get(pk=take.pk).job_id


def test_a_running_take_is_paused_by_its_heartbeat(alice: User) -> None:
    take = make(order(), alice)[0]
    job = run_job(take)
    takes.pause(takes.take_of(alice, take.public_id))
    assert queue.heartbeat(job, progress=0.5, message="Step 5 of 10") is False
    queue.fail(job, Cancelled("stopped by a person"), write=lambda: _stopped(job, Cancelled("x")))
    assert Take.objects.get(pk=take.pk).state == TakeState.PAUSED


def _stopped(job: Job, error: Any) -> None:
    from kinora.library.lifecycle import job_was_stopped

    job_was_stopped(job, error)


def test_resuming_before_the_worker_noticed_the_pause_loses_nothing(alice: User) -> None:
    take = make(order(), alice)[0]
    job = run_job(take)
    takes.pause(takes.take_of(alice, take.public_id))
    takes.resume(takes.take_of(alice, take.public_id))
    assert queue.heartbeat(job) is True
    # It noticed after all: its end queues the take again.
    queue.fail(job, Cancelled("x"), write=lambda: _stopped(job, Cancelled("x")))
    row = Take.objects.select_related("job").get(pk=take.pk)
    assert (row.state, row.job.state if row.job else "") == (TakeState.QUEUED, JobState.QUEUED)


def test_a_job_cancelled_on_the_jobs_page_cancels_the_take(alice: User) -> None:
    take = make(order(), alice)[0]
    assert take.job is not None
    queue.request_cancel(take.job)
    take.refresh_from_db()
    assert take.state == TakeState.CANCELLED
    queue.retry(take.job)
    take.refresh_from_db()
    assert take.state == TakeState.QUEUED


def test_a_failed_take_says_why_and_can_be_tried_again(alice: User) -> None:
    take = make(order(), alice)[0]
    job = run_job(take)
    error = InputError("the picture is broken")
    queue.fail(job, error, write=lambda: _stopped(job, error))
    take.refresh_from_db()
    assert (take.state, take.error_message) == (TakeState.FAILED, "the picture is broken")
    takes.resume(take)
    assert takes.status_of(takes.take_of(alice, take.public_id)).message == "It is next"


def test_an_error_of_the_machine_leaves_the_take_queued(alice: User) -> None:
    take = make(order(), alice)[0]
    job = run_job(take)
    queue.fail(job, ToolFailed("x"), write=lambda: _stopped(job, ToolFailed("x")))
    take.refresh_from_db()
    assert take.state == TakeState.QUEUED


def test_the_next_take_is_chosen_among_ones_own_only(alice: User, bob: User) -> None:
    first = make(order(), alice)[0]
    others = make(order(), bob)[0]
    last = make(order(), alice)[0]
    takes.move_first(last)
    leased = [queue.lease("w", kinds=["make"]) for _ in range(3)]
    assert [job.payload["take"] for job in leased if job] == [last.public_id, others.public_id, first.public_id]
    assert {row.public_id: row.job_id for row in Take.objects.all()} == {
        job.payload["take"]: job.pk for job in leased if job
    }
    with pytest.raises(Conflict):
        takes.move_first(last)


def test_nobody_finds_or_deletes_the_take_of_another(alice: User, bob: User, ada: User) -> None:
    take = make(order(), alice)[0]
    for other in (bob, ada):
        with pytest.raises(NotFound):
            takes.take_of(other, take.public_id)
        assert not takes.takes_of(other).exists()
        with pytest.raises(Conflict):
            publish(finished(take), other)
        with pytest.raises(NotFound):
            make(Order(Request(model=""), "remix", prompts=WORDS, videos=(From(take=take.public_id),)), other)


def test_deleting_takes_job_and_files_with_it(alice: User) -> None:
    take = make(order(), alice)[0]
    job, folder = run_job(take), take.folder
    takes.delete(take)
    assert not folder.exists()
    assert not Take.objects.exists()
    assert queue.heartbeat(job) is False


def test_publishing_enters_by_the_door_of_uploads_with_its_ledger_entry(
    alice: User, make_video: Callable[..., Video]
) -> None:
    parent = make_video(width=640, height=360, duration_seconds=5.0)
    given = Order(Request(model=""), "extend", prompts=WORDS, videos=(From(video=parent.public_id),))
    take = finished(make(given, alice)[0])
    video = publish(take, alice, visibility="unlisted").video
    assert (video.origin, video.is_made_by_machine, video.visibility) == ("generated", True, "unlisted")
    assert video.title == "A red ball rolls left"
    assert video.recipe["request"]["operation"] == "extend"
    assert list(video.parents.all()) == [parent]
    assert Job.objects.filter(video=video, kind="probe").exists()
    assert publish(take, alice).video == video


def test_only_a_finished_take_is_published(alice: User) -> None:
    with pytest.raises(Conflict, match="done"):
        publish(make(order(), alice)[0], alice)


def test_a_recipe_asks_for_the_very_same_again(alice: User, bob: User, png: bytes) -> None:
    given = Order(Request(model="", seed=5), prompts=WORDS, pictures=((0.0, From(file=keep_picture(png, alice))),))
    take = finished(make(given, alice)[0])
    assert make_like(take.recipe, alice).request == take.request
    assert make_again(take, alice, seed=6).request == {**take.request, "seed": 6}
    with pytest.raises(NotFound, match="picture"):
        make_like(take.recipe, bob)


def test_a_recipe_that_names_paths_is_refused(alice: User) -> None:
    take = make(order(), alice)[0]
    condition = {"at_seconds": 0.0, "kind": "frame", "path": "/etc/passwd"}
    with pytest.raises(NotFound, match="nothing that this library holds"):
        make_like({"request": {**take.request, "conditions": [condition]}}, alice)


def test_old_takes_and_folders_without_a_row_go(alice: User) -> None:
    old, young = (finished(take) for take in make(order(2), alice))
    Take.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
    waiting = make(order(), alice)[0]
    Take.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(days=400))
    reconcile(config.current())
    assert set(Take.objects.all()) == {young, waiting}
    assert not old.folder.exists()
    assert young.clip_path.exists()


@pytest.mark.parametrize("name", ["folder", "nothing.mp4"])
def test_what_is_neither_file_nor_video_nor_take_is_refused_by_its_whole_name(
    tmp_path: Path, alice: User, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    del alice  # there is a database
    text = str(tmp_path / name)
    said = f"{text} is a folder" if name == "folder" else f"there is no file, video or take {text!r}"
    with pytest.raises(NotFound) as refused:
        TakeVerbs().given(text)
    assert str(refused.value).startswith(said)
