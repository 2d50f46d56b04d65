"""Who may make an account, by each policy; confirmation, reset, sessions and where signing in leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from kinora import config
from kinora.errors import Conflict, InputError, NotAllowed, NotFound
from kinora.library.models import User
from kinora.library.notify import notifications_of
from kinora.library.people import sign_up
from kinora.library.people.models import PendingAccount, SignUpInvitation

pytestmark = pytest.mark.django_db
PHRASE = "correct horse battery"
FORM = {"username": "dora", "email": "dora@example.org", "password1": PHRASE, "password2": PHRASE}


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada", "ada@example.org", PHRASE)


@pytest.fixture
def sends_email(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    monkeypatch.setenv("KINORA_EMAIL_HOST", "mail.example.org")
    config.current.cache_clear()
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    yield
    monkeypatch.undo()
    config.current.cache_clear()


def sign_up_as(browser: Client, **more: str) -> Any:
    return browser.post("/accounts/signup/", {**FORM, **more})


def test_the_operator_outranks_the_setting_at_once() -> None:
    assert sign_up.policy() == "closed"
    assert b"closed" in Client().get("/accounts/signup/").content
    sign_up_as(Client())
    assert not User.objects.filter(username="dora").exists()
    sign_up.set_policy("open")
    sign_up_as(Client())
    assert User.objects.get(username="dora").is_active
    with pytest.raises(InputError):
        sign_up.set_policy("maybe")


def test_by_approval_nobody_comes_in_before_they_are_let_in(ada: User) -> None:
    sign_up.set_policy("approval")
    browser = Client()
    assert sign_up_as(browser).status_code == 200, "the reason is asked for"
    sign_up_as(browser, reason="I film <b>harbours</b>")
    dora = User.objects.get(username="dora")
    assert not dora.is_active and "_auth_user_id" not in browser.session
    assert notifications_of(ada).get().path == "/people"
    browser.post("/accounts/login/", {"login": "dora", "password": PHRASE})
    assert "_auth_user_id" not in browser.session
    staff = Client()
    staff.force_login(ada)
    assert b"I film &lt;b&gt;harbours" in staff.get("/people").content
    assert staff.post("/people/dora/approve").status_code == 302
    browser.post("/accounts/login/", {"login": "dora", "password": PHRASE})
    assert browser.session["_auth_user_id"] == str(dora.pk)
    with pytest.raises(NotFound):
        sign_up.approve("dora")


def test_turned_away_is_gone(ada: User) -> None:
    sign_up.set_policy("approval")
    sign_up_as(Client(), reason="x")
    sign_up.reject("dora")
    assert not User.objects.filter(username="dora").exists() and not PendingAccount.objects.exists()
    with pytest.raises(NotFound):
        sign_up.reject("ada")


def test_an_invitation_makes_one_account(ada: User) -> None:
    sign_up.set_policy("invitation")
    row, link = sign_up.make_invitation(ada, "Dora")
    path = "/" + link.split("/", 3)[3]
    assert path.rsplit("/", 1)[1] not in row.token_sha256
    assert b"closed" in Client().get("/accounts/signup/").content
    first, second = Client(), Client()
    for browser in (first, second):
        assert browser.get(path)["Location"] == "/accounts/signup/"
        assert b"closed" not in browser.get("/accounts/signup/").content
    sign_up_as(first)
    assert User.objects.filter(username="dora").exists()
    sign_up_as(second, username="eve", email="eve@example.org")
    assert not User.objects.filter(username="eve").exists(), "it is spent"
    assert Client().get(path).status_code == 404
    with pytest.raises(NotAllowed):
        sign_up.spend_invitation(path.rsplit("/", 1)[1], ada)


def test_old_and_withdrawn_invitations_do_not_hold(ada: User) -> None:
    sign_up.set_policy("invitation")
    row, link = sign_up.make_invitation(ada)
    token = link.rsplit("/", 1)[1]
    SignUpInvitation.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sign_up.open_invitation(token) is None and sign_up.open_invitation("") is None
    row, link = sign_up.make_invitation(ada)
    sign_up.take_back_invitation(row.pk)
    assert sign_up.open_invitation(link.rsplit("/", 1)[1]) is None
    _row, link = sign_up.make_invitation(ada)
    sign_up.set_policy("closed")
    browser = Client()
    browser.get("/" + link.split("/", 3)[3])
    sign_up_as(browser)
    assert not User.objects.filter(username="dora").exists(), "closed is closed"
    with pytest.raises(Conflict, match="sign-up is closed"):
        sign_up.make_invitation(ada)


@pytest.mark.parametrize("who", ["bob", None])
def test_only_administrators_rule_people(who: str | None, bob: User, as_user: Callable[..., Client]) -> None:
    browser = as_user(bob if who else None)
    for address in ("/people/bob/approve", "/people/bob/reject", "/people/invitations/1/take-back", "/people"):
        assert browser.post(address, {"policy": "open"}).status_code == (403 if who else 302), address
    assert browser.get("/people").status_code == (403 if who else 302)
    assert sign_up.policy() == "closed" and User.objects.filter(username="bob").exists()


def test_an_address_is_confirmed_before_its_owner_comes_in(sends_email: None) -> None:
    sign_up.set_policy("open")
    browser = Client()
    assert sign_up_as(browser)["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in browser.session
    browser.post("/accounts/login/", {"login": "dora", "password": PHRASE})
    assert "_auth_user_id" not in browser.session, "not before it is confirmed"
    assert mail.outbox[0].to == ["dora@example.org"]
    link = re.search(r"http://[^\s]+(/accounts/confirm-email/[^\s]+/)", mail.outbox[0].body)
    assert link is not None
    assert Client().get(link[1]).status_code == 200 and not EmailAddress.objects.get().verified, (
        "reading confirms nothing"
    )
    Client().post(link[1])
    assert EmailAddress.objects.get().verified
    browser.post("/accounts/login/", {"login": "dora", "password": PHRASE})
    assert "_auth_user_id" in browser.session


def test_a_forgotten_password_is_set_anew_by_a_letter_once(sends_email: None) -> None:
    dora = User.objects.create_user("dora", "dora@example.org", PHRASE)
    EmailAddress.objects.create(user=dora, email=dora.email, verified=True, primary=True)
    browser = Client()
    assert b"a letter with a link" in browser.get("/accounts/password/reset/").content
    known = browser.post("/accounts/password/reset/", {"email": "dora@example.org"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert known["Location"] == unknown["Location"], "whether somebody has an account is not told"
    letter = next(one for one in mail.outbox if one.to == ["dora@example.org"])
    link = re.search(r"http://[^/\s]+(/accounts/password/reset/key/[^\s]+)", letter.body)
    assert link is not None
    form = browser.get(link[1], follow=True)
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    browser.post(form.request["PATH_INFO"], new)
    dora.refresh_from_db()
    assert dora.check_password("another long phrase")
    again = Client().get(link[1], follow=True)
    assert b"password1" not in again.content, "the link is spent"


def test_signing_in_gives_another_session_and_stays_on_this_site(ada: User) -> None:
    browser = Client()
    browser.get("/accounts/login/")
    session = browser.session
    session["planted"] = "1"
    session.save()
    planted = session.session_key
    browser.cookies["sessionid"] = planted
    for place in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = browser.post("/accounts/login/", {"login": "ada", "password": PHRASE, "next": place})
        assert answer["Location"] == "/", place
        assert browser.session.session_key != planted, "a planted session does not become hers"
        browser.post("/accounts/logout/")
    kept = browser.post("/accounts/login/", {"login": "ada", "password": PHRASE, "next": "/videos"})
    assert kept["Location"] == "/videos"
