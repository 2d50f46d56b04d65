"""Limits on requests: sign-in, sign-up, upload, search and the API are refused with 429 and when to come again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from kinora import config
from kinora.library.models import Upload, User
from kinora.site.rate_limits import address_of, network_of

AsUser = Callable[[User | None], Client]


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def limit(**settings: Any) -> None:
        monkeypatch.setattr(config, "_overrides", settings)
        config.current.cache_clear()

    yield limit
    monkeypatch.undo()
    config.current.cache_clear()


def upload(browser: Client) -> Any:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": "filename ZmlsbS5tcDQ="}
    return browser.post("/uploads/", headers=headers)


def test_sign_in_is_refused_by_address_whoever_is_tried(db: None, limited: Callable[..., None]) -> None:
    limited(rate_sign_in="3/m")
    for name in ("alice", "bob", "carol"):
        answer = Client().post("/accounts/login/", {"login": name, "password": "wrong"})
        assert answer.status_code == 200
    refused = Client().post("/accounts/login/", {"login": "dora", "password": "wrong"})
    assert refused.status_code == 429 and int(refused["Retry-After"]) in (19, 20)
    assert "too many attempts to sign in" in refused.content.decode()
    assert Client().get("/accounts/login/").status_code == 200
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post("/accounts/login/", {"login": "dora", "password": "wrong"})
    assert elsewhere.status_code == 200


def test_one_name_tried_from_many_addresses_is_refused_by_allauths_own_limit(
    alice: User, limited: Callable[..., None]
) -> None:
    limited(rate_sign_in="off")
    tries = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post("/accounts/login/", {"login": "alice", "password": "wrong"})
        for n in range(7)
    ]
    assert "Too many failed login attempts" in tries[-1].content.decode()


def test_sign_up_is_refused(db: None, limited: Callable[..., None]) -> None:
    limited(rate_sign_up="1/h", sign_up="open")
    assert Client().post("/accounts/signup/", {"username": "x"}).status_code == 200
    refused = Client().post("/accounts/signup/", {"username": "dora"})
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 3000


def test_uploads_are_refused_before_a_byte_is_sent(bob: User, as_user: AsUser, limited: Callable[..., None]) -> None:
    limited(rate_upload="1/h")
    assert upload(as_user(bob)).status_code == 201
    refused = upload(as_user(bob))
    assert refused.status_code == 429 and refused.json()["error"]["kind"] == "TooManyRequests"
    assert int(refused["Retry-After"]) > 3000 and Upload.objects.count() == 1


def test_searches_are_refused_by_person_or_address(bob: User, as_user: AsUser, limited: Callable[..., None]) -> None:
    limited(rate_search="1/m", text_encoder="off", frame_encoder="off")
    browser = as_user(bob)
    assert browser.get("/search?q=").status_code == 200, "an empty search asks nothing"
    assert browser.get("/search?q=dog").status_code == 200
    refused = browser.get("/search/results?q=dog", headers={"HX-Request": "true"})
    assert refused.status_code == 429 and int(refused["Retry-After"]) in (59, 60)
    assert Client().get("/search?q=dog").status_code == 200, "another bucket"
    by_program = Client().get("/api/v1/find?q=dog")
    assert by_program.status_code == 429 and by_program.json()["error"]["kind"] == "TooManyRequests"


def test_the_api_is_refused(db: None, limited: Callable[..., None]) -> None:
    limited(rate_api="2/m")
    assert [Client().get("/api/v1/history").status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.5", "127.0.0.1"),  # nobody's word is believed
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),  # the first one is what the sender claims
        (2, "203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "10.0.0.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_an_address_is_what_our_own_proxy_saw(
    proxies: int, header: str, expected: str, limited: Callable[..., None]
) -> None:
    limited(proxy_count=proxies)
    assert address_of(RequestFactory().get("/", headers={"X-Forwarded-For": header})) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("x" * 100, "x" * 45),
    ],
)  # fmt: skip
def test_a_household_of_ipv6_counts_once(address: str, network: str) -> None:
    assert network_of(address) == network
