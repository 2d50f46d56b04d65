"""The settings page, its API and its command: for administrators alone, typed, told in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kinora import config
from kinora.library.add import NewFile, _new_row
from kinora.library.models import User
from kinora.library.moderation.models import AuditEntry

AsUser = Callable[[User | None], Client]
JSON = "application/json"


@pytest.fixture(autouse=True)
def own_settings(home: Path) -> Iterator[None]:
    yield
    (home / "settings.json").unlink(missing_ok=True)
    config.current.cache_clear()


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create(username="ada", is_staff=True)


def test_the_page_changes_one_group_and_every_page_knows(as_user: AsUser, ada: User) -> None:
    browser = as_user(ada)
    given = {"group": "site", "site_name": "Films & more", "site_description": "All of them", "sign_up": "approval",
             "new_video_comments": "held"}  # fmt: skip
    answer = browser.post("/operating/settings", given)
    assert answer["Location"] == "/operating/settings#group-site"
    page = Client().get("/").content.decode()
    assert "<title>Films &amp; more</title>" in page and 'content="All of them"' in page
    assert "<span>Films &amp; more</span>" in page
    assert "– Films &amp; more</title>" in browser.get("/operating/settings").content.decode()
    assert _new_row(NewFile(path=Path("a.mp4"), owner=ada), "0" * 64, 1).comments == "held"
    changed = set(AuditEntry.objects.values_list("target_id", flat=True))
    assert changed == {"site_name", "site_description", "sign_up", "new_video_comments"}
    browser.post("/operating/settings", given)
    assert AuditEntry.objects.count() == 4, "what was the same already is no change"
    browser.post("/operating/settings", {"group": "site", "default": "site_name"})
    assert config.current().site_name == "Kinora"


def test_switches_sizes_and_passwords(as_user: AsUser, ada: User) -> None:
    browser = as_user(ada)
    switched = {"group": "encoding", "ladder_av1.shown": "1", "ladder_av1": "on", "ladder_heights": "240,720"}
    browser.post("/operating/settings", switched)
    assert config.current().codecs() == ("h264", "av1") and config.current().heights() == (240, 720)
    browser.post("/operating/settings", {"group": "encoding", "ladder_av1.shown": "1"})
    assert config.current().codecs() == ("h264",)
    browser.post("/operating/settings", {"group": "uploads", "max_upload_bytes": "2 GiB"})
    assert config.current().max_upload_bytes == 2 * 2**30
    assert 'value="2 GiB"' in browser.get("/operating/settings").content.decode()
    browser.post("/operating/settings", {"group": "email", "email_host": "mail.example", "email_password": "hunter22"})
    browser.post("/operating/settings", {"group": "email", "email_host": "mail2.example", "email_password": ""})
    assert (config.current().email_host, config.current().email_password) == ("mail2.example", "hunter22")
    assert "hunter22" not in browser.get("/operating/settings").content.decode()


def test_a_refused_form_says_why_beside_it_and_keeps_what_was_typed(as_user: AsUser, ada: User) -> None:
    answer = as_user(ada).post(
        "/operating/settings", {"group": "uploads", "max_upload_bytes": "lots", "quota_bytes": "9 GiB"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400 and "bytes such as 20 GiB" in page
    assert 'value="lots"' in page and 'value="9 GiB"' in page
    assert config.current().quota_bytes == 0, "all or nothing"


def test_what_the_environment_fixes_is_shown_so(
    as_user: AsUser, ada: User, monkeypatch: pytest.MonkeyPatch, as_program: Callable[[User], Client]
) -> None:
    monkeypatch.setenv("KINORA_SITE_NAME", "Fixed")
    config.current.cache_clear()
    page = as_user(ada).get("/operating/settings").content.decode()
    assert "<code>KINORA_SITE_NAME</code>" in page
    assert as_user(ada).post("/operating/settings", {"group": "site", "site_name": "New"}).status_code == 400
    answer = as_program(ada).patch("/api/v1/settings", {"values": {"site_name": "New"}}, content_type=JSON)
    assert answer.status_code == 409 and "KINORA_SITE_NAME" in answer.json()["error"]["message"]


def test_nobody_else_reads_or_changes_them(
    as_user: AsUser, as_program: Callable[[User], Client], alice: User, db: None
) -> None:
    assert as_user(None).get("/operating/settings").status_code == 302
    assert as_user(alice).get("/operating/settings").status_code == 404
    assert as_user(alice).post("/operating/settings", {"group": "site", "site_name": "Mine"}).status_code == 404
    assert Client().get("/api/v1/settings").status_code == 401
    assert as_program(alice).get("/api/v1/settings").status_code == 403
    body = {"values": {"site_name": "Mine"}}
    assert as_program(alice).patch("/api/v1/settings", body, content_type=JSON).status_code == 403
    assert config.current().site_name == "Kinora"


def test_the_api_reads_and_changes_them(as_program: Callable[[User], Client], ada: User) -> None:
    client = as_program(ada)
    rows = {row["name"]: row for row in client.get("/api/v1/settings").json()["settings"]}
    assert rows["sign_up"]["accepted"] == ["open", "approval", "invitation", "closed"]
    values = {"trash_keep_days": 5, "ocr": False, "site_description": "x"}
    answer = client.patch("/api/v1/settings", {"values": values}, content_type=JSON).json()
    assert set(answer["changed"]) == set(values)
    assert client.patch("/api/v1/settings", {"values": {"ocr": None}}, content_type=JSON).json()["changed"] == ["ocr"]
    for wrong in ({"values": {"ocr": "perhaps"}}, {"values": {}}, {}, {"values": {"ocr": [1]}}):
        assert client.patch("/api/v1/settings", wrong, content_type=JSON).status_code in (400, 422)
    assert client.patch("/api/v1/settings", {"values": {"port": 1}}, content_type=JSON).status_code == 404


def test_the_command_reads_and_changes_them(run: Callable[..., Any], db: None) -> None:
    assert run("settings", "get", "trash_keep_days")["settings"][0]["value"] == 30
    told = run("settings", "set", "KINORA_TRASH_KEEP_DAYS", "9")
    assert (told["changed"], told["settings"][0]["source"]) == (["trash_keep_days"], "kept")
    assert AuditEntry.objects.get().actor == "kinora"
    assert run("settings", "reset", "trash_keep_days")["settings"][0]["value"] == 30
    assert len(run("settings", "get")["settings"]) > 25
    for wrong in (("set", "trash_keep_days", "many"), ("set", "port", "1"), ("set", "trash_keep_days")):
        with pytest.raises(SystemExit):
            run("settings", *wrong)


def test_the_page_asks_few_questions(
    as_user: AsUser, ada: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    browser = as_user(ada)
    with django_assert_max_num_queries(4):  # session, person, who may sign up: its value and where it comes from
        browser.get("/operating/settings")
