"""Moderation, reports, trash and room by API, by command and in Python: the same verbs, the same refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

import kinora
from kinora import config
from kinora.cli.main import program
from kinora.errors import NotFound
from kinora.library.community.comments import write_comment
from kinora.library.community.models import Comment
from kinora.library.handle import Library
from kinora.library.models import User, Video
from kinora.library.moderation.models import AuditEntry, Case, Suspension

MakeVideo = Callable[..., Video]
WithKey = Callable[[User | None], Client]
JSON = "application/json"
STAFF_CALLS = (
    ("get", "/moderation/cases", None), ("post", "/moderation/cases/x/decision", {"decision": "dismiss"}),
    ("post", "/moderation/cases/x/appeal", {"is_granted": True}), ("delete", "/moderation/bulk/x", None),
    ("put", "/moderation/people/carol/suspension", {"reason": "x"}), ("get", "/moderation/log", None),
    ("delete", "/moderation/people/carol/suspension", None), ("get", "/moderation/filters", None),
    ("post", "/moderation/people/carol/all", {"verb": "remove"}),
    ("post", "/moderation/filters", {"form": "kinora-filters-1", "filters": []}),
)  # fmt: skip


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    return (
        getattr(client, method)(f"/api/v1{path}", body, content_type=JSON)
        if body
        else getattr(client, method)(f"/api/v1{path}")
    )


@pytest.mark.parametrize(("method", "path", "body"), STAFF_CALLS)
def test_moderators_calls_are_theirs(
    with_key: WithKey, bob: User, carol: User, method: str, path: str, body: Any
) -> None:
    assert call(with_key(bob), method, path, body).status_code == 403
    assert call(with_key(None), method, path, body).status_code == 401
    assert not Suspension.objects.exists()


def test_a_report_is_sent_decided_and_appealed(
    make_video: MakeVideo, with_key: WithKey, ada: User, bob: User, carol: User
) -> None:
    comment = write_comment(carol, make_video(), "Cheap watches")
    sent = {"kind": "comment", "id": str(comment.pk), "reason": "spam"}
    assert call(with_key(bob), "post", "/reports", sent).status_code == 201
    assert call(with_key(bob), "post", "/reports", sent).status_code == 409
    assert call(with_key(bob), "post", "/reports", {**sent, "reason": "ugly"}).status_code in (400, 422)
    told = call(with_key(ada), "get", "/moderation/cases").json()["cases"]
    assert told[0]["about"]["text"] == "Cheap watches" and told[0]["against"] == "carol"
    place = f"/moderation/cases/{told[0]['id']}"
    decided = call(with_key(ada), "post", f"{place}/decision", {"decision": "suspend", "explanation": "No", "days": 3})
    assert decided.json()["state"] == "decided" and decided.json()["decided_by"] == "ada"
    assert call(with_key(bob), "post", f"/appeals/{told[0]['id']}", {"text": "x"}).status_code == 404
    assert call(with_key(carol), "post", f"/appeals/{told[0]['id']}", {"text": "A joke"}).status_code == 201
    assert call(with_key(ada), "post", f"{place}/appeal", {"is_granted": True}).status_code == 200
    comment.refresh_from_db()
    assert comment.state == "shown" and not Suspension.objects.exists()
    verbs = [row["verb"] for row in call(with_key(ada), "get", "/moderation/log?person=carol").json()["entries"]]
    assert verbs[:2] == ["appeal.granted", "person.unsuspend"] and "case.suspend" in verbs


def test_a_wave_the_trash_and_room(
    make_video: MakeVideo, with_key: WithKey, ada: User, alice: User, carol: User
) -> None:
    video = make_video()
    for n in range(3):
        write_comment(carol, video, f"Wave number {n}")
    done = call(with_key(ada), "post", "/moderation/people/carol/all", {"verb": "hold"}).json()
    assert (done["comments"], done["videos"]) == (3, 0)
    assert call(with_key(ada), "delete", f"/moderation/bulk/{done['id']}").status_code == 204
    assert Comment.objects.filter(state="shown").count() == 3
    call(with_key(alice), "delete", f"/videos/{video.public_id}")
    assert [row["id"] for row in call(with_key(alice), "get", "/trash").json()["videos"]] == [video.public_id]
    assert call(with_key(carol), "get", "/trash").json() == {"videos": []}
    assert call(with_key(carol), "post", f"/trash/{video.public_id}/restore").status_code == 404
    assert call(with_key(alice), "post", f"/trash/{video.public_id}/restore").status_code == 200
    room = call(with_key(alice), "get", "/room").json()
    assert room["used_bytes"] == 1000 and room["left_bytes"] is None


def test_filters_travel_by_api(with_key: WithKey, ada: User) -> None:
    document = {"form": "kinora-filters-1", "filters": [{"kind": "words", "text": "casino*"}]}
    assert call(with_key(ada), "post", "/moderation/filters", document).json() == {"number": 1}
    told = call(with_key(ada), "get", "/moderation/filters").json()
    assert told["filters"] == [{"kind": "words", "text": "casino*", "action": "hold", "note": ""}]
    wrong = {**document, "filters": [{"kind": "words", "text": "*"}]}
    assert call(with_key(ada), "post", "/moderation/filters", wrong).status_code == 400


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs `kinora …` in this process, on this test's rows: its connection stays open."""
    monkeypatch.setattr("kinora.open", lambda home: Library(config.current()))
    monkeypatch.setattr(Library, "close", lambda self: None)

    def by_name(*arguments: str, code: int = 0) -> Any:
        answer = CliRunner().invoke(program, list(arguments))
        assert answer.exit_code == code, (answer.output, answer.exception)
        return answer.output

    return by_name


def test_the_operator_moderates_by_command(
    make_video: MakeVideo, run: Callable[..., Any], bob: User, carol: User, tmp_path: Path
) -> None:
    video = make_video()
    comment = write_comment(carol, video, "Cheap watches")
    case = Case.objects.create(target_kind="comment", target_id=comment.pk, against=carol, num_reports=2,
                               snapshot={"title": "Comment by carol", "text": "Cheap watches"})  # fmt: skip
    assert "2 reports  comment: Comment by carol" in run("moderate")
    told = json.loads(run("moderate", "decide", case.public_id, "--decision", "remove", "--reason", "No", "--json"))
    assert told["decision"] == "remove" and told["decided_by"] is None
    assert "deleted" in run("moderate", "person", "carol")
    action = json.loads(run("moderate", "remove-all", "carol", "--json"))
    run("moderate", "undo", action["id"])
    run("moderate", "suspend", "carol", "--reason", "Spam", "--days", "3")
    assert Suspension.objects.get().person == carol
    assert "lifted: True" in run("moderate", "unsuspend", "carol")
    document = tmp_path / "filters.json"
    document.write_text(json.dumps({"form": "kinora-filters-1", "filters": [{"kind": "words", "text": "casino"}]}))
    assert "number: 1" in run("moderate", "take-filters", str(document))
    assert json.loads(run("moderate", "filters"))["filters"][0]["text"] == "casino"
    assert "case.remove" in run("moderate", "log")
    assert AuditEntry.objects.filter(actor="kinora", verb="case.remove").exists()
    assert "Nothing" not in run("moderate", "held")
    document.write_text("no json")
    wrongs: tuple[tuple[str, ...], ...] = (
        ("decide", case.public_id), ("decide",), ("undo", "x"), ("suspend", "nobody", "--reason", "x"),
        ("take-filters", str(document)), ("take-filters", "nowhere.json"), ("log", "--limit", "0"),
    )  # fmt: skip
    for wrong in wrongs:
        assert CliRunner().invoke(program, ["moderate", *wrong]).exit_code != 0


def test_the_trash_by_command_and_in_python(make_video: MakeVideo, run: Callable[..., Any]) -> None:
    video = make_video(title="Harbour")
    assert "Harbour" in run("trash", "put", video.public_id)
    assert json.loads(run("trash", "--json"))["trash"][0]["id"] == video.public_id
    assert "Deleted for good: 0 videos" in run("trash", "empty")
    assert "The trash is empty." in run("trash", "restore", video.public_id)
    video.refresh_from_db()
    assert video.state == "ready"
    assert CliRunner().invoke(program, ["trash", "restore"]).exit_code != 0
    with kinora.open(config.current().home) as library:
        with pytest.raises(NotFound):
            library.bring_back(video.public_id)
        assert library.trash() == [] and library.cases() == [] and library.held_comments() == []
