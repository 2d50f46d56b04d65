"""The API of channels, teams and accounts: who may call what; and the commands of the operator."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from kinora.library.accounts import channel_of
from kinora.library.models import User, Video
from kinora.library.people import sign_up
from kinora.library.people.models import Member, Role

pytestmark = pytest.mark.django_db

STAFF_CALLS = (
    ("GET", "people/sign-up", None), ("PUT", "people/sign-up", {"policy": "open"}), ("GET", "people/pending", None),
    ("POST", "people/pending/bob", None), ("DELETE", "people/pending/bob", None),
    ("POST", "people/invitations", {"note": ""}),
)  # fmt: skip
OWNER_CALLS = (
    ("PUT", "channels/alice", {"name": "Mine", "handle": "mine"}), ("GET", "channels/alice/team", None),
    ("POST", "channels/alice/team", {"role": "owner"}), ("PATCH", "channels/alice/team/{member}", {"role": "owner"}),
    ("DELETE", "channels/alice/team/{member}", None),
)  # fmt: skip


def call(browser: Client, method: str, path: str, body: Any = None) -> Any:
    data = json.dumps(body) if body is not None else ""
    return browser.generic(method, f"/api/v1/{path}", data, content_type="application/json")


@pytest.mark.parametrize("who", ["ed", "bob", "charlie"])
def test_strangers_get_nothing(who: str, alice: User, bob: User, as_user: Callable[..., Client]) -> None:
    ed = User.objects.create(username="ed")
    member = Member.objects.create(channel=channel_of(alice), user=ed, role=Role.EDITOR)
    browser = as_user({"ed": ed, "bob": bob, "charlie": None}[who])
    for method, path, body in STAFF_CALLS:
        assert call(browser, method, path, body).status_code == (401 if who == "charlie" else 403), path
    for method, path, body in OWNER_CALLS:
        status = call(browser, method, path.format(member=member.pk), body).status_code
        assert status == (401 if who == "charlie" else 404), path
    member.refresh_from_db()
    assert member.role == "editor" and sign_up.policy() == "closed"


def test_an_owner_does_it_all(alice: User, bob: User, as_user: Callable[..., Client]) -> None:
    browser = as_user(alice)
    made = call(
        browser, "POST", "channels", {"name": "Harbour", "handle": "harbour", "links": [{"url": "https://a.b/"}]}
    )
    assert (made.status_code, made.json()["role"]) == (201, "owner")
    refused = call(browser, "POST", "channels", {"name": "X", "handle": "x y"})
    assert refused.status_code == 400 and "handle" in refused.json()["error"]["message"]
    link = call(browser, "POST", "channels/harbour/team", {"role": "viewer", "username": "bob"}).json()["url"]
    assert as_user(bob).post("/join/" + link.rsplit("/", 1)[1]).status_code == 302
    (member,) = call(browser, "GET", "channels/harbour/team").json()["members"]
    changed = call(browser, "PATCH", f"channels/harbour/team/{member['id']}", {"role": "editor"})
    assert changed.json()["role"] == "editor"
    assert [channel["role"] for channel in call(as_user(bob), "GET", "channels").json()][-1] == "editor"
    assert call(browser, "DELETE", f"channels/harbour/team/{member['id']}").status_code == 204


def test_the_operator_rules_by_command(make_video: Callable[..., Video], monkeypatch: pytest.MonkeyPatch) -> None:
    from kinora.cli.people import command, visibility_command

    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    run = CliRunner().invoke
    told = json.loads(run(command, ["policy", "approval", "--json"]).output)
    assert told == {"policy": "approval", "pending": [], "invitation": ""}
    user = User.objects.create(username="dora")
    sign_up.ask_for_approval(user, "I film harbours")
    assert "I film harbours" in run(command, []).output
    run(command, ["approve", "dora"])
    assert User.objects.get(username="dora").is_active
    assert "/invited/" in run(command, ["invite", "Eve"]).output
    assert run(command, ["approve"]).exit_code == 2
    video = make_video()
    done = run(visibility_command, [video.public_id, "scheduled", "--at", "2028-05-17T18:00:00+02:00", "--json"])
    assert json.loads(done.output)["visibility"] == "scheduled"
    assert run(visibility_command, [video.public_id, "scheduled", "--at", "tomorrow"]).exit_code == 2
