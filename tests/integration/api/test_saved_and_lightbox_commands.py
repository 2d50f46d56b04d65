"""`kinora saved` and `kinora lightbox`: the same verbs, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kinora import config
from kinora.cli.main import main
from kinora.library.accounts import channel_of, system_owner
from kinora.library.handle import Library
from kinora.library.models import User, Video

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open this test's own library: its connection stays, so that its rows do."""
    monkeypatch.setattr("kinora.open", lambda home: Library(config.current()))
    monkeypatch.setattr(Library, "close", lambda self: None)


@pytest.fixture
def film() -> Video:
    owner = system_owner()
    return Video.objects.create(
        owner=owner, channel=channel_of(owner), title="At sea", sha256="0" * 64, size_bytes=10, state="ready",
        original_name="sea.mp4", original_suffix=".mp4", duration_seconds=60.0, visibility="private",
        facts={"video": {"frame_rate": "30000/1001"}},
    )  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main([*arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--json"])
    return int(ended.value.code or 0), str(json.loads(capsys.readouterr().err)["error"]["kind"])


def test_searches_are_saved_listed_checked_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = run(capsys, "saved", "add", "said:harbour -rain", "--name", "Boats", "--feed")["saved_searches"]
    assert (made["name"], made["query"]) == ("Boats", "said:harbour -rain") and made["feed_url"]
    assert run(capsys, "saved", "list")["saved_searches"] == [made]
    assert run(capsys, "saved", "check")["moments"] == []
    User.objects.create_user("alice")
    assert run(capsys, "saved", "list", "--user", "alice") == {"saved_searches": []}
    assert refused(capsys, "saved", "remove", made["id"], "--user", "alice") == (4, "NotFound")
    assert refused(capsys, "saved", "list", "--user", "nobody") == (4, "NotFound")
    assert refused(capsys, "saved", "add", "after:tomorrow") == (2, "QueryRefused")
    assert refused(capsys, "saved", "add")[0] == 2
    assert len(run(capsys, "saved", "remove", made["id"])["saved_searches"]) == 1
    assert run(capsys, "saved") == {"saved_searches": []}


def test_a_light_box_is_made_filled_exported_and_removed(
    capsys: pytest.CaptureFixture[str], film: Video, tmp_path: Path
) -> None:
    (box,) = run(capsys, "lightbox", "make", "Opening", f"{film.public_id}@1-2")["lightboxes"]
    run(capsys, "lightbox", "add", box["id"], f"{film.public_id}@5-6", "--note", "calm")
    (listed,) = run(capsys, "lightbox")["lightboxes"]
    assert [(item["start_seconds"], item["note"]) for item in listed["items"]] == [(1.0, ""), (5.0, "calm")]
    out = tmp_path / "opening.edl"
    told = run(capsys, "lightbox", "export", box["id"], "--out", str(out), "--drop-frame")
    assert told == {"file": str(out), "size_bytes": out.stat().st_size}
    assert "FCM: DROP FRAME" in out.read_text() and film.original_path.as_uri() in out.read_text()
    assert refused(capsys, "lightbox", "export", box["id"], "--out", str(tmp_path / "x.exe")) == (2, "InputError")
    assert refused(capsys, "lightbox", "export", box["id"])[0] == 2
    assert refused(capsys, "lightbox", "add", box["id"], "gone@1-2") == (4, "NotFound")
    run(capsys, "lightbox", "remove", box["id"])
    assert run(capsys, "lightbox") == {"lightboxes": []}
