"""First run, sign-in, closed sign-up, API keys."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.integration.site_a.conftest import PASSWORD, client_of

from kinora import config
from kinora.library.accounts import first_run_token
from kinora.library.keys import user_of_key
from kinora.library.models import ApiKey, User

NEW = {"username": "ada", "password": "a long enough phrase"}


def test_the_set_up_address_makes_one_administrator_once(as_nobody: Client) -> None:
    address = f"/setup?token={first_run_token()}"
    assert b"first administrator" in as_nobody.get(address).content
    answer = as_nobody.post(address, NEW)
    assert (answer.status_code, answer["Location"]) == (302, "/upload")
    assert as_nobody.get("/upload").status_code == 200
    ada = User.objects.get(username="ada")
    assert ada.is_staff and ada.is_superuser
    again = Client().post(address, {**NEW, "username": "eve"})
    assert again.status_code == 403
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize("token", ["", "wrong", "é" * 10])
def test_a_wrong_token_opens_nothing(token: str, as_nobody: Client) -> None:
    first_run_token()
    assert as_nobody.get("/setup", {"token": token}).status_code == 403
    assert as_nobody.post(f"/setup?token={token}", NEW).status_code == 403
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_a_weak_password_is_refused_with_a_sentence_and_the_token_stays(password: str, as_nobody: Client) -> None:
    token = first_run_token()
    answer = as_nobody.post(f"/setup?token={token}", {**NEW, "password": password})
    assert answer.status_code == 400
    assert not User.objects.exists()
    assert first_run_token() == token


def test_signing_in_and_out(alice: User, as_nobody: Client) -> None:
    wrong = as_nobody.post("/accounts/login/", {"login": "alice", "password": "not hers"})
    assert wrong.status_code == 200 and not wrong.wsgi_request.user.is_authenticated
    right = as_nobody.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert (right.status_code, right["Location"]) == (302, "/")
    assert as_nobody.get("/videos").status_code == 200
    assert as_nobody.get("/accounts/logout/").wsgi_request.user.is_authenticated  # a link can't sign anybody out
    as_nobody.post("/accounts/logout/")
    assert as_nobody.get("/videos").status_code == 302


def test_signing_in_leads_back_but_never_to_another_site(alice: User, as_nobody: Client) -> None:
    form = {"login": "alice", "password": PASSWORD}
    assert as_nobody.post("/accounts/login/?next=/videos", {**form, "next": "/videos"})["Location"] == "/videos"
    as_nobody.post("/accounts/logout/")
    answer = as_nobody.post("/accounts/login/", {**form, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_sign_up_is_closed_unless_the_setting_opens_it(as_nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    form = {"username": "mallory", "password1": "a long enough phrase", "password2": "a long enough phrase"}
    assert b"Sign-up is closed" in as_nobody.post("/accounts/signup/", form).content
    assert not User.objects.exists()
    monkeypatch.setattr(config, "_overrides", {"sign_up": "open"})
    config.current.cache_clear()
    try:
        assert as_nobody.post("/accounts/signup/", form).status_code == 302
    finally:
        monkeypatch.undo()
        config.current.cache_clear()
    assert User.objects.get().username == "mallory"
    assert not User.objects.get().is_staff


def test_changing_the_password_needs_the_old_one(alice: User, as_alice: Client) -> None:
    new = "another long phrase"
    form = {"oldpassword": "wrong", "password1": new, "password2": new}
    as_alice.post("/accounts/password/change/", form)
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    as_alice.post("/accounts/password/change/", {**form, "oldpassword": PASSWORD})
    alice.refresh_from_db()
    assert alice.check_password(new)


@pytest.mark.parametrize("path", ["/upload", "/videos", "/videos/x/edit", "/channel", "/settings/keys", "/jobs"])
def test_pages_of_ones_own_ask_for_sign_in(path: str, as_nobody: Client) -> None:
    answer = as_nobody.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_a_key_is_shown_once_and_opens_the_api_for_its_person(alice: User, as_alice: Client) -> None:
    page = as_alice.post("/settings/keys", {"name": "Nightly import"})
    secret = page.context["secret"]
    assert secret.encode() in page.content
    assert user_of_key(secret) == alice
    later = as_alice.get("/settings/keys").content.decode()
    assert "Nightly import" in later and secret not in later
    assert as_alice.post("/settings/keys", {"name": " "}).status_code == 400


def test_only_ones_own_key_can_be_deleted(alice: User, bob: User, as_alice: Client) -> None:
    as_alice.post("/settings/keys", {"name": "Import"})
    key = ApiKey.objects.get()
    assert client_of(bob).post(f"/settings/keys/{key.pk}/delete").status_code == 404
    assert as_alice.get(f"/settings/keys/{key.pk}/delete").status_code == 405
    assert as_alice.post(f"/settings/keys/{key.pk}/delete").status_code == 302
    assert not ApiKey.objects.exists()
