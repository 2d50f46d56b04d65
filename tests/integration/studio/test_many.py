"""One's own videos: filtered, put in order, changed together; what they take; stages done again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from kinora.cli.main import program
from kinora.errors import Conflict, InputError
from kinora.library.models import Job, Rendition, User, Video, VideoState
from kinora.library.studio.bulk import change_many
from kinora.library.studio.redo import redo
from kinora.library.studio.storage import storage_of, total_bytes

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]


def body_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_the_list_is_filtered_and_put_in_order(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    make_video(title="Zebra", category="animals", duration_seconds=10.0)
    long = make_video(title="Antelope", category="animals", licence="CC BY 4.0", duration_seconds=90.0)
    make_video(title="Boat", category="travel")
    Rendition.objects.create(video=long, height=240, width=1, bitrate_bps=1, codecs="", size_bytes=10_000_000)
    browser = as_user(alice)
    animals = body_of(browser.get("/videos?category=animals&sort=title"))
    assert animals.index("Antelope") < animals.index("Zebra") and ">Boat<" not in animals
    assert "Zebra" not in body_of(browser.get("/videos?licence=CC+BY+4.0"))
    largest = body_of(browser.get("/videos?sort=largest"))
    assert largest.index("Antelope") < min(largest.index("Zebra"), largest.index(">Boat<"))
    assert "9.5" in largest, "renditions count"
    assert browser.get("/videos?category=nonsense&sort=nonsense&offset=x").status_code == 200


def test_the_list_asks_few_questions(
    make_video: MakeVideo, as_user: AsUser, alice: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(12):
        make_video()
    browser = as_user(alice)
    with django_assert_max_num_queries(9):
        assert browser.get("/videos").status_code == 200


@pytest.mark.parametrize(
    ("action", "value", "field", "after"),
    [
        ("visibility", "unlisted", "visibility", "unlisted"), ("category", "film", "category", "film"),
        ("licence", "CC0 1.0", "licence", "CC0 1.0"), ("add-tags", "b, c", "tags", ["a", "b", "c"]),
        ("remove-tags", "A", "tags", []), ("comments", "off", "comments", "off"),
        ("downloads", "off", "allows_download", False), ("adults", "on", "is_age_restricted", True),
        ("language", "German", "language", "de"),
    ],
)  # fmt: skip
def test_many_are_changed_at_once(
    make_video: MakeVideo, alice: User, action: str, value: str, field: str, after: object
) -> None:
    videos = [make_video(tags=["a"]) for _ in range(2)]
    assert change_many(alice, [video.public_id for video in videos], action, value).num_changed == 2
    for video in videos:
        video.refresh_from_db()
        assert getattr(video, field) == after


def test_what_is_not_ones_own_stays_and_is_told(
    make_video: MakeVideo, as_user: AsUser, calls: AsUser, alice: User, bob: User
) -> None:
    mine, others = make_video(), make_video(bob, title="Bob's secret", visibility="private")
    form = {"video": [mine.public_id, others.public_id], "action": "category", "value-category": "film"}
    shown = body_of(as_user(alice).post("/videos/change", form, follow=True))
    assert "1 video changed" in shown and others.public_id in shown and "Bob's secret" not in shown
    others.refresh_from_db()
    assert others.category == ""
    body = {"videos": [others.public_id], "action": "delete"}
    told = calls(alice).post("/api/v1/videos/change", body, content_type="application/json").json()
    assert told["num_changed"] == 0 and told["refused"][0]["title"] == ""
    assert Video.objects.filter(pk=others.pk).exists()
    assert as_user(None).post("/videos/change", form).status_code == 302
    assert calls(None).post("/api/v1/videos/change", body, content_type="application/json").status_code == 401


def test_a_refusal_leaves_the_others_changed(make_video: MakeVideo, alice: User) -> None:
    made, filmed = make_video(state=VideoState.PROCESSING), make_video()
    changed = change_many(alice, [made.public_id, filmed.public_id, filmed.public_id], "redo", "index")
    assert changed.num_changed == 1 and "not ready" in changed.refused[0].reason
    for action, value, ids in (("sing", "", [filmed.public_id]), ("delete", "", [])):
        with pytest.raises(InputError):
            change_many(alice, ids, action, value)
    assert change_many(alice, [filmed.public_id], "add-tags", " , ").refused[0].reason == "no tag is given"


def test_a_stage_is_done_again(make_video: MakeVideo, as_user: AsUser, calls: AsUser, alice: User, bob: User) -> None:
    facts = {"format_name": "wav", "size_bytes": 1, "duration_seconds": 2.0, "video": None, "audio": [
        {"stream_index": 0, "codec": "pcm_s16le", "sample_rate_hz": 48000, "num_channels": 1}]}  # fmt: skip
    video = make_video(facts=facts)
    assert redo(video, "encode").payload["again"] == ["0p"]
    address = f"/api/v1/videos/{video.public_id}/stages"
    assert calls(alice).post(f"{address}/index").status_code == 202
    assert calls(alice).post(f"{address}/transcribe").json()["error"]["hint"] == "set KINORA_SPEECH_MODEL"
    assert calls(alice).post(f"{address}/sing").status_code == 400
    assert calls(bob).post(f"{address}/index").status_code == 404
    assert calls(None).post(f"{address}/index").status_code == 401
    assert as_user(bob).post(f"/videos/{video.public_id}/again", {"stage": "index"}).status_code == 404
    assert as_user(alice).post(f"/videos/{video.public_id}/again", {"stage": "analyse"}).status_code == 302
    assert Job.objects.filter(video=video, kind="analyse").count() == 1
    Job.objects.filter(kind="analyse").update(state="running")
    with pytest.raises(Conflict, match="just now"):
        redo(video, "analyse")
    video.original_path.unlink()
    with pytest.raises(Conflict, match="original"):
        redo(video, "copies")


def test_what_a_video_takes(make_video: MakeVideo, as_user: AsUser, calls: AsUser, alice: User, bob: User) -> None:
    video = make_video()
    (video.folder / "covers").mkdir()
    (video.folder / "covers" / "0.jpg").write_bytes(b"x" * 500)
    for height, codec, size in ((0, "h264", 70), (720, "h264", 300), (720, "av1", 200)):
        Rendition.objects.create(
            video=video, height=height, codec=codec, width=1, bitrate_bps=1, codecs="", size_bytes=size
        )
    sizes = {part.kind: part.size_bytes for part in storage_of(video).parts}
    assert sizes["original"] == 2048 and sizes["covers"] == 500 + len(b"poster")
    assert (sizes["sound"], sizes["rendition-720p"], sizes["rendition-720p-av1"]) == (70, 300, 200)
    assert total_bytes(Video.objects.filter(pk=video.pk)) == 2048 + 570
    assert "720p AV1" in body_of(as_user(alice).get(f"/videos/{video.public_id}/storage"))
    assert as_user(bob).get(f"/videos/{video.public_id}/storage").status_code == 404
    address = f"/api/v1/videos/{video.public_id}/storage"
    assert calls(alice).get(address).json()["size_bytes"] >= 2618
    assert calls(bob).get(address).status_code == 404


@pytest.mark.parametrize(
    ("arguments", "place", "exit_code"),
    [
        (["edit", "category", "film", "VIDEO", "nothing"], "num_changed", 2),
        (["redo", "index", "VIDEO"], "jobs", 0),
        (["storage", "VIDEO"], "videos", 0),
    ],
)
def test_the_same_by_command(make_video: MakeVideo, arguments: list[str], place: str, exit_code: int) -> None:
    public_id = make_video().public_id
    done = CliRunner().invoke(program, [public_id if one == "VIDEO" else one for one in [*arguments, "--json"]])
    assert done.exit_code == exit_code
    told = json.loads(done.stdout)[place]
    assert told == 1 or public_id in json.dumps(told)
