"""First run, two-factor sign-in and API keys, as a person does them."""

from __future__ import annotations

import hashlib
import hmac
import struct
import time
from base64 import b32decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP, width_overflow
from tests.browser.server import PASSWORD, Server, free_port


@pytest.fixture
def new_home(built_pages: None, tmp_path: Path) -> Iterator[Server]:
    """Return a site on a home that nobody ever used."""
    started = Server(tmp_path, free_port())
    started.run_python("from kinora.library.accounts import first_run_token\nfirst_run_token()")
    started.start_site()
    yield started
    started.stop()


def test_the_first_administrator_is_made_by_the_printed_address(
    new_home: Server, chromium: Browser, axe: Callable[[Page], list[str]]
) -> None:
    ((note,),) = new_home.ask("SELECT value FROM library_note WHERE key = 'first_run_token'")
    token = note.split('"')[3]
    context = chromium.new_context(base_url=new_home.url, viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"/setup?token={token}")
    assert axe(page) == []
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Welcome to Kinora")).to_be_visible()
    page.get_by_label("Password").fill("a long enough phrase")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Upload")).to_be_visible()
    page.goto(f"/setup?token={token}")
    expect(page.get_by_role("heading", name="This set-up address is not valid")).to_be_visible()
    context.close()


def one_time_code(secret: str) -> str:
    """Return the present code of an authenticator app (RFC 6238: SHA-1, 30 s, 6 digits)."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_two_factor_sign_in_from_setting_it_up_to_using_it(
    new_page: Callable[..., Page], axe: Callable[[Page], list[str]], server: Server
) -> None:
    page = new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Username or email").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/accounts/2fa/totp/activate/")
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".account-code")).to_be_visible()
    assert axe(page) == []
    assert page.locator(".account-code").evaluate("picture => picture.naturalWidth") > 0
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(one_time_code(secret))
    page.get_by_role("button", name="Activate").click()
    recovery_code = page.locator("#recovery_codes").input_value().split()[0]
    assert server.ask("SELECT type FROM mfa_authenticator ORDER BY type") == [("recovery_codes",), ("totp",)]
    page.goto("/")
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    page.goto("/accounts/login/")
    page.get_by_label("Username or email").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("main")).to_contain_text("authenticator code")
    assert axe(page) == []
    assert width_overflow(page) == 0
    page.goto("/videos")
    assert page.url.endswith("/accounts/2fa/authenticate/")  # the password alone opens nothing
    page.locator("input[name=code]").fill(recovery_code)
    page.get_by_role("button", name="Sign In").click()
    page.goto("/videos")
    expect(page.get_by_role("button", name="Your menu")).to_be_visible()
    server.run_python("from allauth.mfa.models import Authenticator\nAuthenticator.objects.all().delete()")


def test_a_key_is_shown_once(new_page: Callable[..., Page], sign_in: Callable[..., None]) -> None:
    page = new_page()
    sign_in(page, "alice")
    page.goto("/settings/keys")
    page.get_by_label("Name of the program").fill("Nightly import")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("Key", exact=True).input_value()
    assert secret.startswith("kin_")
    page.goto("/settings/keys")
    expect(page.locator("body")).to_contain_text("Nightly import")
    assert secret not in page.content()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete the key Nightly import").click()
    expect(page.locator("body")).to_contain_text("You have no keys yet")
