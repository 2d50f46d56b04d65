"""The picture that stands for a video: a cover, a frame, one's own, or the machine's choice."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kinora.library.models import Shot, User, Video

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]


def picture(colour: str = "red") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (1280, 720), colour).save(data, "PNG")
    return data.getvalue()


def served(client: Client, video: Video) -> bytes:
    return b"".join(client.get(f"/media/{video.public_id}/poster.jpg").streaming_content)  # type: ignore[attr-defined]


def with_cover(video: Video) -> Video:
    Shot.objects.create(
        video=video, index=3, start_frame=0, end_frame=9, start_seconds=0, end_seconds=1, transition="cut",
        transition_start_seconds=0, transition_end_seconds=0, cover_seconds=0.5,
    )  # fmt: skip
    (video.folder / "covers").mkdir(exist_ok=True)
    (video.folder / "covers" / "3.jpg").write_bytes(b"the third cover")
    return video


def test_a_cover_is_chosen_and_given_back(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    video, browser = with_cover(make_video()), as_user(alice)
    address = f"/videos/{video.public_id}/thumbnail"
    assert b"The cover at 0:00" in browser.get(address).content
    assert browser.post(address, {"how": "cover", "cover": "3"}).status_code == 302
    assert served(as_user(None), video) == b"the third cover"
    assert browser.post(address, {"how": "machine"}).status_code == 302
    assert served(as_user(None), video) == b"poster"
    for wrong in (
        {"how": "cover", "cover": "99"},
        {"how": "cover", "cover": "../x"},
        {"how": "frame", "seconds": "x"},
        {},
    ):
        assert browser.post(address, wrong).status_code in (400, 404)


def test_ones_own_picture_is_written_anew(make_video: MakeVideo, as_user: AsUser, calls: AsUser, alice: User) -> None:
    video, address = make_video(), ""
    address = f"/api/v1/videos/{video.public_id}/thumbnail"
    sent = calls(alice).post(address, {"file": SimpleUploadedFile("a.png", picture())})
    assert sent.status_code == 204
    shown = Image.open(io.BytesIO(served(as_user(None), video)))
    assert (shown.format, shown.size) == ("JPEG", (1280, 720))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    assert calls(alice).post(address, {"file": SimpleUploadedFile("a.svg", svg)}).status_code == 422
    assert calls(alice).put(address, {"seconds": 9999}, content_type="application/json").status_code == 400
    assert calls(alice).put(address, {}, content_type="application/json").status_code == 204
    assert served(as_user(None), video) == b"poster"


def test_a_thumbnail_is_its_editors_alone(make_video: MakeVideo, as_user: AsUser, calls: AsUser, bob: User) -> None:
    video = with_cover(make_video())
    page, api = f"/videos/{video.public_id}/thumbnail", f"/api/v1/videos/{video.public_id}/thumbnail"
    assert (
        as_user(bob).get(page).status_code == as_user(bob).post(page, {"how": "cover", "cover": 3}).status_code == 404
    )
    assert as_user(None).post(page, {"how": "cover", "cover": 3}).status_code == 302
    assert calls(bob).put(api, {"cover": 3}, content_type="application/json").status_code == 404
    assert calls(None).put(api, {"cover": 3}, content_type="application/json").status_code == 401
    assert served(as_user(None), video) == b"poster"
    video.visibility = "private"
    video.save()
    assert as_user(bob).get(f"/media/{video.public_id}/poster.jpg").status_code == 404
