"""Signing in by an OpenID Connect provider, which this test runs itself on this machine."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from kinora import config
from kinora.config import Settings
from kinora.errors import SettingRefused
from kinora.library.models import User
from kinora.library.people import sign_up

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(BaseHTTPRequestHandler):
    """The four addresses that a client asks; `claims` is who signs in there."""

    claims: ClassVar[dict[str, Any]] = {}
    challenge: ClassVar[str] = ""

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            told = {f"{name}_endpoint": f"{base}/{path}" for name, path in names.items()}
            self._tell({**told, "issuer": base, "jwks_uri": f"{base}/jwks"})
        elif self.path == "/jwks":
            told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._tell({"keys": [{**told, "kid": "k", "alg": "RS256", "use": "sig"}]})
        else:
            self._tell(Provider.claims)

    def do_POST(self) -> None:
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        verifier = given.get("code_verifier", [""])[0].encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if given.get("code") != ["good"] or digest != Provider.challenge:
            self._tell({"error": "invalid_grant"}, 400)
            return
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        now = int(time.time())
        claims = {**Provider.claims, "iss": base, "aud": "kinora", "iat": now, "exp": now + 60}
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k"})
        self._tell({"access_token": "a", "token_type": "Bearer", "id_token": token, "expires_in": 60})

    def _tell(self, told: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def provider(settings: Any) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    given = [{"id": "work", "name": "Work", "server_url": address, "client_id": "kinora", "secret": "s"}]
    apps = Settings(oidc_providers=json.dumps(given)).oidc_apps()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
    Provider.claims = {"sub": "42", "email": "dora@example.org", "preferred_username": "dora", "name": "Dora"}
    yield
    server.shutdown()
    server.server_close()


def go(browser: Client, query: str = "") -> dict[str, list[str]]:
    """Begin at the button, and return what the provider is asked."""
    answer = browser.post(f"/accounts/oidc/work/login/?process=login{query}")
    assert answer.status_code == 302 and "/authorize?" in answer["Location"]
    asked = parse_qs(urlsplit(answer["Location"]).query)
    Provider.challenge = asked["code_challenge"][0]
    assert asked["code_challenge_method"] == ["S256"]
    return asked


def come_back(browser: Client, state: str, code: str = "good") -> Any:
    return browser.get("/accounts/oidc/work/login/callback/", {"code": code, "state": state})


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_who_signs_in_there_gets_an_account_here_where_the_policy_lets_them(provider: None) -> None:
    assert b"Sign in with Work" in Client().get("/accounts/login/").content
    closed = Client()
    come_back(closed, go(closed)["state"][0])
    assert not is_in(closed) and not User.objects.filter(email="dora@example.org").exists()
    sign_up.set_policy("open")
    browser = Client()
    answer = come_back(browser, go(browser, "&next=https://evil.example/")["state"][0])
    assert answer["Location"] == "/", "only to pages of this site"
    assert is_in(browser) and User.objects.get(email="dora@example.org").username == "dora"
    sign_up.set_policy("closed")
    again = Client()
    come_back(again, go(again)["state"][0])
    assert is_in(again) and User.objects.filter(email="dora@example.org").count() == 1


def test_by_approval_the_provider_alone_opens_nothing(provider: None) -> None:
    sign_up.set_policy("approval")
    browser = Client()
    come_back(browser, go(browser)["state"][0])
    assert not is_in(browser) and not User.objects.get(email="dora@example.org").is_active


def test_an_answer_that_nobody_asked_for_opens_nothing(provider: None) -> None:
    sign_up.set_policy("open")
    victim, attacker = Client(), Client()
    state = go(attacker)["state"][0]
    for given_state, code in ((state, "good"), ("made-up", "good"), ("", "good")):
        come_back(victim, given_state, code)
        assert not is_in(victim), "the state belongs to the browser that asked"
    come_back(attacker, state, "stolen")
    assert not is_in(attacker)
    assert not User.objects.exists()


def test_somebody_elses_address_there_is_no_key_to_their_account_here(provider: None) -> None:
    sign_up.set_policy("open")
    dora = User.objects.create_user("dora", "dora@example.org", "correct horse battery")
    browser = Client()
    come_back(browser, go(browser)["state"][0])
    assert browser.session.get("_auth_user_id") != str(dora.pk)


@pytest.mark.parametrize(
    "given",
    ["{", "[1]", '[{"id": "a b", "server_url": "https://x", "client_id": "c"}]', '[{"id": "a"}]',
     '[{"id": "a", "server_url": "http://elsewhere.example", "client_id": "c"}]'],
)  # fmt: skip
def test_a_setting_that_can_not_be_read_is_refused(given: str) -> None:
    with pytest.raises(SettingRefused, match="KINORA_OIDC_PROVIDERS"):
        Settings(oidc_providers=given).oidc_apps()


def test_its_secret_is_not_printed() -> None:
    assert Settings(oidc_providers='[{"secret": "x"}]').to_json()["oidc_providers"] == "***"
    assert config.current().oidc_apps() == []
