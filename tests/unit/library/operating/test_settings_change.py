"""The settings that an operator changes: typed, all or nothing, logged, fixed by the environment, in force at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from kinora import config
from kinora.config import Settings
from kinora.errors import Conflict, InputError, NotFound
from kinora.library.models import User
from kinora.library.moderation.models import AuditEntry
from kinora.library.operating import mail as mail_out
from kinora.library.operating.byte_sizes import bytes_in_words, parse_bytes
from kinora.library.operating.settings_change import all_choices, change_settings, choice_named, choice_to_json
from kinora.library.operating.settings_table import CHOICES
from kinora.library.people import sign_up


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("KINORA_HOME", str(tmp_path))
    config.current.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    config.current.cache_clear()


def source_of(name: str) -> tuple[Any, str, str]:
    told = choice_to_json(choice_named(name))
    return told["value"], told["source"], told["fixed_by"]


@pytest.mark.django_db
def test_a_change_counts_at_once_and_is_logged(own_home: Path, ada: User) -> None:
    assert source_of("trash_keep_days") == (30, "default", "")
    assert change_settings({"trash_keep_days": "7", "ladder_av1": True}, by=ada) == ["trash_keep_days", "ladder_av1"]
    assert (config.current().trash_keep_days, config.current().ladder_av1) == (7, True)
    assert source_of("trash_keep_days") == (7, "kept", "")
    entry = AuditEntry.objects.get(target_id="trash_keep_days")
    assert (entry.actor, entry.verb, entry.details) == ("ada", "setting.change", {"from": 30, "to": 7})
    assert change_settings({"trash_keep_days": 7}, by=ada) == [], "nothing to change, nothing to log"
    assert change_settings({"trash_keep_days": None}, by=ada) == ["trash_keep_days"]
    assert source_of("trash_keep_days") == (30, "default", "")
    assert (own_home / "settings.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_another_process_sees_the_change_and_a_broken_file_changes_nothing(own_home: Path, ada: User) -> None:
    change_settings({"site_name": "Films"}, by=ada)
    kept = json.loads((own_home / "settings.json").read_text())
    (own_home / "settings.json").write_text(json.dumps({**kept, "site_name": "Other"}))  # as another process does
    assert config.current().site_name == "Other"
    (own_home / "settings.json").write_text("{")
    assert config.current().site_name == "Other"
    (own_home / "settings.json").write_text('{"port": 1}')
    assert config.current().site_name == "Other"


@pytest.mark.django_db
def test_what_the_environment_fixes_stays(ada: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KINORA_QUOTA_BYTES", "500")
    (tmp_path / "password").write_text("hunter2")
    monkeypatch.setenv("KINORA_EMAIL_PASSWORD_FILE", str(tmp_path / "password"))
    config.current.cache_clear()
    assert source_of("quota_bytes") == (500, "environment", "KINORA_QUOTA_BYTES")
    assert source_of("email_password") == ("***", "environment", "KINORA_EMAIL_PASSWORD_FILE")
    with pytest.raises(Conflict, match="KINORA_QUOTA_BYTES"):
        change_settings({"site_name": "Films", "quota_bytes": 7}, by=ada)
    assert config.current().site_name == "Kinora", "all or nothing"
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trash_keep_days", "many"), ("trash_keep_days", -1), ("trash_keep_days", True), ("trash_keep_days", 10**6),
        ("max_upload_bytes", "a lot"), ("max_upload_bytes", 5), ("ladder_av1", "maybe"), ("ladder_av1", 1),
        ("ladder_heights", "high"), ("ladder_heights", "240,9"), ("ladder_vmaf", 7), ("email_port", 70_000),
        ("email_security", "ssl"), ("sign_up", "maybe"), ("site_name", ""), ("site_name", "x" * 61),
        ("site_name", "Two\nlines"), ("rate_search", "often"), ("new_video_comments", "perhaps"), ("site_name", 5),
    ],
)  # fmt: skip
def test_what_cant_be_is_refused_and_changes_nothing(name: str, value: Any, ada: User) -> None:
    with pytest.raises(InputError, match=name):
        change_settings({"site_description": "new", name: value}, by=ada)
    assert config.current().site_description == "" and not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["home", "secret_key", "database_url", "port", "nothing", "__class__"])
def test_what_belongs_to_the_machine_cant_be_changed(name: str, ada: User) -> None:
    with pytest.raises(NotFound, match="can't be changed"):
        change_settings({name: "x"}, by=ada)


@pytest.mark.django_db
def test_secrets_are_neither_shown_nor_logged(ada: User) -> None:
    change_settings({"email_password": "hunter2-hunter2"}, by=ada)
    assert config.current().email_password == "hunter2-hunter2"
    assert "hunter2" not in json.dumps(all_choices()) + json.dumps(AuditEntry.objects.get().details)
    with pytest.raises(InputError) as refused:
        change_settings({"email_password": "hunter2\n"[:7] + "\x00"}, by=ada)
    assert "hunter2" not in str(refused.value)


@pytest.mark.django_db
def test_who_may_sign_up_is_one_choice_wherever_it_is_made(ada: User) -> None:
    change_settings({"sign_up": "open"}, by=ada)
    assert sign_up.policy() == "open" and source_of("sign_up") == ("open", "kept", "")
    sign_up.set_policy("closed", by=ada)
    assert source_of("sign_up") == ("closed", "kept", "")
    assert AuditEntry.objects.filter(target_id="sign_up").count() == 2


@pytest.mark.django_db
def test_email_goes_by_the_mail_server_that_is_set_now(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[tuple[str, int, str]] = []

    def send(self: Any, messages: list[EmailMessage]) -> int:
        used.append((self.host, self.port, messages[0].from_email))
        return 1

    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", send)
    for number in (1, 2):
        change_settings({"email_host": f"mail{number}.example", "email_from": f"a{number}@example.org"}, by=ada)
        mail_out.Backend().send_messages([EmailMessage("Hello", "you", to=["b@example.org"])])
    assert used == [("mail1.example", 587, "a1@example.org"), ("mail2.example", 587, "a2@example.org")]
    assert mail.outbox == []


def test_every_choice_is_a_setting_of_its_type() -> None:
    for choice in CHOICES.values():
        default = getattr(Settings, choice.name)
        assert choice.name == "sign_up" or choice.name in config.KEPT_SETTINGS
        assert choice.clean(default) == default, choice.name


@pytest.mark.parametrize(
    ("text", "size"), [("20 GiB", 20 * 2**30), ("1.5tb", 1_500_000_000_000), ("4096", 4096), ("7 B", 7), ("0", 0)]
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert parse_bytes(text) == size and parse_bytes(bytes_in_words(size)) == size


@pytest.mark.parametrize("text", ["", "GiB", "-5", "1e9", "5 parsec", "٣ GiB"])
def test_what_is_no_size_is_none(text: str) -> None:
    assert parse_bytes(text) is None
