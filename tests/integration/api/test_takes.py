"""`/api/v1/takes`: Alice makes, Bob sees none of it, Charlie is turned away; no path ever comes in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kinora import config
from kinora.library.models import Take, TakeState, User, Video

Calls = Callable[[User | None], Client]
JSON = "application/json"


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with the descriptions of a model and no weights: enough for doors and bills."""
    folder = tmp_path / "model"
    for name, text in {
        "model_index.json": {"_class_name": "LTXConditionPipeline"},
        "transformer/config.json": {"num_attention_heads": 2, "attention_head_dim": 12, "num_layers": 2},
        "vae/config.json": {
            "latent_channels": 8, "patch_size": 4, "spatio_temporal_scaling": [True, True, False],
            "spatial_compression_ratio": 16, "temporal_compression_ratio": 4,
        },
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(text))
    monkeypatch.setitem(config._overrides, "video_model", str(folder))
    config.current.cache_clear()
    yield folder
    monkeypatch.undo()
    config.current.cache_clear()


def ask(client: Client, **order: Any) -> Any:
    return client.post("/api/v1/takes", {"prompt": "a red ball rolls left", **order}, content_type=JSON)


def finish(take_id: str) -> Take:
    take = Take.objects.get(public_id=take_id)
    take.clip_path.write_bytes(b"0123456789")
    Take.objects.filter(pk=take.pk).update(state=TakeState.DONE, num_frames=17, recipe={"request": take.request})
    return take


def test_alice_makes_lists_and_reads_her_takes(alice: User, calls: Calls) -> None:
    made = ask(calls(alice), num_takes=2, seed=3, seconds=1)
    assert made.status_code == 201
    assert [(take["seed"], take["state"]) for take in made.json()["takes"]] == [(3, "queued"), (4, "queued")]
    listed = calls(alice).get("/api/v1/takes").json()
    assert listed["total"] == 2
    one = calls(alice).get(f"/api/v1/takes/{listed['takes'][0]['id']}").json()
    assert one["prompt"] == "a red ball rolls left"
    assert "path" not in one


def test_charlie_is_turned_away_and_bob_sees_nothing(alice: User, bob: User, calls: Calls) -> None:
    take_id = ask(calls(alice)).json()["takes"][0]["id"]
    finish(take_id)
    assert ask(calls(None)).status_code == 401
    assert calls(None).get(f"/api/v1/takes/{take_id}/clip.mp4").status_code == 401
    for path in (take_id, f"{take_id}/clip.mp4", f"{take_id}/latents.safetensors"):
        assert calls(bob).get(f"/api/v1/takes/{path}").status_code == 404
    for verb in ("pause", "resume", "cancel", "first"):
        assert calls(bob).post(f"/api/v1/takes/{take_id}/{verb}").status_code == 404
    assert calls(bob).post(f"/api/v1/takes/{take_id}/publish", {}, content_type=JSON).status_code == 404
    assert calls(bob).delete(f"/api/v1/takes/{take_id}").status_code == 404
    assert calls(bob).get("/api/v1/takes").json() == {"takes": [], "total": 0}
    assert Take.objects.filter(public_id=take_id).exists()


def test_a_take_is_paused_resumed_cancelled_and_deleted(alice: User, calls: Calls) -> None:
    client = calls(alice)
    take_id = ask(client).json()["takes"][0]["id"]
    states = [client.post(f"/api/v1/takes/{take_id}/{verb}").json()["state"] for verb in ("pause", "resume", "cancel")]
    assert states == ["paused", "queued", "cancelled"]
    again = client.post(f"/api/v1/takes/{take_id}/pause")
    assert (again.status_code, again.json()["error"]["kind"]) == (409, "Conflict")
    assert client.delete(f"/api/v1/takes/{take_id}").status_code == 204
    assert client.get(f"/api/v1/takes/{take_id}").status_code == 404


def test_the_clip_is_served_in_ranges_and_published_once(alice: User, calls: Calls) -> None:
    client = calls(alice)
    take_id = ask(client).json()["takes"][0]["id"]
    assert client.get(f"/api/v1/takes/{take_id}/clip.mp4").status_code == 404
    finish(take_id)
    part = client.get(f"/api/v1/takes/{take_id}/clip.mp4", headers={"Range": "bytes=2-4"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"234")
    assert "private" in part["Cache-Control"]
    first = client.post(f"/api/v1/takes/{take_id}/publish", {"title": "Ball"}, content_type=JSON)
    assert (first.status_code, first.json()["video"]["title"]) == (201, "Ball")
    assert first.json()["video"]["is_made_by_machine"] is True
    assert client.post(f"/api/v1/takes/{take_id}/publish", {}, content_type=JSON).status_code == 200
    assert Video.objects.count() == 1


@pytest.mark.parametrize(
    "order",
    [
        {"pictures": [{"picture": "/etc/passwd", "at_seconds": 0}]},
        {"pictures": [{"picture": "../../secret_key", "at_seconds": 0}]},
        {"videos": [{"video": "nothing"}], "operation": "extend"},
        {"operation": "summon"},
        {"seconds": -1},
        {"num_takes": 1000},
        {"width": 10**6},
        {"seed": 10**30},
    ],
)
def test_what_cannot_be_meant_is_refused_in_the_one_shape(alice: User, calls: Calls, order: dict[str, Any]) -> None:
    refused = ask(calls(alice), **order)
    assert refused.status_code in (400, 404, 422), refused.content
    assert set(refused.json()["error"]) == {"kind", "message", "hint"}
    assert not Take.objects.exists()


def test_a_model_or_path_cannot_be_chosen_from_outside(alice: User, calls: Calls, model: Path) -> None:
    assert ask(calls(alice), model="/somewhere/else", out_dir="/tmp").status_code == 201
    assert Take.objects.get().request["model"] == str(model)


def test_a_picture_is_sent_then_named(alice: User, bob: User, calls: Calls) -> None:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), (9, 90, 200)).save(data, "JPEG")
    sent = calls(alice).post("/api/v1/takes/pictures", {"picture": SimpleUploadedFile("a.jpg", data.getvalue())})
    assert sent.status_code == 201
    pictures = [{"picture": sent.json()["picture"], "at_seconds": 0}]
    assert ask(calls(alice), pictures=pictures).json()["takes"][0]["operation"] == "image_to_video"
    assert ask(calls(bob), pictures=pictures).status_code == 404
    broken = calls(alice).post("/api/v1/takes/pictures", {"picture": SimpleUploadedFile("a.jpg", b"no picture")})
    assert broken.status_code == 422


def test_the_bill_comes_before_the_work(alice: User, calls: Calls) -> None:
    order = {"prompt": "a red ball", "num_takes": 3, "width": 64, "height": 64, "seconds": 2}
    bill = calls(alice).post("/api/v1/takes/plan", order, content_type=JSON).json()
    assert (bill["num_frames"], bill["num_tokens"], bill["num_takes"]) == (17, 80, 3)
    assert bill["flop"] > 0
    assert any("3 takes" in sentence for sentence in bill["sentences"])
    assert not Take.objects.exists()


def test_without_the_model_every_call_says_so(alice: User, calls: Calls, model: Path) -> None:
    (model / "model_index.json").unlink()
    for path in ("", "/plan"):
        answer = calls(alice).post(f"/api/v1/takes{path}", {"prompt": "a ball"}, content_type=JSON)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "WeightsMissing")
        assert str(model.parent) not in answer.content.decode()
