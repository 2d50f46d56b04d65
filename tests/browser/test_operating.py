"""What an operator and a person set up: settings of the site, webhooks; on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow

NewPage = Callable[..., Page]
SignIn = Callable[..., None]


def test_a_setting_changes_at_once_and_goes_back(
    new_page: NewPage, sign_in: SignIn, axe: Callable[[Page], list[str]]
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, "admin")
    page.goto("/operating")
    page.get_by_role("link", name="Settings of the site").click()
    assert axe(page) == [] and width_overflow(page) == 0
    site = page.get_by_role("region", name="The site", exact=True)
    site.get_by_label("Name", exact=True).fill("Films of the harbour")
    site.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page).to_have_title("Settings of the site – Films of the harbour")
    uploads = page.get_by_role("region", name="Uploads")
    uploads.get_by_label("Largest file").fill("a lot")
    uploads.get_by_role("button", name="Save: Uploads").click()
    expect(uploads.get_by_role("alert")).to_contain_text("bytes such as 20 GiB")
    page.goto("/operating/settings")
    page.get_by_role("button", name="Back to the default Name").click()
    expect(page).to_have_title("Settings of the site – Kinora")


def test_a_webhook_is_made_tried_and_deleted(
    new_page: NewPage, sign_in: SignIn, axe: Callable[[Page], list[str]]
) -> None:
    page = new_page()
    sign_in(page, "alice")
    page.goto("/settings/webhooks")
    page.get_by_label("Address").fill("https://hooks.invalid/a/long/address/of/a/program/that/goes/on/and/on")
    page.get_by_label("A video becomes public").check()
    page.get_by_role("button", name="Make the webhook").click()
    expect(page.get_by_role("heading", name="https://hooks.invalid/a/long")).to_be_visible()
    page.get_by_role("button", name="Send a test").click()
    log = page.get_by_role("region", name="What was sent").first
    expect(log.get_by_text("webhook.test").first).to_be_visible()
    expect(log.get_by_text("hooks.invalid can't be found")).to_be_visible(timeout=15_000)
    assert axe(page) == []
    page.set_viewport_size(PHONE)
    assert width_overflow(page) == 0
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The webhook is deleted.")).to_be_visible()
