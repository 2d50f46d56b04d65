"""Reports, the queue, decisions and what they do, appeals, the log: by page; who may, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.errors import Bug
from kinora.library.accounts import channel_of
from kinora.library.community.comments import write_comment
from kinora.library.community.models import Comment, CommentState
from kinora.library.models import User, Video
from kinora.library.moderation.audit import note
from kinora.library.moderation.models import AuditEntry, Case, Report, Suspension
from kinora.library.notify_models import Notification

MakeVideo = Callable[..., Video]
AsUser = Callable[[User | None], Client]


def send(client: Client, kind: str, name: object, reason: str = "spam", text: str = "") -> Any:
    return client.post("/report", {"kind": kind, "id": str(name), "reason": reason, "text": text})


@pytest.fixture
def spam(make_video: MakeVideo, carol: User) -> Comment:
    return write_comment(carol, make_video(), "Cheap watches")


def test_everything_can_be_reported(
    make_video: MakeVideo, as_user: AsUser, spam: Comment, alice: User, bob: User
) -> None:
    video = make_video()
    things = [("video", video.public_id), ("comment", spam.pk), ("channel", "alice"), ("person", "alice")]
    for kind, name in things:
        page = as_user(bob).get(f"/report?kind={kind}&id={name}")
        assert page.status_code == 200 and "Spam or misleading" in page.content.decode()
        assert send(as_user(bob), kind, name).status_code == 302
    assert set(Case.objects.values_list("target_kind", "against__username")) == {
        ("video", "alice"), ("comment", "carol"), ("channel", "alice"), ("person", "alice"),
    }  # fmt: skip
    assert Report.objects.count() == 4
    assert f"kind=video&amp;id={video.public_id}" in as_user(bob).get(f"/watch/{video.public_id}").content.decode()


def test_what_one_may_not_see_can_not_be_reported(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User
) -> None:
    hidden = make_video(visibility="private", title="The secret title")
    comment = write_comment(alice, hidden, "Secret words")
    for kind, name in (("video", hidden.public_id), ("comment", comment.pk), ("channel", "nobody"), ("comment", "x")):
        for answer in (as_user(bob).get(f"/report?kind={kind}&id={name}"), send(as_user(bob), kind, name)):
            assert answer.status_code == 404 and "ecret" not in answer.content.decode()
    assert as_user(bob).get("/report?kind=planet&id=1").status_code == 400
    assert as_user(bob).get("/report?kind=comment&id=99999999999999999999").status_code == 404
    assert as_user(None).get(f"/report?kind=video&id={hidden.public_id}").status_code == 302
    assert not Case.objects.exists()


def test_a_report_needs_a_reason_is_sent_once_and_not_about_oneself(
    as_user: AsUser, spam: Comment, bob: User, carol: User
) -> None:
    assert send(as_user(bob), "comment", spam.pk, reason="ugly").status_code == 400
    assert send(as_user(bob), "comment", spam.pk, reason="other").status_code == 400
    assert send(as_user(bob), "comment", spam.pk, text="x" * 2001).status_code == 400
    assert send(as_user(carol), "comment", spam.pk).status_code == 403
    assert send(as_user(bob), "comment", spam.pk).status_code == 302
    again = send(as_user(bob), "comment", spam.pk)
    assert again.status_code == 409 and "reported this already" in again.content.decode()
    assert Case.objects.get().num_reports == 1


def test_a_flood_of_reports_is_refused(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    codes = [send(as_user(bob), "video", make_video().public_id).status_code for _ in range(21)]
    assert codes == [302] * 20 + [429]


def test_a_case_goes_through_the_queue(
    as_user: AsUser, spam: Comment, make_video: MakeVideo, ada: User, alice: User, bob: User, carol: User
) -> None:
    other = make_video()
    send(as_user(bob), "video", other.public_id)
    for person in (alice, bob):
        send(as_user(person), "comment", spam.pk, text=f"says {person.username}")
    assert Notification.objects.filter(owner=ada, kind="report.new").count() == 1
    case = Case.objects.get(target_kind="comment")
    page = as_user(ada).get("/moderation").content.decode()
    assert page.index("Cheap watches") < page.index(other.title), "most reported first"
    shown = as_user(ada).get(f"/moderation/cases/{case.public_id}").content.decode()
    assert "says alice" in shown and "says bob" in shown and "Cheap watches" in shown
    as_user(ada).post(f"/moderation/cases/{case.public_id}/claim")
    second = User.objects.create(username="eve", is_staff=True)
    assert as_user(second).post(f"/moderation/cases/{case.public_id}/claim").status_code == 409
    assert as_user(second).post(f"/moderation/cases/{case.public_id}/decide", {"decision": "remove"}).status_code == 409
    as_user(second).post(f"/moderation/cases/{case.public_id}/note", {"text": "Seen this one before"})
    assert "Seen this one before" in as_user(ada).get(f"/moderation/cases/{case.public_id}").content.decode()
    decided = as_user(ada).post(
        f"/moderation/cases/{case.public_id}/decide", {"decision": "remove", "explanation": "We sell nothing here."}
    )
    assert decided.status_code == 302
    spam.refresh_from_db()
    assert spam.state == CommentState.DELETED
    for person in (alice, bob):
        told = Notification.objects.get(owner=person, kind="report.decided")
        assert "It was removed" in told.title and told.text == "We sell nothing here."
        assert "We sell nothing here." in as_user(person).get("/reports").content.decode()
    assert Notification.objects.get(owner=carol, kind="moderation").path == f"/appeals/{case.public_id}"
    again = as_user(ada).post(f"/moderation/cases/{case.public_id}/decide", {"decision": "dismiss"})
    assert again.status_code == 409
    verbs = list(AuditEntry.objects.filter(target_id=case.public_id).order_by("id").values_list("actor", "verb"))
    assert verbs[-3:] == [("ada", "case.claim"), ("eve", "case.note"), ("ada", "case.remove")]


@pytest.mark.parametrize(
    ("decision", "comment_state", "is_suspended"),
    [("dismiss", "shown", False), ("hold", "held", False), ("remove", "deleted", False), ("suspend", "deleted", True)],
)
def test_a_decision_does_what_it_says(
    as_user: AsUser,
    spam: Comment,
    ada: User,
    bob: User,
    carol: User,
    decision: str,
    comment_state: str,
    is_suspended: bool,
) -> None:
    send(as_user(bob), "comment", spam.pk)
    case = Case.objects.get()
    as_user(ada).post(f"/moderation/cases/{case.public_id}/decide", {"decision": decision, "days": "7"})
    spam.refresh_from_db()
    assert spam.state == comment_state
    assert Suspension.objects.filter(person=carol).exists() is is_suspended
    assert Notification.objects.filter(owner=carol, kind="moderation").exists() is (decision != "dismiss")


@pytest.mark.parametrize("decision", ["hold", "remove"])
def test_a_removed_video_is_out_of_its_owners_hands(
    as_user: AsUser, make_video: MakeVideo, ada: User, alice: User, bob: User, decision: str
) -> None:
    video = make_video()
    send(as_user(bob), "video", video.public_id)
    case = Case.objects.get()
    as_user(ada).post(f"/moderation/cases/{case.public_id}/decide", {"decision": decision})
    assert as_user(bob).get(f"/watch/{video.public_id}").status_code == 404
    assert "removed by a moderator" in as_user(alice).get("/trash").content.decode()
    for verb in ("restore", "delete"):
        assert as_user(alice).post(f"/trash/{video.public_id}/{verb}").status_code == 403
    assert Video.objects.filter(pk=video.pk, state="trashed").exists()


def test_an_appeal_undoes_what_was_decided(
    as_user: AsUser, spam: Comment, ada: User, alice: User, bob: User, carol: User
) -> None:
    send(as_user(bob), "comment", spam.pk)
    case = Case.objects.get()
    address = f"/appeals/{case.public_id}"
    assert as_user(carol).get(address).status_code == 404, "nothing is decided yet"
    as_user(ada).post(f"/moderation/cases/{case.public_id}/decide", {"decision": "suspend", "explanation": "Spam"})
    assert "Spam" in as_user(carol).get("/appeals").content.decode()
    assert (
        as_user(bob).get(address).status_code == 404 and as_user(alice).post(address, {"text": "x"}).status_code == 404
    )
    assert as_user(carol).post(address, {"text": " "}).status_code == 400
    assert as_user(carol).post(address, {"text": "It was a joke"}).status_code == 302
    assert as_user(carol).post(address, {"text": "Please"}).status_code == 409
    assert "It was a joke" in as_user(ada).get("/moderation").content.decode()
    assert as_user(carol).post(f"/moderation/cases/{case.public_id}/grant").status_code == 403
    as_user(ada).post(f"/moderation/cases/{case.public_id}/grant", {"answer": "Sorry"})
    spam.refresh_from_db()
    assert spam.state == CommentState.SHOWN and not Suspension.objects.exists()
    assert "Sorry" in as_user(carol).get(address).content.decode()
    assert as_user(ada).post(f"/moderation/cases/{case.public_id}/refuse").status_code == 409


PAGES = ("/moderation", "/moderation/log", "/moderation/log.csv", "/moderation/filters", "/moderation/filters.json",
         "/moderation/people/carol", "/moderation/cases/none")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_moderators_pages_are_theirs(as_user: AsUser, ada: User, bob: User, carol: User, page: str) -> None:
    assert as_user(bob).get(page).status_code == 403
    assert as_user(None).get(page).status_code == 302
    assert as_user(ada).get(page).status_code == (404 if page.endswith("none") else 200)


def test_the_log_is_filtered_taken_along_and_never_changed(as_user: AsUser, ada: User, bob: User, carol: User) -> None:
    note(ada, "comment.remove", kind="comment", target=1, person=carol, details={"text": "=HYPERLINK(1)"})
    note(ada, "person.suspend", kind="person", target=carol.pk, person=carol)
    note(bob, "report.send", kind="case", target="x", person=carol)
    shown = as_user(ada).get("/moderation/log?actor=ADA&verb=comment.").content.decode()
    assert "comment.remove" in shown and "person.suspend" not in shown and "report.send" not in shown
    assert as_user(ada).get("/moderation/log?since=soon").status_code == 400
    answer = as_user(ada).get("/moderation/log.csv?person=carol")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [row["verb"] for row in rows] == ["report.send", "person.suspend", "comment.remove"]
    note(ada, "=cmd|' /C calc'!A0", person=carol)
    answer = as_user(ada).get("/moderation/log.csv")
    assert "\n2" in b"".join(answer.streaming_content).decode().replace("\r", "")  # type: ignore[attr-defined]
    entry = AuditEntry.objects.latest("id")
    with pytest.raises(Bug):
        entry.save()
    with pytest.raises(Bug):
        entry.delete()
    with pytest.raises(Bug):
        AuditEntry.objects.update(verb="nothing")
    with pytest.raises(Bug):
        AuditEntry.objects.all().delete()
    carol.delete()
    assert AuditEntry.objects.filter(person="carol").count() == 4, "names stay when people go"


def test_filters_are_kept_by_page_for_the_site_and_for_a_channel(
    as_user: AsUser, make_video: MakeVideo, ada: User, alice: User, bob: User
) -> None:
    channel_of(alice)
    as_user(ada).post("/moderation/filters", {"do": "add", "kind": "words", "text": "lottery*", "action": "hold"})
    as_user(alice).post("/c/alice/filters", {"do": "add", "kind": "link", "text": "spam.example", "action": "refuse"})
    assert "lottery*" in as_user(ada).get("/moderation/filters").content.decode()
    own = as_user(alice).get("/c/alice/filters").content.decode()
    assert "spam.example" in own and "lottery*" not in own
    assert as_user(bob).get("/c/alice/filters").status_code == 404
    assert as_user(bob).post("/c/alice/filters", {"do": "add", "kind": "words", "text": "x1"}).status_code == 404
    exported = as_user(ada).get("/moderation/filters.json").content
    taken = io.BytesIO(exported)
    taken.name = "filters.json"
    assert as_user(alice).post("/c/alice/filters", {"do": "import", "file": taken}).status_code == 302
    assert "lottery*" in as_user(alice).get("/c/alice/filters").content.decode()
    broken = io.BytesIO(b"[" * 100_000)
    broken.name = "filters.json"
    assert as_user(alice).post("/c/alice/filters", {"do": "import", "file": broken}).status_code == 400
    assert as_user(alice).post("/c/alice/filters", {"do": "add", "kind": "regex", "text": "(a+)+"}).status_code == 400
    assert AuditEntry.objects.filter(verb__startswith="filter.").count() == 3


SCRIPTS = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><svg/onload=1>")


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_script_in_a_report_a_note_a_filter_or_an_appeal_stays_text(
    as_user: AsUser, spam: Comment, ada: User, bob: User, carol: User, text: str
) -> None:
    Comment.objects.filter(pk=spam.pk).update(text=text)
    send(as_user(bob), "comment", spam.pk, reason="other", text=text)
    case = Case.objects.get()
    place = f"/moderation/cases/{case.public_id}"
    as_user(ada).post(f"{place}/note", {"text": text})
    as_user(ada).post("/moderation/filters", {"do": "add", "kind": "words", "text": text[:100], "note": text})
    as_user(ada).post(f"{place}/decide", {"decision": "suspend", "explanation": text})
    as_user(carol).post(f"/appeals/{case.public_id}", {"text": text})
    before = as_user(ada).get("/moderation").content.decode()
    as_user(ada).post(f"{place}/refuse", {"answer": text})
    pages = [as_user(ada).get(page).content.decode() for page in (
        place, "/moderation?state=decided", "/moderation/log", "/moderation/filters", "/moderation/people/carol",
    )]  # fmt: skip
    pages += [
        as_user(carol).get(page).content.decode()
        for page in ("/appeals", f"/appeals/{case.public_id}", "/notifications")
    ]
    pages += [as_user(bob).get("/reports").content.decode(), before]
    for page in pages:
        for hole in ("<script>alert", "<img src=x", "<svg/onload"):
            assert hole not in page


@pytest.mark.parametrize("num_cases", [1, 40])
def test_the_queue_asks_few_questions_however_long(
    as_user: AsUser,
    make_video: MakeVideo,
    ada: User,
    alice: User,
    django_assert_max_num_queries: Callable[[int], Any],
    num_cases: int,
) -> None:
    for n in range(num_cases):
        Case.objects.create(target_kind="video", target_id=n, against=alice, snapshot={"title": f"{n}"}, claimed_by=ada)
    browser = as_user(ada)
    with django_assert_max_num_queries(6):  # session, person, cases, appeals, held
        browser.get("/moderation")
    with django_assert_max_num_queries(16):
        browser.get("/moderation/people/alice")
