"""Comments in a real browser: written, answered, refused in place, seeking the player; a phone; a report decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, width_overflow
from tests.browser.server import Server
from tests.browser.watching import add_coloured_video, seconds_now, wait_until_shown

_TALK = """
from datetime import timedelta
from django.utils import timezone
from kinora.library.community.comments import approve_comment, write_comment
from kinora.library.models import User, Video
User.objects.update(date_joined=timezone.now() - timedelta(days=90))
video = Video.objects.get(public_id=given["video"])
alice = User.objects.get(username="alice")
first = write_comment(User.objects.get(username="bob"), video, given["text"])
if first.state == "held":  # so long a row of the same words, with an address, waits for the channel
    approve_comment(alice, first)
    first.refresh_from_db()
write_comment(alice, video, "An answer", parent=first)
print(first.pk)
"""


@pytest.fixture(scope="module")
def video(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    return add_coloured_video(server, tmp_path_factory.mktemp("talk"), title="A harbour to talk about")


@pytest.fixture(scope="module")
def first_comment(server: Server, video: str) -> str:
    text = "A long comment. " * 60 + "See 0:04 and https://example.org/" + "x" * 90
    return server.run_python(_TALK, video=video, text=text)


def test_a_comment_is_written_answered_and_seeks(
    new_page: Callable[..., Page], sign_in: Callable[..., None], video: str, axe: Callable[[Page], list[str]]
) -> None:
    page = new_page(reduced_motion="reduce")
    sign_in(page, "bob")
    page.goto(f"/watch/{video}")
    wait_until_shown(page)
    page.locator("#comments").scroll_into_view_if_needed()
    box = page.get_by_role("textbox", name="Your comment")
    box.fill("The best part is at 0:04")
    page.get_by_role("button", name="Comment", exact=True).click()
    mine = page.locator(".comment", has_text="The best part")
    expect(mine).to_be_visible()
    expect(box).to_have_value("")
    mine.get_by_role("link", name="0:04").click()
    page.wait_for_function("() => document.querySelector('[data-player] video').currentTime >= 4")
    assert seconds_now(page) >= 4
    mine.get_by_text("Answer", exact=True).first.click()
    mine.get_by_role("textbox", name="Your answer").fill("I agree with myself")
    mine.locator("form").get_by_role("button", name="Answer").click()
    expect(page.locator(".comment-replies .comment", has_text="I agree with myself")).to_be_visible()
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    mine.get_by_role("button", name="Like").first.click()
    expect(mine.get_by_role("button", name="Like").first).to_have_attribute("aria-pressed", "true")
    assert axe(page) == []


def test_a_refused_comment_stays_in_its_form_and_a_deleted_one_comes_back(
    page: Page, sign_in: Callable[..., None], video: str
) -> None:
    sign_in(page, "bob")
    page.goto(f"/watch/{video}/comments")
    box = page.get_by_role("textbox", name="Your comment")
    box.fill("   ")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("[data-error]").first).to_contain_text("needs some words")
    box.fill("A comment to take back")
    page.get_by_role("button", name="Comment", exact=True).click()
    mine = page.locator(".comment", has_text="A comment to take back")
    mine.locator(".comment-menu summary").click()
    mine.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".comment", has_text="A comment to take back")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_long_comments_fit_and_unfold(
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    video: str,
    first_comment: str,
    axe: Callable[[Page], list[str]],
    scheme: str,
) -> None:
    page = new_page(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce")
    sign_in(page, "alice")
    page.goto(f"/comments/{first_comment}")
    named = page.locator(".comment-highlight .comment").first
    expect(named).to_contain_text("A long comment")
    named.get_by_role("button", name="Read more").click()
    expect(named.get_by_role("link", name="https://example.org/")).to_be_visible()
    named.locator(".comment-menu summary").first.click()
    expect(named.get_by_role("button", name="Pin to the top")).to_be_visible()
    assert width_overflow(page) == 0
    assert axe(page) == []


def test_a_report_is_sent_and_decided(
    new_page: Callable[..., Page], sign_in: Callable[..., None], first_comment: str, axe: Callable[[Page], list[str]]
) -> None:
    alice = new_page(reduced_motion="reduce")
    sign_in(alice, "alice")
    alice.goto(f"/report?kind=comment&id={first_comment}")
    alice.get_by_label("Spam or misleading").check()
    assert axe(alice) == []
    alice.get_by_role("main").get_by_role("button", name="Report").click()
    expect(alice.get_by_text("A moderator looks at it.", exact=True)).to_be_visible()
    admin = new_page(reduced_motion="reduce")
    sign_in(admin, "admin")
    admin.goto("/moderation")
    assert axe(admin) == []
    admin.get_by_role("link", name="Comment by").first.click()
    admin.get_by_role("button", name="I look at it").click()
    admin.get_by_label("Remove it", exact=True).check()
    admin.get_by_label("Explanation: both sides read it").fill("Too long")
    assert axe(admin) == []
    admin.get_by_role("button", name="Decide").click()
    alice.goto("/reports")
    expect(alice.get_by_text("Remove it. Too long")).to_be_visible()
