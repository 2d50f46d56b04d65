"""Health, metrics, logs, maintenance and the e-mail test: what they say, and to whom."""

from __future__ import annotations

import dataclasses
import json
import logging
import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from kinora import config
from kinora.cli.main import main
from kinora.errors import InputError, SettingRefused, Unreachable
from kinora.library.models import User
from kinora.library.operating.email_test import send_test_email
from kinora.library.operating.logs import JsonFormatter, LineFormatter, request_id
from kinora.library.operating.maintenance import begin_maintenance, end_maintenance

AsUser = Callable[[User | None], Client]


@pytest.fixture
def with_settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., config.Settings]:
    """Return a changer of the settings in force."""

    def change(**values: Any) -> config.Settings:
        changed = dataclasses.replace(config.current(), **values)
        monkeypatch.setattr("kinora.config.current", lambda: changed)
        return changed

    return change


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org", is_staff=True)


@pytest.fixture
def closed(home: Path) -> Iterator[None]:
    begin_maintenance(config.current(), "Back at <noon>.")
    yield
    end_maintenance(config.current())


def test_readiness_names_what_holds(db: None) -> None:
    answer = Client().get("/readyz")
    told = answer.json()
    assert answer.status_code == 200 and told["is_ready"] is True
    assert told["checks"] == {
        "database": True, "migrations": True, "disk": True, "not_in_maintenance": True, "worker": False
    }  # fmt: skip


def test_a_full_disk_is_not_ready(db: None, with_settings: Any) -> None:
    with_settings(min_free_bytes=2**62)
    answer = Client().get("/readyz")
    assert answer.status_code == 503 and answer.json()["checks"]["disk"] is False


def test_metrics_tell_routes_and_never_addresses(make_video: Any, django_assert_max_num_queries: Any) -> None:
    video = make_video()
    Client().get(f"/watch/{video.public_id}?t=75")
    with django_assert_max_num_queries(6):
        answer = Client().get("/metrics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'kinora_requests_total{method="GET",route="/watch/<str:public_id>",status="200"}' in text
    assert 'kinora_videos{state="ready"} 1' in text and "kinora_request_seconds_bucket" in text
    assert video.public_id not in text
    for line in text.splitlines():
        assert line.startswith("#") or (len(line.rsplit(" ", 1)) == 2 and float(line.rsplit(" ", 1)[1]) >= 0)


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.1", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.1"}),
        ("::1", {"X-Real-IP": "192.0.2.1"}),
        ("", {}),
    ],
)
def test_strangers_get_no_metrics(db: None, address: str, headers: dict[str, str]) -> None:
    assert Client(REMOTE_ADDR=address, headers=headers).get("/metrics").status_code == 404


def test_a_public_site_asks_for_the_token(db: None, with_settings: Any) -> None:
    with_settings(base_url="https://films.example.org")
    assert Client().get("/metrics").status_code == 404
    with_settings(metrics_token="a long token")
    for given in ("", "Bearer wrong", "a long token", "Bearer ä"):
        assert Client(REMOTE_ADDR="127.0.0.1", headers={"Authorization": given}).get("/metrics").status_code == 404
    assert Client(headers={"Authorization": "Bearer a long token"}).get("/metrics").status_code == 200


def test_each_answer_has_a_name_and_a_proxys_own_is_kept(db: None) -> None:
    assert len(Client().get("/healthz")["X-Request-ID"]) == 16
    assert Client(headers={"X-Request-ID": "proxy-12345678"}).get("/healthz")["X-Request-ID"] == "proxy-12345678"
    for bad in ("short", "a" * 65, 'x" injected:1234'):
        assert Client(headers={"X-Request-ID": bad}).get("/healthz")["X-Request-ID"] != bad


def test_logs_name_the_request_and_no_secret(with_settings: Any) -> None:
    with_settings(email_password="hunter2-hunter2", database_url="postgresql://u:p%40ssword@h/d")
    record = logging.LogRecord("kinora", logging.INFO, "f", 1, "sent %s with hunter2-hunter2\np@ssword", ("it",), None)
    token = request_id.set("abcdefgh")
    try:
        told = json.loads(JsonFormatter().format(record))
        line = LineFormatter("%(levelname)s %(message)s").format(record)
    finally:
        request_id.reset(token)
    assert told["message"] == "sent it with ***\n***" and told["request_id"] == "abcdefgh"
    assert line == "INFO sent it with ***\n*** [abcdefgh]"


def test_requests_are_logged_by_route_where_wished(
    db: None, with_settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="kinora.requests"):
        Client().get("/setup?token=secret-token")
        assert not [record for record in caplog.records if record.name == "kinora.requests"]
        with_settings(log_requests=True)
        Client().get("/setup?token=secret-token")
    assert "GET /setup" in caplog.text and "secret-token" not in caplog.text


def test_an_impossible_format_is_refused() -> None:
    with pytest.raises(SettingRefused, match="line, json"):
        config.Settings(log_format="xml").log_formatter()


def test_a_closed_site_lets_administrators_in(closed: None, as_user: AsUser, alice: User, ada: User) -> None:
    for user in (None, alice):
        answer = as_user(user).get("/")
        assert answer.status_code == 503 and answer["Retry-After"] == "300"
        assert "Back at &lt;noon&gt;." in answer.content.decode()
    assert as_user(alice).get("/api/v1/videos").json()["error"]["message"] == "Back at <noon>."
    assert as_user(ada).get("/operating").status_code == 200
    assert Client().get("/healthz").status_code == 200 and Client().get("/accounts/login/").status_code == 200
    assert Client().get("/readyz").status_code == 503


def test_the_page_is_for_administrators(as_user: AsUser, alice: User, ada: User) -> None:
    assert as_user(None).get("/operating").status_code == 302
    assert as_user(alice).get("/operating").status_code == 404
    for verb in ("email", "close", "open"):
        assert as_user(alice).post(f"/operating/{verb}").status_code == 404
        assert as_user(ada).get(f"/operating/{verb}").status_code == 405
    assert as_user(ada).post("/operating/explode").status_code == 404
    page = as_user(ada).get("/operating").content.decode()
    assert "A worker is running" in page and " style=" not in page


def test_the_site_is_closed_and_opened_by_page_and_command(as_user: AsUser, ada: User, capsys: Any, home: Path) -> None:
    browser = as_user(ada)
    browser.post("/operating/close", {"sentence": "Later."})
    assert (home / "maintenance").read_text() == "Later."
    browser.post("/operating/open")
    assert not (home / "maintenance").exists()
    main(["settings", "close", "--json"])
    assert json.loads(capsys.readouterr().out)["is_in_maintenance"] is True
    main(["settings", "open", "--json"])
    assert json.loads(capsys.readouterr().out)["is_in_maintenance"] is False


def test_a_test_email_is_sent_or_says_why_not(with_settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no mail server"):
        send_test_email(config.current(), "ada@example.org")
    settings = with_settings(email_host="mail.example.org", email_password="hunter2-hunter2")
    send_test_email(settings, "ada@example.org")
    assert mail.outbox[0].to == ["ada@example.org"]
    with pytest.raises(InputError, match="no e-mail address"):
        send_test_email(settings, "ada@example.org\nBcc: all@example.org")

    def fails(error: Exception) -> None:
        def send(self: Any) -> int:
            raise error

        monkeypatch.setattr("django.core.mail.EmailMessage.send", send)

    fails(smtplib.SMTPAuthenticationError(535, b"bad credentials"))
    with pytest.raises(InputError, match="bad credentials") as refused:
        send_test_email(settings, "ada@example.org")
    assert "hunter2" not in str(refused.value)
    fails(ConnectionRefusedError("connection refused"))
    with pytest.raises(Unreachable, match="did not take it"):
        send_test_email(settings, "ada@example.org")


def test_settings_are_shown_without_secrets(capsys: Any, monkeypatch: pytest.MonkeyPatch, with_settings: Any) -> None:
    with_settings(metrics_token="a long token", email_password="hunter2-hunter2")
    main(["settings", "show", "--json"])
    text = capsys.readouterr().out
    assert "a long token" not in text and "hunter2" not in text and '"metrics_token": "***"' in text
