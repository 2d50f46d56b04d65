"""`/api/v1/find`: the library's filters, orders, pictures and examples, and whose videos they may speak of."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kinora.index.entry import IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.library import find
from kinora.library.models import Cue, ScreenText, SubtitleTrack, User, Video
from kinora.library.samples import KeptSample, save_samples
from kinora.moments.descriptor import picture_descriptor
from kinora.moments.moment import Moment
from kinora.search.searcher import Searcher

pytestmark = pytest.mark.django_db

Calls = Callable[[User | None], Client]
Put = Callable[..., Video]
COLOURS = {"red": (190, 20, 25), "blue": (25, 50, 190)}


def picture(name: str) -> np.ndarray:
    rgb = np.full((90, 160, 3), COLOURS[name], np.uint8)
    rgb[20:50, 30:70] = (235, 235, 225)
    return rgb


def png(name: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture(name)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def put(tmp_path: Path, make_video: Callable[..., Video], monkeypatch: pytest.MonkeyPatch) -> Put:
    """Return a maker of videos that are indexed, with a cue a second and pictures of colours."""
    writer = Index.open(tmp_path / "index")
    searcher = Searcher(Index.open(tmp_path / "index", read_only=True), None)
    monkeypatch.setattr(find, "searcher", lambda: searcher)
    monkeypatch.setattr(find, "encoder_client", lambda: None)

    def make(owner: User, *lines: str, colours: tuple[str, ...] = (), **fields: Any) -> Video:
        video = make_video(owner, **fields)
        for at, line in enumerate(lines):
            track, _ = SubtitleTrack.objects.get_or_create(video=video, source="sidecar", source_key="x")
            Cue.objects.create(track=track, start_seconds=10 * at, end_seconds=10 * at + 3, text=line)
        moments = [Moment(10.0 * at, 10.0 * at + 3, "said", line) for at, line in enumerate(lines)]
        entry = IndexedVideo(
            video.public_id, 1, video.title, video.channel.handle, owner.pk, video.visibility,
            video.published_at.timestamp(), video.duration_seconds,
        )  # fmt: skip
        writer.replace_video(entry, moments, None, keep(video, colours))
        searcher._index.refresh()
        return video

    return make


def keep(video: Video, colours: tuple[str, ...]) -> Pictures:
    """Keep a picture of each colour, ten seconds apart, and return them as the index wants them."""
    if not colours:
        return Pictures.none()
    (video.folder / "samples").mkdir(parents=True)
    for at, name in enumerate(colours):
        Image.fromarray(picture(name)).save(video.folder / f"samples/{at:06d}.png")
    kept = [KeptSample(10.0 * at, at, f"samples/{at:06d}.png", 0.0) for at in range(len(colours))]
    save_samples(video.folder, kept)
    descriptors = np.array([picture_descriptor(picture(name)) for name in colours])
    spans = tuple((10.0 * at, 10.0 * at + 4) for at in range(len(colours)))
    return Pictures(np.array([s.seconds for s in kept]), np.arange(len(kept), dtype=np.int32), descriptors,
                    shot_spans=spans)  # fmt: skip


def found(client: Client, query: str, **given: Any) -> list[str]:
    response = client.get("/api/v1/find", {"q": query, **given})
    assert response.status_code == 200, response.content
    return [hit["video"]["id"] for hit in response.json()["hits"]]


def test_filters_that_the_library_answers(put: Put, alice: User, bob: User, calls: Calls) -> None:
    film = put(alice, "a dog", language="en", licence="CC BY 4.0")
    made = put(bob, language="pt-BR", licence="CC BY-NC 4.0", machine_mark="made")
    ScreenText.objects.create(video=made, start_seconds=0, end_seconds=1, text="EXIT", left=0, top=0, width=1, height=1)
    client = calls(None)
    assert found(client, "has:speech") == found(client, "-is:ai") == found(client, "-has:text") == [film.public_id]
    assert found(client, "has:text") == found(client, "is:ai") == found(client, "lang:portuguese") == [made.public_id]
    assert found(client, "license:cc-by") == [film.public_id]
    assert found(client, "license:cc-by-nc") == found(client, 'license:"CC BY-NC 4.0"') == [made.public_id]
    assert found(client, f"by:{alice.username}") == found(client, "dog lang:en") == [film.public_id]
    assert found(client, "license:cc-by-sa") == found(client, "dog lang:pt") == found(client, "by:nobody") == []


def test_filters_show_nothing_of_private_videos(put: Put, alice: User, bob: User, calls: Calls) -> None:
    shut = put(alice, "a dog", visibility="private", machine_mark="made")
    assert found(calls(None), "is:ai") == found(calls(bob), "dog is:ai") == []
    assert found(calls(alice), "dog is:ai") == [shut.public_id]


def test_orders(put: Put, alice: User, calls: Calls) -> None:
    old = put(alice, "a dog", published_at=datetime(2020, 1, 1, tzinfo=UTC))
    new = put(alice, "the dog and the dog", published_at=datetime(2024, 1, 1, tzinfo=UTC))
    client = calls(None)
    assert found(client, "dog", sort="newest") == [new.public_id, old.public_id]
    assert found(client, "dog", sort="oldest") == [old.public_id, new.public_id]
    assert found(client, "dog", sort="oldest", limit=1, offset=1) == [new.public_id]
    assert client.get("/api/v1/find", {"q": "dog", "sort": "up"}).status_code == 400


def test_a_picture_and_words_together(put: Put, alice: User, calls: Calls) -> None:
    video = put(alice, "a dog", "a cat", colours=("red", "blue"))
    upload = SimpleUploadedFile("x.png", png("blue"), "image/png")
    hits = calls(None).post("/api/v1/find", {"q": "dog", "picture": upload}).json()["hits"]
    assert {hit["start_seconds"] for hit in hits} == {0.0, 10.0}
    upload = SimpleUploadedFile("x.png", png("blue"), "image/png")
    answer = calls(None).post("/api/v1/find", {"q": "cat", "picture": upload}).json()
    assert answer["query"] == "cat" and answer["hits"][0]["start_seconds"] == 10.0
    assert {reason["signal"] for reason in answer["hits"][0]["reasons"]} == {"said", "looks_like"}
    upload = SimpleUploadedFile("x.png", png("blue"), "image/png")
    alone = calls(None).post("/api/v1/find", {"picture": upload}).json()
    assert [(hit["video"]["id"], hit["start_seconds"]) for hit in alone["hits"]] == [(video.public_id, 10.0)]


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\nbroken"])
def test_a_picture_that_is_none_is_refused(put: Put, calls: Calls, data: bytes) -> None:
    response = calls(None).post("/api/v1/find", {"q": "dog", "picture": SimpleUploadedFile("x.png", data, "image/png")})
    assert response.status_code in (400, 422) and response.json()["error"]["message"]


def test_frames_boxes_and_clips_as_terms(put: Put, alice: User, calls: Calls) -> None:
    one, two = put(alice, "a dog", colours=("red", "blue")), put(alice, "a cat", colours=("blue",))
    client = calls(None)
    assert found(client, f"like:{one.public_id}@10") == [two.public_id]
    assert found(client, f"like:{one.public_id}@8-14 cat")[0] == two.public_id
    assert found(client, f"like:{one.public_id}@10[0,0,1,1]") == [two.public_id]
    flat = client.get("/api/v1/find", {"q": f"like:{one.public_id}@10[0.6,0.7,0.3,0.3]"})
    assert flat.status_code == 400 and "one colour" in flat.json()["error"]["message"]


def test_pictures_and_examples_of_hidden_videos_are_refused(put: Put, alice: User, bob: User, calls: Calls) -> None:
    shut = put(alice, "a dog", colours=("red",), visibility="private")
    put(bob, "a dog", colours=("red",))
    for given in ({"q": f"like:{shut.public_id}@0"}, {"q": "dog", "more_like": f"{shut.public_id}@0"}):
        hidden = calls(bob).get("/api/v1/find", given)
        absent = calls(bob).get("/api/v1/find", {k: v.replace(shut.public_id, "nothing") for k, v in given.items()})
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json()["error"]["message"].replace(shut.public_id, "nothing") == absent.json()["error"]["message"]
        assert calls(alice).get("/api/v1/find", given).status_code == 200


def test_more_like_and_less_like_move_what_is_found(put: Put, alice: User, calls: Calls) -> None:
    red = put(alice, "a walk by the river", "nothing", colours=("red",))
    blue = put(alice, "a walk by the river", colours=("blue",))
    other = put(alice, "silence", colours=("blue",))
    client = calls(None)
    assert set(found(client, "river")) == {red.public_id, blue.public_id}
    more = found(client, "river", more_like=f"{other.public_id}@0-3")
    assert more[0] == blue.public_id and other.public_id in more
    less = found(client, "river", less_like=f"{other.public_id}@0-3")
    assert less[0] == red.public_id
    assert found(client, "river", less_like=f"{red.public_id}@0-3") == [blue.public_id]  # the example itself goes
    reasons = client.get("/api/v1/find", {"q": "river", "more_like": f"{other.public_id}@0-3"}).json()["hits"][0]
    assert "more_like" in {reason["signal"] for reason in reasons["reasons"]}


@pytest.mark.parametrize("moment", ["", "x", "x@", "x@-1", "x@1e9", "x@9-4-2", "../x@1", "x@1[0,0,1,1]"])
def test_an_example_that_is_no_moment_is_refused(put: Put, calls: Calls, moment: str) -> None:
    response = calls(None).get("/api/v1/find", {"q": "dog", "more_like": moment})
    assert response.status_code == 400 and "VIDEO@SECONDS" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "dog OR",
        ")",
        "(((",
        "a THEN",
        "color:",
        "like:x@1",
        "has:x",
        "-a",
        "\x00",
        '"',
        "in:'; DROP",
        "by:%",
        "lang:(((",
    ],
)
def test_no_text_is_an_error_of_ours(put: Put, calls: Calls, text: str) -> None:
    assert calls(None).get("/api/v1/find", {"q": text}).status_code in (200, 400, 404)
