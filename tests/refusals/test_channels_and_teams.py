"""The pages of channels and teams: Alice holds, Ed edits, Bob is somebody else, Charlie never signed in."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kinora.library.accounts import channel_of
from kinora.library.models import Channel, Upload, User, Video
from kinora.library.people.channels import make_channel
from kinora.library.people.models import Member, Role

pytestmark = pytest.mark.django_db
AsUser = Callable[[User | None], Client]


@pytest.fixture
def ed(alice: User) -> User:
    editor = User.objects.create(username="ed")
    Member.objects.create(channel=channel_of(alice), user=editor, role=Role.EDITOR)
    return editor


def png() -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (40, 40), (20, 120, 220)).save(data, "PNG")
    return SimpleUploadedFile("me.svg.php", data.getvalue(), "image/svg+xml")


OWNERS_PAGES = ("/c/alice/edit", "/c/alice/team")
OWNERS_VERBS = (
    "/c/alice/edit", "/c/alice/delete", "/c/alice/change/avatar", "/c/alice/team", "/c/alice/team/1/role",
    "/c/alice/team/1/remove", "/c/alice/team/1/withdraw", "/c/alice/team/1/leave",
)  # fmt: skip


@pytest.mark.parametrize("who", ["ed", "bob", "charlie"])
def test_only_owners_come_in(who: str, alice: User, bob: User, ed: User, as_user: AsUser) -> None:
    stranger = User.objects.create(username="dora")
    member = Member.objects.create(channel=channel_of(alice), user=stranger, role=Role.VIEWER)
    browser = as_user({"ed": ed, "bob": bob, "charlie": None}[who])
    for address in OWNERS_PAGES:
        assert browser.get(address).status_code == (302 if who == "charlie" else 404), address
    for address in OWNERS_VERBS:
        address = address.replace("/1/", f"/{member.pk}/")
        answer = browser.post(address, {"role": "owner", "name": "Mine", "handle": "mine", "username": who})
        assert answer.status_code == (302 if who == "charlie" else 404), address
        assert who != "charlie" or "/accounts/login/" in answer["Location"]
    member.refresh_from_db()
    assert member.role == "viewer" and channel_of(alice).handle == "alice"


def test_the_owner_changes_words_and_pictures(alice: User, bob: User, as_user: AsUser, make_video: Any) -> None:
    make_video()
    browser = as_user(alice)
    words = {
        "name": "Harbour <b>films", "handle": "harbour", "description": "Ships\n<script>alert(1)</script>",
        "links": "Shop https://example.org/shop",
    }  # fmt: skip
    assert browser.post("/c/alice/edit", words)["Location"] == "/c/harbour/edit"
    assert browser.post("/c/harbour/change/avatar", {"file": png()}).status_code == 302
    assert browser.post("/c/harbour/change/banner", {"file": png()}).status_code == 302
    page = as_user(bob).get("/c/harbour").content.decode()
    assert "Harbour &lt;b&gt;films" in page and "<script>alert" not in page
    assert 'href="https://example.org/shop" rel="nofollow ugc noopener">Shop<' in page
    shown = Client().get("/c/harbour/picture/avatar.jpg")
    assert shown["Content-Type"] == "image/jpeg" and shown["X-Content-Type-Options"] == "nosniff"
    bad = {**words, "links": "Click javascript:alert(1)"}
    assert browser.post("/c/harbour/edit", bad).status_code == 400
    svg = SimpleUploadedFile("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")
    assert browser.post("/c/harbour/change/avatar", {"file": svg}).status_code == 422
    assert Client().get("/c/harbour/picture/other.jpg").status_code == 404
    assert Client().get("/c/nobody/picture/avatar.jpg").status_code == 404


def test_joining_goes_by_a_page_that_asks(alice: User, bob: User, as_user: AsUser) -> None:
    channel_of(alice)
    page = as_user(alice).post("/c/alice/team", {"role": "editor", "username": ""}).content.decode()
    link = page.split('id="invite-link" readonly value="', 1)[1].split('"', 1)[0]
    path = "/join/" + link.rsplit("/", 1)[1]
    assert Client().get(path)["Location"].startswith("/accounts/login/?next=/join/")
    browser = as_user(bob)
    assert browser.get(path).status_code == 200 and not Member.objects.exists(), "asking joins nobody"
    assert browser.post(path).status_code == 302
    assert Member.objects.get().user == bob
    assert browser.get(path).status_code == 404 and browser.get("/channels").status_code == 200


def _upload(browser: Client, channel: str | None = None) -> Any:
    pairs = {"filename": "film.mp4"} | ({"channel": channel} if channel else {})
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Metadata": metadata}
    return browser.post("/uploads/", headers=headers, data=b"", content_type="application/octet-stream")


def test_an_upload_goes_to_the_channel_that_one_works_as(alice: User, ed: User, bob: User, as_user: AsUser) -> None:
    make_channel(bob, "Second", "second")
    browser = as_user(ed)
    assert _upload(browser).status_code == 201
    assert Upload.objects.latest("id").options["channel"] == channel_of(ed).handle
    assert browser.post("/channels/choose", {"channel": "alice", "place": "upload"})["Location"] == "/upload"
    assert b"@alice" in browser.get("/upload").content
    assert _upload(browser).status_code == 201
    assert Upload.objects.latest("id").options["channel"] == "alice"
    Member.objects.all().delete()
    _upload(browser)
    assert Upload.objects.latest("id").options["channel"] == channel_of(ed).handle, "the team ended meanwhile"
    assert _upload(browser, "second").status_code == 404
    assert browser.post("/channels/choose", {"channel": "second"}).status_code == 404
    away = browser.post("/channels/choose", {"channel": channel_of(ed).handle, "place": "https://evil.example"})
    assert away["Location"] == "/channels"


def test_an_editors_file_becomes_the_channels_video(
    alice: User, ed: User, make_video: Callable[..., Video], tmp_path: Any
) -> None:
    from kinora.errors import Conflict
    from kinora.ledger.record import sha256_of
    from kinora.library.add import add_file

    file = tmp_path / "film.mp4"
    file.write_bytes(b"not really a film")
    channel = channel_of(alice)
    added = add_file(file, owner=alice, channel=channel, adder=ed)
    assert (added.video.owner, added.video.channel, added.is_new) == (alice, channel, True)
    other = make_channel(alice, "Private matters", "private-matters")
    Video.objects.filter(sha256=sha256_of(file)).update(channel=other, title="Secret")
    with pytest.raises(Conflict) as refused:
        add_file(file, owner=alice, channel=channel, adder=ed)
    assert "Secret" not in refused.value.message
    assert Channel.objects.filter(owner=alice).count() == 2
