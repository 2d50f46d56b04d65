"""Passkeys with Chromium's virtual authenticator, sign-up by approval, a channel's pages, a video behind a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import PASSWORD, Server


def at_localhost(new_page: Callable[..., Page], server: Server, **options: Any) -> Page:
    """Return a page at `localhost`: browsers take passkeys of names, not of addresses."""
    return new_page(base_url=server.url.replace("127.0.0.1", "localhost"), **options)


def add_authenticator(page: Page) -> None:
    tool = page.context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    tool.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip


def test_a_passkey_is_made_signs_in_and_does_not_work_twice(
    new_page: Callable[..., Page], axe: Callable[[Page], list[str]], server: Server
) -> None:
    page = at_localhost(new_page, server)
    add_authenticator(page)
    page.goto("/accounts/login/")
    page.get_by_label("Username or email").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(lambda url: "webauthn/add" not in url)
    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Without a password")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.post_data or "") if "webauthn/login" in request.url else None
    )
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/")
    expect(page.get_by_role("button", name="Your menu")).to_be_visible()
    (posted,) = [data for data in sent if "credential" in data]
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    token = page.locator("form#mfa_login input[name=csrfmiddlewaretoken]").input_value()
    page.evaluate("() => fetch('/accounts/2fa/webauthn/login/', {headers: {Accept: 'application/json'}})")
    replayed = "&".join(part for part in posted.split("&") if not part.startswith("csrf"))
    page.evaluate(
        "([body, token]) => fetch('/accounts/2fa/webauthn/login/', {method: 'POST', body, headers: "
        "{'X-CSRFToken': token, 'Content-Type': 'application/x-www-form-urlencoded'}})",
        [replayed, token],
    )
    page.goto("/videos")
    assert "/accounts/login/" in page.url, "what was sent once opens nothing a second time"
    server.run_python("from allauth.mfa.models import Authenticator\nAuthenticator.objects.all().delete()")


def test_asking_for_an_account_and_being_let_in(
    new_page: Callable[..., Page], sign_in: Callable[..., None], axe: Callable[[Page], list[str]], server: Server
) -> None:
    admin, visitor = new_page(), new_page(viewport=PHONE)
    sign_in(admin, "admin")
    admin.goto("/people")
    admin.get_by_label("By approval").check()
    admin.get_by_role("button", name="Save").click()
    visitor.goto("/accounts/login/")
    visitor.get_by_role("link", name="Create an account").click()
    assert axe(visitor) == [] and width_overflow(visitor) == 0
    visitor.get_by_label("Username").fill("dora")
    visitor.get_by_label("Password", exact=True).fill("a long enough phrase")
    visitor.get_by_label("Password (again)").fill("a long enough phrase")
    visitor.get_by_label("Why would you like").fill("I film harbours.")
    visitor.get_by_role("button", name="Ask for an account").click()
    expect(visitor.get_by_role("heading", name="This account is not open")).to_be_visible()
    admin.goto("/people")
    expect(admin.locator("main")).to_contain_text("I film harbours.")
    assert axe(admin) == []
    admin.get_by_role("button", name="Let in dora").click()
    visitor.goto("/accounts/login/")
    visitor.get_by_label("Username or email").fill("dora")
    visitor.get_by_label("Password").fill("a long enough phrase")
    visitor.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    visitor.goto("/account")
    assert axe(visitor) == [] and width_overflow(visitor) == 0
    server.run_python("from kinora.library.models import Note\nNote.objects.filter(key='sign_up').delete()")


_MAKE_VIDEO = """
from kinora.library.accounts import channel_of
from kinora.library.models import User, Video
alice = User.objects.get(username="alice")
Video.objects.filter(title="Locked harbour").delete()
Video.objects.create(owner=alice, channel=channel_of(alice), title="Locked harbour", sha256="e" * 64, size_bytes=1,
    original_name="a.mp4", original_suffix=".mp4", state="ready", indexed_revision=1, duration_seconds=61)
"""


def test_a_channel_gets_words_and_a_team_and_a_video_a_password(
    new_page: Callable[..., Page], sign_in: Callable[..., None], axe: Callable[[Page], list[str]], server: Server
) -> None:
    server.run_python(_MAKE_VIDEO)
    page, guest = new_page(), new_page(viewport=PHONE)
    sign_in(page, "alice")
    page.goto("/channels")
    assert axe(page) == []
    page.get_by_label("Name").fill("Harbour films")
    page.get_by_label("Handle").fill("harbour-films")
    page.get_by_role("button", name="Make it").click()
    page.get_by_label("Links").fill("Shop https://example.org/shop")
    page.get_by_role("button", name="Save").click()
    assert axe(page) == [] and width_overflow(page) == 0
    page.get_by_role("link", name="Team").click()
    page.get_by_role("button", name="Invite").click()
    assert "/join/" in page.get_by_label("The link, shown this once").input_value()
    assert axe(page) == []
    page.goto("/upload")
    expect(page.get_by_label("Channel", exact=True)).to_have_value("harbour-films")
    ((public_id,),) = server.ask("SELECT public_id FROM library_video WHERE title = 'Locked harbour'")
    page.goto(f"/videos/{public_id}/edit")
    expect(page.get_by_label("Password for viewers")).to_be_hidden()
    page.get_by_label("Who sees it").select_option("scheduled")
    expect(page.get_by_label("Public from")).to_be_visible()
    page.get_by_label("Who sees it").select_option("password")
    page.get_by_label("Password for viewers").fill("open sesame")
    page.locator("#details").get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("Saved.")
    guest.goto(f"/watch/{public_id}?t=5")
    expect(guest.get_by_role("heading", name="This video has a password")).to_be_visible()
    assert axe(guest) == [] and width_overflow(guest) == 0 and "Locked harbour" not in guest.content()
    guest.get_by_label("Password").fill("wrong")
    guest.get_by_role("button", name="Watch").click()
    expect(guest.get_by_role("alert")).to_contain_text("not the password")
    guest.get_by_label("Password").fill("open sesame")
    guest.get_by_role("button", name="Watch").click()
    guest.wait_for_url(f"**/watch/{public_id}?t=5")
    expect(guest.get_by_role("heading", name="Locked harbour")).to_be_visible()
