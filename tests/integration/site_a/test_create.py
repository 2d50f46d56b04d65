"""The create page: its form, its refusals, and that takes are their owner's alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kinora import config
from kinora.library.models import Take, TakeState, User, Video

HTMX = {"HX-Request": "true"}


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder that looks like a model from outside."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "LTXConditionPipeline"}))
    monkeypatch.setitem(config._overrides, "video_model", str(folder))
    config.current.cache_clear()
    yield folder
    monkeypatch.undo()
    config.current.cache_clear()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def wish(client: Client, **fields: Any) -> Any:
    form = {"prompt": "a red ball", "size": "64x64", "seconds": "1", "num_takes": "2", "seed": "4", **fields}
    return client.post("/create", form, headers=HTMX)


def test_the_page_is_for_people_who_are_signed_in(db: None, alice: User) -> None:
    assert Client().get("/create").status_code == 302
    page = signed_in(alice).get("/create?prompt=a+lighthouse+at+night")
    assert page.status_code == 200
    assert "a lighthouse at night</textarea>" in page.content.decode()


def test_a_missing_model_is_said_and_the_button_is_off(
    alice: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(config._overrides, "video_model", str(tmp_path / "nowhere"))
    config.current.cache_clear()
    try:
        page = signed_in(alice).get("/create").content.decode()
        assert "is not on this machine, so no clip can be made" in page
        assert 'id="make-button" disabled' in page
        assert str(tmp_path) not in page
        assert wish(signed_in(alice)).status_code == 503
    finally:
        monkeypatch.undo()
        config.current.cache_clear()


def test_a_form_becomes_takes_side_by_side(alice: User, model: Path) -> None:
    answer = wish(signed_in(alice), negative="fog", steps="9", guidance="2.5")
    assert answer.status_code == 200
    assert answer.content.decode().count('data-state="queued"') == 2
    requests = [take.request for take in Take.objects.order_by("id")]
    assert [one["seed"] for one in requests] == [4, 5]
    assert (requests[0]["steps"], requests[0]["guidance_scale"], requests[0]["negative_prompt"]) == (9, 2.5, "fog")


def test_cards_and_frames_of_the_library_become_prompts_and_conditions(
    alice: User, model: Path, make_video: Callable[..., Video]
) -> None:
    video = make_video(alice, width=640, height=360, duration_seconds=6.0)
    wish(
        signed_in(alice), seconds="3", num_takes="1", card_at=["2", "1"], card_words=["it stops", "it bounces"],
        picture=[f"video:{video.public_id}@2.5", f"video:{video.public_id}@4"], picture_when=["last", "at"],
        picture_at=["", "1.5"],
    )  # fmt: skip
    request = Take.objects.get().request
    assert [(one["at_seconds"], one["text"]) for one in request["prompts"]] == [
        (0.0, "a red ball"), (1.0, "it bounces"), (2.0, "it stops"),
    ]  # fmt: skip
    assert [(one["at_seconds"], one["from_seconds"]) for one in request["conditions"]] == [(3.0, 2.5), (1.5, 4.0)]
    assert request["parents"] == [video.public_id]


def test_a_refused_wish_is_said_beside_the_button(alice: User, model: Path) -> None:
    answer = wish(signed_in(alice), prompt="  ")
    assert (answer.status_code, answer["HX-Retarget"]) == (400, "#create-say")
    assert "a clip needs words" in answer.content.decode()
    assert wish(signed_in(alice), size="12").status_code == 400
    assert wish(signed_in(alice), seed="x").status_code == 400
    assert wish(signed_in(alice), seconds="nan").status_code == 400
    assert not Take.objects.exists()


def test_somebody_elses_private_video_is_not_made_from(
    alice: User, bob: User, model: Path, make_video: Callable[..., Video]
) -> None:
    video = make_video(alice, width=640, height=360, duration_seconds=6.0, visibility="private")
    assert signed_in(bob).get(f"/create?video={video.public_id}").status_code == 404
    assert signed_in(bob).get(f"/create/frame?from=video:{video.public_id}@1").status_code == 404
    refused = wish(signed_in(bob), operation="remix", source=f"video:{video.public_id}")
    assert refused.status_code == 404
    assert not Take.objects.exists()
    assert 'name="source"' in signed_in(alice).get(f"/create?video={video.public_id}&do=loop").content.decode()


def test_takes_and_their_files_are_their_owners_alone(alice: User, bob: User, model: Path) -> None:
    wish(signed_in(alice), num_takes="1")
    take = Take.objects.get()
    take.clip_path.write_bytes(b"clip")
    Take.objects.filter(pk=take.pk).update(state=TakeState.DONE, num_frames=9)
    for path in (
        f"/takes/{take.public_id}/clip.mp4",
        f"/create/takes/{take.public_id}",
        f"/create?take={take.public_id}",
    ):
        assert signed_in(alice).get(path).status_code == 200, path
        assert signed_in(bob).get(path).status_code == 404, path
    for verb in ("publish", "delete", "again", "pause"):
        assert signed_in(bob).post(f"/create/takes/{take.public_id}/{verb}", headers=HTMX).status_code == 404
    assert take.public_id not in signed_in(bob).get("/create").content.decode()
    assert signed_in(alice).get(f"/takes/{take.public_id}/given").status_code == 404


def test_a_take_is_published_and_made_again_from_its_card(alice: User, model: Path) -> None:
    client = signed_in(alice)
    wish(client, num_takes="1")
    take = Take.objects.get()
    take.clip_path.write_bytes(b"clip")
    Take.objects.filter(pk=take.pk).update(state=TakeState.DONE, num_frames=9)
    card = client.post(f"/create/takes/{take.public_id}/publish", headers=HTMX).content.decode()
    video = Video.objects.get()
    assert f"/watch/{video.public_id}" in card
    assert (video.is_made_by_machine, video.origin, video.owner) == (True, "generated", alice)
    again = client.post(f"/create/takes/{take.public_id}/again", headers=HTMX)
    assert again["HX-Retarget"] == "#takes"
    newest = Take.objects.order_by("-id")[0]
    assert newest.request["seed"] != take.request["seed"]
    assert client.post(f"/create/takes/{take.public_id}/explode", headers=HTMX).status_code == 400


def test_the_watch_page_offers_making_to_the_owner_and_labels_what_a_machine_made(
    alice: User, bob: User, make_video: Callable[..., Video]
) -> None:
    video = make_video(alice, visibility="public", state="ready", machine_mark="made")
    own = signed_in(alice).get(f"/watch/{video.public_id}").content.decode()
    other = signed_in(bob).get(f"/watch/{video.public_id}").content.decode()
    assert "Make from this" in own
    assert "Make from this" not in other
    assert "AI-made" in own
    assert "AI-made" in other


def test_a_re_cut_names_its_stretches_and_the_clip_is_of_the_videos_size(
    alice: User, model: Path, make_video: Callable[..., Video]
) -> None:
    video = make_video(alice, width=640, height=360, duration_seconds=6.0)
    source = f"video:{video.public_id}"
    wish(signed_in(alice), operation="recut", source=source, keep="0:00-0:00.5, 0.75-1", seconds="1", num_takes="1")
    request = Take.objects.get().request
    assert [(one["from_seconds"], one["to_seconds"]) for one in request["conditions"]] == [(0.0, 0.5), (0.75, 1.0)]
    assert (request["shown_width"], request["shown_height"], request["shown_fps"]) == (640, 360, 25.0)
    refused = wish(signed_in(alice), operation="recut", source=source, keep="soon")
    assert (refused.status_code, "is no stretch" in refused.content.decode()) == (400, True)


def test_a_clip_may_be_left_as_the_model_makes_it(alice: User, model: Path, make_video: Callable[..., Video]) -> None:
    video = make_video(alice, width=640, height=360, duration_seconds=6.0)
    wish(signed_in(alice), operation="loop", source=f"video:{video.public_id}", as_made="on", num_takes="1")
    request = Take.objects.get().request
    assert (request["shown_width"], request["circle"]) == (0, None)


def test_in_betweens_of_a_video_double_its_rate_when_none_is_chosen(
    alice: User, model: Path, make_video: Callable[..., Video]
) -> None:
    video = make_video(alice, width=640, height=360, duration_seconds=6.0)
    wish(signed_in(alice), operation="interpolate", source=f"video:{video.public_id}", fps="8", num_takes="1")
    assert Take.objects.get().request["fps"] == 50.0


def test_a_card_may_be_a_picture(alice: User, model: Path) -> None:
    import io

    from PIL import Image

    sent = io.BytesIO()
    Image.new("RGB", (80, 60), (30, 90, 200)).save(sent, "PNG")
    from kinora.library.make_given import keep_picture

    name = keep_picture(sent.getvalue(), alice)
    wish(
        signed_in(alice), num_takes="1", card_at=["0.5", "1"], card_words=["it bounces", ""],
        card_picture=["", name],
    )  # fmt: skip
    request = Take.objects.get().request
    assert [one["text"] for one in request["prompts"]] == ["a red ball", "it bounces"]
    assert [(one["at_seconds"], one["path"]) for one in request["conditions"]] == [(1.0, f"given/{name}")]
    assert (request["shown_width"], request["shown_height"]) == (80, 60)
