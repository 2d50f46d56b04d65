"""The tus 1.0 protocol over HTTP: creation, resuming, refusals, termination, and what becomes of a whole upload."""

from __future__ import annotations

import base64
import fcntl
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from tests.integration.site_a.conftest import client_of

from kinora import config
from kinora.errors import DiskFull
from kinora.library import uploads as upload_verbs
from kinora.library.models import Job, Upload, User, Video
from kinora.library.upload_sweep import sweep_uploads

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
BODY = bytes(range(256)) * 40
BODY_TYPE = "application/offset+octet-stream"


def metadata(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in pairs.items())


def create(client: Client, size: int = len(BODY), name: str = "film.mp4", **pairs: str) -> HttpResponse:
    header = metadata(filename=name, **pairs)
    return client.post("/uploads/", HTTP_UPLOAD_LENGTH=str(size), HTTP_UPLOAD_METADATA=header, **TUS)


def patch(client: Client, url: str, data: bytes, offset: int, **headers: str) -> HttpResponse:
    return client.generic(
        "PATCH", url, data, content_type=BODY_TYPE, HTTP_UPLOAD_OFFSET=str(offset), **{**TUS, **headers}
    )


def row(url: str) -> Upload:
    return Upload.objects.get(public_id=url.rsplit("/", 1)[-1])


@pytest.fixture(autouse=True)
def _clean_uploads() -> Iterator[None]:
    yield
    for path in config.current().uploads_dir.glob("*"):
        if path.is_file():
            path.unlink()


@pytest.fixture
def url(as_alice: Client) -> str:
    """Return the address of an upload of Alice's that waits for its first byte."""
    answer = create(as_alice)
    assert answer.status_code == 201
    return answer["Location"]


def test_options_tell_what_the_server_can(as_nobody: Client) -> None:
    answer = as_nobody.options("/uploads/")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {"creation", "creation-with-upload", "termination", "expiration"}
    assert int(answer["Tus-Max-Size"]) == config.current().max_upload_bytes


def test_a_new_upload_has_an_address_an_offset_and_an_end(as_alice: Client, url: str) -> None:
    answer = as_alice.head(url, **TUS)
    assert answer.status_code == 200
    assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("0", str(len(BODY)))
    assert answer["Cache-Control"] == "no-store"
    assert "Upload-Expires" in answer


@pytest.mark.parametrize("cut", [1, 255, 256, 4095, 4096, len(BODY) // 2, len(BODY) - 1])
def test_resuming_at_any_offset_gives_the_same_bytes(as_alice: Client, url: str, cut: int) -> None:
    first = patch(as_alice, url, BODY[:cut], 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, str(cut))
    assert row(url).path.read_bytes() == BODY[:cut]
    assert as_alice.head(url, **TUS)["Upload-Offset"] == str(cut)
    second = patch(as_alice, url, BODY[cut:], cut)
    assert (second.status_code, second["Upload-Offset"]) == (204, str(len(BODY)))
    video = Video.objects.get()
    assert video.original_path.read_bytes() == BODY
    assert video.original_name == "film.mp4"
    assert list(Job.objects.values_list("kind", flat=True)) == ["probe"]


@pytest.mark.parametrize("offset", [1, 99, 101, len(BODY), 10**17])
def test_a_wrong_offset_is_refused_and_writes_nothing(as_alice: Client, url: str, offset: int) -> None:
    patch(as_alice, url, BODY[:100], 0)
    answer = patch(as_alice, url, b"x", offset)
    assert answer.status_code == 409
    assert row(url).path.read_bytes() == BODY[:100]


def test_more_bytes_than_announced_are_refused(as_alice: Client, url: str) -> None:
    answer = patch(as_alice, url, BODY + b"x", 0)
    assert answer.status_code == 413
    assert row(url).path.stat().st_size == 0


def test_a_file_over_the_limit_is_refused_before_a_byte_is_sent(as_alice: Client) -> None:
    answer = create(as_alice, size=config.current().max_upload_bytes + 1)
    assert answer.status_code == 413
    assert "accepts at most" in answer.json()["error"]["message"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize("length", ["", "-1", "1.5", "ten", "9" * 30, "０"])
def test_a_length_that_is_no_number_is_refused(as_alice: Client, length: str) -> None:
    answer = as_alice.post(
        "/uploads/", HTTP_UPLOAD_LENGTH=length, HTTP_UPLOAD_METADATA=metadata(filename="a.mp4"), **TUS
    )
    assert answer.status_code == 400


def test_an_empty_file_and_a_length_to_come_are_refused(as_alice: Client) -> None:
    assert create(as_alice, size=0).status_code == 400
    answer = as_alice.post(
        "/uploads/", HTTP_UPLOAD_DEFER_LENGTH="1", HTTP_UPLOAD_METADATA=metadata(filename="a.mp4"), **TUS
    )
    assert answer.status_code == 400
    assert not Upload.objects.exists()


def test_a_full_disk_is_told_in_a_sentence_and_keeps_what_came(
    as_alice: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch(as_alice, url, BODY[:100], 0)

    def full(settings: Any, *, for_bytes: int = 0) -> None:
        raise DiskFull("the disk is full", hint="make room")

    with monkeypatch.context() as patched:
        patched.setattr(upload_verbs, "check_room", full)
        assert create(as_alice).status_code == 507
        answer = patch(as_alice, url, BODY[100:], 100)
        assert answer.status_code == 507
        assert answer.json()["error"] == {"kind": "DiskFull", "message": "the disk is full", "hint": "make room"}
    assert as_alice.head(url, **TUS)["Upload-Offset"] == "100"
    assert patch(as_alice, url, BODY[100:], 100).status_code == 204


def test_no_room_when_the_last_byte_has_come_is_tried_again_by_the_status(
    as_alice: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise DiskFull("the disk is full", hint="make room")

    with monkeypatch.context() as patched:
        patched.setattr(upload_verbs, "add_file", full)
        assert patch(as_alice, url, BODY, 0).status_code == 204
        told = as_alice.get(f"{url}/status").json()
        assert told["video"] is None and told["error"] == "" and "disk is full" in told["waiting_for"]
    assert as_alice.get(f"{url}/status").json()["video"]["id"] == Video.objects.get().public_id


def test_protocol_mistakes_have_their_status(as_alice: Client, url: str) -> None:
    assert as_alice.head(url).status_code == 412
    wrong_type = as_alice.generic("PATCH", url, b"x", content_type="text/plain", HTTP_UPLOAD_OFFSET="0", **TUS)
    assert wrong_type.status_code == 415
    assert as_alice.put(url, b"x", **TUS).status_code == 405
    assert (
        as_alice.post("/uploads/", HTTP_UPLOAD_LENGTH="5", HTTP_UPLOAD_METADATA="filename !!!", **TUS).status_code
        == 400
    )
    assert patch(as_alice, url, b"x", 0, HTTP_TUS_RESUMABLE="0.2.2").status_code == 412


def test_creation_may_carry_the_first_bytes(as_alice: Client) -> None:
    answer = as_alice.post(
        "/uploads/", BODY, content_type=BODY_TYPE, HTTP_UPLOAD_LENGTH=str(len(BODY)),
        HTTP_UPLOAD_METADATA=metadata(filename="film.mp4"), **TUS,
    )  # fmt: skip
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(BODY)))
    assert Video.objects.get().original_path.read_bytes() == BODY


def test_termination_forgets_the_bytes(as_alice: Client, url: str) -> None:
    patch(as_alice, url, BODY[:100], 0)
    path = row(url).path
    assert as_alice.delete(url, **TUS).status_code == 204
    assert not path.exists()
    assert as_alice.head(url, **TUS).status_code == 404


def test_the_method_may_come_in_a_header(as_alice: Client, url: str) -> None:
    answer = as_alice.post(
        url, BODY[:10], content_type=BODY_TYPE, HTTP_X_HTTP_METHOD_OVERRIDE="PATCH", HTTP_UPLOAD_OFFSET="0", **TUS
    )
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "10")


def test_somebody_elses_upload_is_not_there(as_bob: Client, as_admin: Client, as_nobody: Client, url: str) -> None:
    for client in (as_bob, as_admin):
        assert client.head(url, **TUS).status_code == 404
        assert patch(client, url, BODY, 0).status_code == 404
        assert client.delete(url, **TUS).status_code == 404
        assert client.get(f"{url}/status").status_code == 404
        assert client.post(f"{url}/details", {"title": "mine"}).status_code == 404
        assert client.post(f"{url}/sidecars", {"file": io.BytesIO(b"x")}).status_code == 404
    assert as_nobody.head(url, **TUS).status_code == 401
    assert patch(as_nobody, url, BODY, 0).status_code == 401
    assert create(as_nobody).status_code == 401
    assert row(url).path.stat().st_size == 0


def test_a_request_without_the_pages_token_is_refused(alice: User) -> None:
    client = client_of(alice, enforce_csrf_checks=True)
    answer = create(client)
    assert answer.status_code == 403
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("..\\..\\boot.mp4", "boot.mp4"),
        ("/abs/olute.mp4", "olute.mp4"),
        ("a\0b\nc.mp4", "abc.mp4"),
        ("evil\u202e4pm.exe", "evil4pm.exe"),
        ("<script>alert(1)</script>.mp4", "script>.mp4"),
        ("名前.mp4", "名前.mp4"),
    ],
)
def test_path_tricks_in_names_are_taken_off(as_alice: Client, given: str, kept: str) -> None:
    answer = create(as_alice, name=given)
    assert answer.status_code == 201
    found = row(answer["Location"])
    assert found.name == kept
    assert found.path.parent == config.current().uploads_dir


@pytest.mark.parametrize("given", ["", "..", "/", "\u202e"])
def test_a_name_of_which_nothing_is_left_is_refused(as_alice: Client, given: str) -> None:
    assert create(as_alice, name=given).status_code == 400


@pytest.mark.parametrize("trick", ["..%2f..%2fsecret_key", "%2e%2e", "x" * 3000])
def test_addresses_that_are_no_upload_are_not_found(as_alice: Client, trick: str) -> None:
    assert as_alice.head(f"/uploads/{trick}", **TUS).status_code == 404


def test_an_upload_that_is_being_written_is_locked(as_alice: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = row(url)
    with found.path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = patch(as_alice, url, BODY, 0)
    assert answer.status_code == 423
    assert found.path.stat().st_size == 0


class Killed(BaseException):
    """Stands for a process that dies at this instant."""


@pytest.mark.parametrize("instant", ["before_add", "after_add", "before_save"])
def test_killed_while_it_becomes_a_video_it_becomes_one_once(
    instant: str, as_alice: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_add = upload_verbs.add_file

    def dying_add(*args: Any, **kwargs: Any) -> Any:
        if instant == "before_add":
            raise Killed
        added = real_add(*args, **kwargs)
        if instant == "after_add":
            raise Killed
        return added

    def dying_save(*args: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(upload_verbs, "add_file", dying_add)
        if instant == "before_save":
            patched.setattr(upload_verbs, "_save", dying_save)
        with pytest.raises(Killed):
            patch(as_alice, url, BODY, 0)
    assert row(url).video is None
    assert as_alice.head(url, **TUS)["Upload-Offset"] == str(len(BODY))
    assert Video.objects.get() == row(url).video
    assert Video.objects.get().original_path.read_bytes() == BODY
    assert Job.objects.filter(kind="probe").count() == 1
    assert not row(url).path.exists()
    assert as_alice.head(url, **TUS)["Upload-Offset"] == str(len(BODY))


def test_the_same_file_again_is_the_same_video(as_alice: Client) -> None:
    for _ in range(2):
        patch(as_alice, create(as_alice)["Location"], BODY, 0)
    assert Video.objects.count() == 1
    assert Upload.objects.filter(video=Video.objects.get()).count() == 2


def test_title_and_visibility_may_change_before_during_and_after(as_alice: Client) -> None:
    url = create(as_alice, title="First", visibility="unlisted")["Location"]
    patch(as_alice, url, BODY[:10], 0)
    assert as_alice.post(f"{url}/details", {"title": "Second"}).status_code == 200
    patch(as_alice, url, BODY[10:], 10)
    video = Video.objects.get()
    assert (video.title, video.visibility) == ("Second", "unlisted")
    as_alice.post(f"{url}/details", {"title": "Third", "visibility": "public"})
    video.refresh_from_db()
    assert (video.title, video.visibility) == ("Third", "public")
    assert as_alice.post(f"{url}/details", {"visibility": "everyone"}).status_code == 400


SRT = b"1\n00:00:01,000 --> 00:00:02,000\nThe lighthouse keeper waves\n"


def test_subtitles_sent_along_reach_the_video_whenever_they_come(as_alice: Client) -> None:
    url = create(as_alice, name="film.mp4")["Location"]
    early, late = io.BytesIO(SRT), io.BytesIO(SRT + b"\n")
    early.name, late.name = "film.en.srt", "film.de.srt"
    assert as_alice.post(f"{url}/sidecars", {"file": early}).status_code == 200
    patch(as_alice, url, BODY, 0)
    assert as_alice.post(f"{url}/sidecars", {"file": late}).status_code == 200
    kept = sorted(path.name for path in (Video.objects.get().folder / "subtitles").iterdir())
    assert [name.split("~")[0] for name in kept] == ["de", "en"]
    assert Job.objects.filter(kind="read").exists()


@pytest.mark.parametrize(
    ("name", "data"), [("film.srt", b"\x00\x01\x02"), ("film.srt", b""), ("../x.srt", b"no cues here")]
)
def test_subtitles_that_are_none_are_refused(as_alice: Client, url: str, name: str, data: bytes) -> None:
    file = io.BytesIO(data)
    file.name = name
    answer = as_alice.post(f"{url}/sidecars", {"file": file})
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]
    assert not list(Path(config.current().uploads_dir).glob("*.d/subtitles/*"))


def test_expired_and_stranded_uploads_are_swept(as_alice: Client) -> None:
    fresh, old, whole = (create(as_alice)["Location"] for _ in range(3))
    patch(as_alice, old, BODY[:5], 0)
    row(whole).path.write_bytes(BODY)  # every byte is here, but the process died before it could finish
    now = timezone.now()
    Upload.objects.filter(pk=row(old).pk).update(updated_at=now - timedelta(days=8))
    Upload.objects.filter(pk=row(whole).pk).update(updated_at=now - timedelta(minutes=5))
    old_path = row(old).path
    swept = sweep_uploads()
    assert (swept.num_expired, swept.num_finished) == (1, 1)
    assert not old_path.exists() and as_alice.head(old, **TUS).status_code == 404
    assert row(whole).video == Video.objects.get()
    assert row(fresh).path.exists()


def test_an_upload_may_replace_a_videos_file(as_alice: Client, as_bob: Client) -> None:
    patch(as_alice, create(as_alice)["Location"], BODY, 0)
    video = Video.objects.get()
    assert create(as_bob, replaces=video.public_id).status_code == 404
    answer = create(as_alice, replaces=video.public_id)
    patch(as_alice, answer["Location"], BODY[::-1], 0)
    told = as_alice.get(f"{answer['Location']}/status").json()
    assert told["video"] is None
    assert "film.mp4" in told["error"]  # these bytes are no video, and the old file stays
    video.refresh_from_db()
    assert video.original_path.read_bytes() == BODY
