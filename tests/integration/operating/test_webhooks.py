"""Webhooks by page, API and command: whose they are, and who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.models import User
from kinora.library.moderation.models import AuditEntry
from kinora.library.notify_models import Delivery, DeliveryState, Webhook
from kinora.library.webhooks import hooks

AsUser = Callable[[User | None], Client]
JSON = "application/json"
GIVEN = {"url": "https://a.example/hook", "name": "My <b>bot</b>", "events": ["video.published", "video.failed"]}


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create(username="ada", is_staff=True)


def made(owner: User | None) -> Webhook:
    changes = hooks.HookChanges("https://made.example/", "", ["video.published"])
    return hooks.make_webhook(owner, changes, by=None)


def test_a_person_makes_one_on_the_page_and_steers_it(as_user: AsUser, alice: User) -> None:
    browser = as_user(alice)
    hook_id = int(browser.post("/settings/webhooks", GIVEN)["Location"].rsplit("/", 1)[1])
    hook = Webhook.objects.get(pk=hook_id, owner=alice)
    page = browser.get(f"/settings/webhooks/{hook_id}").content.decode()
    assert hook.secret in page and "My &lt;b&gt;bot" in page and "report.made" not in page
    at = f"/settings/webhooks/{hook_id}"
    browser.post(f"{at}/test")
    row = Delivery.objects.get(webhook=hook, event="webhook.test")
    Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.SENT, status_code=204)
    assert "Sent (204)" in browser.get(at).content.decode()
    browser.post(f"{at}/again", {"delivery": row.public_id})
    assert Delivery.objects.filter(webhook=hook).count() == 2
    browser.post(f"{at}/secret")
    browser.post(f"{at}/switch")
    browser.post(f"{at}/change", {"url": "https://b.example/", "name": "", "events": ["moment.found"]})
    changed = Webhook.objects.get(pk=hook_id)
    assert (changed.url, changed.events, changed.is_active) == ("https://b.example/", ["moment.found"], False)
    assert changed.secret != hook.secret
    assert browser.post(f"{at}/explode").status_code == 404 and browser.get(f"{at}/delete").status_code == 405
    browser.post(f"{at}/delete")
    assert not Webhook.objects.exists()


def test_a_form_that_cant_be_says_why_and_keeps_what_was_given(as_user: AsUser, alice: User) -> None:
    answer = as_user(alice).post("/settings/webhooks", {"url": "ftp://a.example", "name": "Kept", "events": ["x"]})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "accepted: https://host/path" in page or "no event for this" in page
    assert 'value="Kept"' in page and not Webhook.objects.exists()


def test_nobody_reads_or_steers_anothers(as_user: AsUser, alice: User, bob: User, ada: User) -> None:
    mine, sites = made(alice), made(None)
    for user in (bob, ada):
        for verb in ("test", "change", "delete", "secret", "switch", "again"):
            assert as_user(user).post(f"/settings/webhooks/{mine.pk}/{verb}").status_code == 404
        assert as_user(user).get(f"/settings/webhooks/{mine.pk}").status_code == 404
    assert as_user(bob).get(f"/settings/webhooks/{sites.pk}").status_code == 404
    assert as_user(bob).get("/operating/webhooks").status_code == 404
    assert as_user(bob).post("/operating/webhooks", GIVEN).status_code == 404
    for address in ("/settings/webhooks", f"/settings/webhooks/{mine.pk}", "/operating/webhooks"):
        assert as_user(None).get(address).status_code == 302
    assert "made.example" not in as_user(bob).get("/settings/webhooks").content.decode()
    assert Webhook.objects.count() == 2 and not Delivery.objects.exists()


def test_administrators_share_the_sites_and_the_log_says_who_did_what(as_user: AsUser, ada: User) -> None:
    answer = as_user(ada).post("/operating/webhooks", GIVEN | {"events": ["report.made"]})
    hook = Webhook.objects.get(owner=None)
    assert answer["Location"] == f"/settings/webhooks/{hook.pk}"
    eve = User.objects.create(username="eve", is_staff=True)
    assert "a.example" in as_user(eve).get("/operating/webhooks").content.decode()
    as_user(eve).post(f"/settings/webhooks/{hook.pk}/delete")
    noted = list(AuditEntry.objects.order_by("id").values_list("actor", "verb"))
    assert noted == [("ada", "webhook.make"), ("eve", "webhook.delete")]


def test_the_api_does_the_same_for_whom_they_are(
    as_program: Callable[[User], Client], alice: User, bob: User, ada: User
) -> None:
    mine, his, hers = as_program(alice), as_program(bob), as_program(ada)
    answer = mine.post("/api/v1/webhooks", GIVEN, content_type=JSON)
    one = answer.json()
    assert answer.status_code == 201 and one["events"] == GIVEN["events"] and len(one["secret"]) >= 40
    at = f"/api/v1/webhooks/{one['id']}"
    assert mine.get("/api/v1/webhooks").json()["webhooks"][0]["id"] == one["id"]
    assert mine.patch(at, {"is_active": False}, content_type=JSON).json()["is_active"] is False
    assert mine.post(f"{at}/test").status_code == 202
    (delivery,) = mine.get(f"{at}/deliveries").json()["deliveries"]
    assert (delivery["event"], delivery["state"]) == ("webhook.test", "queued")
    assert mine.post(f"{at}/deliveries/{delivery['id']}/again").status_code == 409
    assert mine.post(f"{at}/secret").json()["secret"] != one["secret"]
    for method, path in (
        ("get", at),
        ("patch", at),
        ("delete", at),
        ("post", f"{at}/test"),
        ("get", f"{at}/deliveries"),
    ):
        answer = getattr(his, method)(path, **({"content_type": JSON, "data": "{}"} if method == "patch" else {}))
        assert answer.status_code == 404, (method, path)
        assert getattr(Client(), method)(path).status_code == 401
    assert his.get("/api/v1/webhooks?site=true").status_code == 403
    assert his.post("/api/v1/webhooks?site=true", GIVEN, content_type=JSON).status_code == 403
    assert hers.post("/api/v1/webhooks?site=true", GIVEN, content_type=JSON).json()["is_of_site"] is True
    assert mine.delete(at).status_code == 204 and mine.get(at).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"url": "http://a.example"}, {"url": "nowhere", "events": ["video.failed"]},
        {"url": "https://a.example", "events": []}, {"url": "https://a.example", "events": ["video.exploded"]},
        {"url": "https://a.example", "events": ["report.made"]}, {"url": "x" * 501, "events": ["video.failed"]},
    ],
)  # fmt: skip
def test_the_api_refuses_what_cant_be(as_program: Callable[[User], Client], alice: User, given: Any) -> None:
    answer = as_program(alice).post("/api/v1/webhooks", given, content_type=JSON)
    assert answer.status_code in (400, 422) and answer.json()["error"]["message"]
    assert not Webhook.objects.exists()


def test_commands_make_and_read_them(run: Callable[..., Any], alice: User) -> None:
    told = run("webhooks", "add", "https://c.example/", "--event", "video.failed", "--user", "alice")["webhooks"][0]
    assert Webhook.objects.get().owner == alice
    assert run("webhooks", "--user", "alice")["webhooks"][0]["secret"] == told["secret"]
    assert run("webhooks", "change", str(told["id"]), "--off")["webhooks"][0]["is_active"] is False
    assert run("webhooks", "test", str(told["id"]))["deliveries"][0]["event"] == "webhook.test"
    assert len(run("webhooks", "log", str(told["id"]))["deliveries"]) == 1
    assert run("webhooks", "add", "https://s.example/", "--event", "report.made", "--site")["webhooks"][0]["is_of_site"]
    assert run("webhooks", "remove", str(told["id"]))["webhooks"][0]["url"] == "https://c.example/"
    with pytest.raises(SystemExit):
        run("webhooks", "test", "no-number")


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_asks_few_questions_however_many_there_are(
    as_user: AsUser, alice: User, django_assert_max_num_queries: Callable[[int], Any], number: int
) -> None:
    for one in range(number):
        hooks.make_webhook(alice, hooks.HookChanges(f"https://{one}.example/", "", ["video.failed"]), by=None)
    browser = as_user(alice)
    with django_assert_max_num_queries(3):  # session, person, webhooks
        browser.get("/settings/webhooks")
