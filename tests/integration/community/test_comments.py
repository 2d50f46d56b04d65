"""Comments by page and API: writing, answering, changing, deleting, keeping order; who may, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kinora.library.accounts import channel_of
from kinora.library.community.comments import (
    approve_comment,
    delete_comment,
    heart_comment,
    pin_comment,
    restore_comment,
    write_comment,
)
from kinora.library.community.listing import page_of, replies_of
from kinora.library.community.models import Comment, CommentState, CommunityChoices, Thread
from kinora.library.models import User, Video
from kinora.library.moderation.standing import mute, suspend
from kinora.library.notify_models import Delivery, Notification

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def old_accounts(alice: User, bob: User, carol: User) -> None:
    """Nobody here is new: what a new account adds to the spam score is looked at elsewhere."""
    long_ago = timezone.now() - timezone.timedelta(days=100)
    for person in (alice, bob, carol):
        person.date_joined = long_ago
        person.save()


def say(person: User, video: Video, text: str = "A fine harbour", **more: Any) -> Comment:
    return write_comment(person, video, text, **more)


def listed(client: Client, video: Video, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/videos/{video.public_id}/comments", query)
    assert answer.status_code == 200, answer.content
    told: list[dict[str, Any]] = answer.json()["comments"]
    return told


def test_a_comment_is_written_and_read_by_page_and_api(
    make_video: MakeVideo, as_user: AsUser, with_key: AsUser, bob: User
) -> None:
    video = make_video()
    address = f"/watch/{video.public_id}/comments"
    page = as_user(bob).post(address, {"text": "Look at 1:05, @alice"}, headers=HTMX)
    assert page.status_code == 200
    html = page.content.decode()
    assert 'data-seek="65"' in html and f'href="/watch/{video.public_id}?t=65"' in html
    assert 'href="/c/alice"' in html, "a handle that exists is a link"
    plain = as_user(bob).post(address, {"text": "Without scripts"})
    assert plain.status_code == 302 and plain["Location"].startswith(f"/watch/{video.public_id}?comment=")
    answer = with_key(bob).post(
        f"/api/v1/videos/{video.public_id}/comments", {"text": "By a program"}, content_type="application/json"
    )
    assert answer.status_code == 201 and answer.json()["state"] == "shown"
    assert answer.json()["author"] == {"name": "bob", "handle": "bob"}
    texts = [row["text"] for row in listed(Client(), video, sort="newest")]
    assert texts == ["By a program", "Without scripts", "Look at 1:05, @alice"]
    read = Client().get(address).content.decode()
    assert "3 comments" in read and "Without scripts" in read and "Sign in" in read
    assert Thread.objects.get().num_comments == 3


def test_answers_stand_under_the_first_comment_and_tell_its_writer(
    make_video: MakeVideo, with_key: AsUser, alice: User, bob: User, carol: User
) -> None:
    video = make_video()
    first = say(bob, video, "Where is this?")
    answer = say(carol, video, "In the north", parent=first)
    deeper = say(bob, video, "Thank you", parent=answer)
    assert answer.parent_id == deeper.parent_id == first.pk
    told = with_key(None).get(f"/api/v1/comments/{first.pk}/replies").json()
    assert [row["text"] for row in told["comments"]] == ["In the north", "Thank you"]
    kinds = {(row.owner.username, row.kind) for row in Notification.objects.all()}
    assert kinds == {("alice", "comment.new"), ("bob", "comment.reply")}
    reply = Notification.objects.filter(owner=bob, kind="comment.reply").first()
    assert reply is not None and reply.path == f"/comments/{answer.pk}"
    lead = with_key(None).get(reply.path)
    assert lead.status_code == 302 and lead["Location"] == f"/watch/{video.public_id}?comment={answer.pk}#comments"
    shown = Client().get(f"/watch/{video.public_id}/comments?comment={answer.pk}", headers=HTMX).content.decode()
    assert "comment-highlight" in shown and "In the north" in shown
    first.refresh_from_db()
    assert first.num_replies == 2 and Thread.objects.get().num_comments == 3


def test_a_busy_video_is_one_unread_line_in_its_channels_bell(make_video: MakeVideo, alice: User, bob: User) -> None:
    busy, other = make_video(title="Harbour"), make_video()
    for n in range(4):
        say(bob, busy, f"Comment number {n}")
    say(bob, other, "Here as well")
    lines = list(Notification.objects.filter(owner=alice).order_by("id").values_list("title", "text"))
    assert lines == [
        ("New comments on “Harbour”", "Comment number 3"),
        (f"bob commented on “{other.title}”", "Here as well"),
    ]
    Notification.objects.update(read_at=timezone.now())
    say(bob, busy, "Read the others")
    assert Notification.objects.filter(owner=alice, read_at=None).count() == 1


def test_a_muted_channel_is_in_no_list_of_whoever_muted_it(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User, carol: User
) -> None:
    video = make_video(title="Not for Bob")
    assert "Not for Bob" in as_user(bob).get("/").content.decode()
    as_user(bob).post("/settings/community", {"do": "mute", "handle": "@alice"})
    assert "Not for Bob" not in as_user(bob).get("/").content.decode()
    assert "Not for Bob" in as_user(carol).get("/").content.decode()
    assert as_user(bob).get(f"/watch/{video.public_id}").status_code == 200, "its address still works"
    assert as_user(bob).post("/settings/community", {"do": "mute", "handle": "nobody"}).status_code == 400


def test_people_mentioned_are_told_once_and_never_of_what_they_may_not_see(
    make_video: MakeVideo, alice: User, bob: User, carol: User
) -> None:
    channel_of(bob), channel_of(carol)
    say(carol, make_video(), "@bob @BOB and @alice @carol @nobody mail@bob.example")
    assert sorted(Notification.objects.values_list("owner__username", "kind")) == [
        ("alice", "comment.mention"), ("bob", "comment.mention"),
    ]  # fmt: skip
    Notification.objects.all().delete()
    say(alice, make_video(visibility="private"), "@bob look")
    assert not Notification.objects.exists()


def test_email_about_answers_is_off_until_asked_for(
    make_video: MakeVideo, as_user: AsUser, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kinora.library.community import tell

    monkeypatch.setattr(tell, "email_of", lambda person: "bob@example.org")
    first = say(bob, make_video())
    say(carol, first.thread.video, "One", parent=first)
    assert not Delivery.objects.exists()
    as_user(bob).post("/settings/community", {"do": "emails", "emails_replies": "on"})
    assert CommunityChoices.objects.get(user=bob).emails_replies
    answer = say(carol, first.thread.video, "Two", parent=first)
    delivery = Delivery.objects.get()
    message = tell.message_of_reply(delivery)
    assert message is not None and "Two" in message.text and f"/comments/{answer.pk}" in message.text
    delete_comment(carol, answer)
    assert tell.message_of_reply(delivery) is None, "what is gone by then is not sent"


@pytest.mark.parametrize("visibility", ["private", "members", "password"])
def test_what_is_said_under_a_private_video_leaks_nowhere(
    make_video: MakeVideo, as_user: AsUser, with_key: AsUser, alice: User, bob: User, visibility: str
) -> None:
    video = make_video(visibility=visibility)
    comment = say(alice, video, "The secret harbour")
    for client in (as_user(bob), as_user(None), with_key(bob)):
        answers = [
            client.get(f"/watch/{video.public_id}/comments"),
            client.get(f"/comments/{comment.pk}"),
            client.get(f"/comments/{comment.pk}/replies"),
            client.get(f"/comments/{comment.pk}/history"),
            client.get(f"/api/v1/videos/{video.public_id}/comments"),
            client.get(f"/api/v1/comments/{comment.pk}/replies"),
            client.get(f"/api/v1/comments/{comment.pk}/history"),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert not any(b"secret" in answer.content for answer in answers)
    for verb in ("like", "reply", "pin", "delete", "approve", "edit"):
        assert as_user(bob).post(f"/comments/{comment.pk}/{verb}", {"text": "x"}).status_code == 404
    posted = with_key(bob).post(
        f"/api/v1/videos/{video.public_id}/comments", {"text": "x"}, content_type="application/json"
    )
    assert posted.status_code == 404
    assert Comment.objects.count() == 1
    assert as_user(alice).get(f"/watch/{video.public_id}/comments").status_code == 200


def test_whoever_is_not_signed_in_writes_nothing(make_video: MakeVideo, as_user: AsUser, bob: User) -> None:
    video, comment = make_video(), None
    comment = say(bob, video)
    assert as_user(None).post(f"/watch/{video.public_id}/comments", {"text": "x"}).status_code == 403
    assert as_user(None).post(f"/comments/{comment.pk}/like").status_code == 302
    for path, method in (("", "patch"), ("", "delete"), ("/like", "post")):
        answer = getattr(Client(), method)(f"/api/v1/comments/{comment.pk}{path}", {}, content_type="application/json")
        assert answer.status_code == 401
    assert Client(enforce_csrf_checks=True).post(f"/comments/{comment.pk}/like").status_code == 403


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "needs some words"), (" \n\t ", "needs some words"), ("\u200b\u202e", "needs some words"),
     ("x" * 5001, "at most 5,000 characters; this one has 5,001")],
)  # fmt: skip
def test_empty_and_endless_comments_are_refused(
    make_video: MakeVideo, as_user: AsUser, with_key: AsUser, bob: User, text: str, words: str
) -> None:
    video = make_video()
    page = as_user(bob).post(f"/watch/{video.public_id}/comments", {"text": text}, headers=HTMX)
    assert page.status_code == 400 and words in page.content.decode()
    called = with_key(bob).post(
        f"/api/v1/videos/{video.public_id}/comments", {"text": text}, content_type="application/json"
    )
    assert called.status_code == 400 and words in called.json()["error"]["message"]
    assert not Comment.objects.exists()


def test_a_flood_is_refused_with_when_to_come_again(
    make_video: MakeVideo, with_key: AsUser, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(time=lambda: 1_800_000_000.0)  # stands, however long seven calls take
    monkeypatch.setattr("kinora.library.moderation.rates.time", clock)
    video, client = make_video(), with_key(bob)
    address = f"/api/v1/videos/{video.public_id}/comments"
    codes = [
        client.post(address, {"text": f"Number {n} is different"}, content_type="application/json").status_code
        for n in range(7)
    ]
    assert codes == [201] * 6 + [429]
    refused = client.post(address, {"text": "again"}, content_type="application/json")
    assert int(refused["Retry-After"]) in (9, 10) and "too many comments" in refused.json()["error"]["message"]


def test_comments_may_be_off_or_held(
    make_video: MakeVideo, as_user: AsUser, with_key: AsUser, alice: User, bob: User, carol: User
) -> None:
    off = make_video(comments="off")
    answer = as_user(bob).post(f"/watch/{off.public_id}/comments", {"text": "x"}, headers=HTMX)
    assert answer.status_code == 403 and "no comments are taken here" in answer.content.decode()
    assert "No comments are taken here" in as_user(bob).get(f"/watch/{off.public_id}/comments").content.decode()
    video = make_video(comments="held")
    comment = say(bob, video, "Please let me in")
    assert comment.state == CommentState.HELD
    assert "Please let me in" in as_user(bob).get(f"/watch/{video.public_id}/comments").content.decode()
    for stranger in (carol, None):
        assert "let me in" not in as_user(stranger).get(f"/watch/{video.public_id}/comments").content.decode()
        assert as_user(stranger).get(f"/comments/{comment.pk}").status_code == 404
    assert Notification.objects.get(owner=alice).kind == "comment.held"
    queue = as_user(alice).get("/comments/held").content.decode()
    assert "Please let me in" in queue and "every comment here waits for review" in queue
    assert "let me in" not in as_user(bob).get("/comments/held").content.decode()
    assert with_key(alice).get("/api/v1/comments/held").json()["comments"][0]["held_because"]
    assert with_key(bob).post(f"/api/v1/comments/{comment.pk}/approve").status_code == 403
    assert with_key(alice).post(f"/api/v1/comments/{comment.pk}/approve").json()["state"] == "shown"
    assert "let me in" in as_user(None).get(f"/watch/{video.public_id}/comments").content.decode()
    assert say(alice, video, "My own is not held").state == CommentState.SHOWN


def test_a_change_keeps_what_was_said_and_takes_the_heart(
    make_video: MakeVideo, as_user: AsUser, with_key: AsUser, alice: User, bob: User
) -> None:
    comment = say(bob, make_video(), "I love it")
    heart_comment(alice, comment)
    assert with_key(alice).patch(
        f"/api/v1/comments/{comment.pk}", {"text": "x"}, content_type="application/json"
    ).status_code == 403  # fmt: skip
    changed = with_key(bob).patch(
        f"/api/v1/comments/{comment.pk}", {"text": "I hate it"}, content_type="application/json"
    )
    assert changed.json()["text"] == "I hate it" and not changed.json()["has_heart"] and changed.json()["edited_at"]
    assert as_user(bob).get(f"/comments/{comment.pk}/form", headers=HTMX).status_code == 200
    assert as_user(alice).get(f"/comments/{comment.pk}/form").status_code == 404
    told = with_key(None).get(f"/api/v1/comments/{comment.pk}/history").json()["edits"]
    assert [row["text"] for row in told] == ["I love it"]
    page = as_user(None).get(f"/comments/{comment.pk}/history").content.decode()
    assert "I love it" in page and "I hate it" in page
    assert as_user(bob).post(f"/comments/{comment.pk}/edit", {"text": ""}, headers=HTMX).status_code == 400


def test_deleting_takes_the_answers_along_and_undo_brings_all_back(
    make_video: MakeVideo, as_user: AsUser, with_key: AsUser, alice: User, bob: User, carol: User
) -> None:
    video = make_video()
    first = say(bob, video, "First")
    say(carol, video, "Answer", parent=first)
    assert with_key(carol).delete(f"/api/v1/comments/{first.pk}").status_code == 403
    gone = as_user(bob).post(f"/comments/{first.pk}/delete", headers=HTMX).content.decode()
    assert "Undo" in gone and "First" not in gone
    assert listed(Client(), video) == [] and Thread.objects.get().num_comments == 0
    assert Client().get(f"/api/v1/comments/{first.pk}/replies").status_code == 404
    back = as_user(bob).post(f"/comments/{first.pk}/restore", headers=HTMX)
    assert "First" in back.content.decode()
    assert len(listed(Client(), video)) == 1 and Thread.objects.get().num_comments == 2
    as_user(alice).post(f"/comments/{first.pk}/delete")
    assert as_user(bob).post(f"/comments/{first.pk}/restore").status_code == 404, "the channel deleted it"
    assert as_user(bob).get(f"/comments/{first.pk}").status_code == 404
    restore_comment(alice, Comment.objects.get(pk=first.pk))
    assert Thread.objects.get().num_comments == 2


def test_likes_count_once_and_order_the_list(
    make_video: MakeVideo, with_key: AsUser, alice: User, bob: User, carol: User
) -> None:
    video = make_video()
    rows = [say(alice, video, f"Comment {n}") for n in range(5)]
    for person in (bob, carol):
        for _ in range(2):
            with_key(person).post(f"/api/v1/comments/{rows[1].pk}/like")
    with_key(bob).post(f"/api/v1/comments/{rows[3].pk}/like")
    with_key(bob).post(f"/api/v1/comments/{rows[4].pk}/like")
    with_key(bob).post(f"/api/v1/comments/{rows[4].pk}/unlike")
    told = listed(with_key(bob), video)
    assert [(row["id"] - rows[0].pk, row["num_likes"]) for row in told] == [(1, 2), (3, 1), (4, 0), (2, 0), (0, 0)]
    assert [row["is_liked"] for row in told] == [True, True, False, False, False]


def test_one_comment_is_pinned_and_only_the_channel_pins(
    make_video: MakeVideo, with_key: AsUser, alice: User, bob: User
) -> None:
    video = make_video()
    rows = [say(bob, video, f"Comment {n}") for n in range(3)]
    assert with_key(bob).post(f"/api/v1/comments/{rows[0].pk}/pin").status_code == 403
    for row in rows[:2]:
        pin_comment(alice, row)
    told = listed(Client(), video, sort="newest")
    assert [row["id"] - rows[0].pk for row in told] == [1, 2, 0] and told[0]["is_pinned"]
    assert not any(row["is_pinned"] for row in told[1:])
    answer = say(alice, video, "x", parent=rows[0])
    assert with_key(alice).post(f"/api/v1/comments/{answer.pk}/pin").status_code == 400
    delete_comment(alice, rows[1])
    assert [row["id"] - rows[0].pk for row in listed(Client(), video, sort="newest")] == [2, 0]


@pytest.mark.parametrize("sort", ["newest", "top"])
def test_pages_follow_each_other_without_gaps_or_repeats(
    make_video: MakeVideo, alice: User, bob: User, sort: str
) -> None:
    video = make_video()
    thread = Thread.objects.create(video=video, num_comments=57)
    Comment.objects.bulk_create(
        [Comment(thread=thread, author=bob, text=f"{n}", num_likes=n % 4, is_pinned=n == 9) for n in range(57)]
    )
    seen, cursor = [], ""
    while True:
        page = page_of(video, bob, sort=sort, cursor=cursor, limit=10)
        seen += [row.pk for row in page.comments]
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 57
    order = {row.pk: (row.is_pinned, row.num_likes if sort == "top" else 0, row.pk) for row in Comment.objects.all()}
    assert seen == sorted(order, key=lambda pk: order[pk], reverse=True)


@pytest.mark.parametrize("query", ["sort=oldest", "after=x", "after=1-x", "after=-5", "limit=0", "limit=1000"])
def test_bad_questions_get_a_sentence(make_video: MakeVideo, query: str) -> None:
    video = make_video()
    say(video.owner, video)
    answer = Client().get(f"/api/v1/videos/{video.public_id}/comments?{query}")
    assert answer.status_code in (400, 422) and answer.json()["error"]["message"]
    if not query.startswith("limit"):
        assert Client().get(f"/watch/{video.public_id}/comments?{query}").status_code == 400


@pytest.mark.parametrize("number", ["99999999", "9223372036854775808", "0"])
def test_a_comment_that_never_was_is_missing(as_user: AsUser, with_key: AsUser, bob: User, number: str) -> None:
    assert as_user(bob).get(f"/comments/{number}").status_code == 404
    assert as_user(bob).post(f"/comments/{number}/like").status_code == 404
    assert with_key(bob).delete(f"/api/v1/comments/{number}").status_code == 404


def test_muted_people_are_not_seen_and_tell_nothing(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User, carol: User
) -> None:
    video = make_video()
    first = say(carol, video, "Hello")
    mute(carol, person=bob)
    answer = say(bob, video, "Buy this", parent=first)
    assert not Notification.objects.filter(owner=carol).exists()
    assert not replies_of(first, carol).comments and replies_of(first, alice).comments
    say(bob, video, "Buy that")
    assert "Buy that" not in as_user(carol).get(f"/watch/{video.public_id}/comments").content.decode()
    assert "Buy that" in as_user(None).get(f"/watch/{video.public_id}/comments").content.decode()
    assert "bob" in as_user(carol).get("/settings/community").content.decode()
    again = as_user(alice).post(f"/comments/{answer.pk}/mute", headers=HTMX)
    assert "You see nothing of bob any more" in again.content.decode()


def test_blocked_and_suspended_people_are_told_why_they_may_not(
    make_video: MakeVideo, as_user: AsUser, ada: User, alice: User, bob: User, carol: User
) -> None:
    video = make_video()
    comment = say(bob, video, "Spam")
    waiting, elsewhere = say(bob, video, "More spam"), say(bob, make_video(owner=carol), "Spam there")
    Comment.objects.filter(pk__in=(waiting.pk, elsewhere.pk)).update(state=CommentState.HELD)
    answer = as_user(alice).post(f"/comments/{comment.pk}/block", {"next": "held"}, headers=HTMX)
    assert answer["HX-Refresh"] == "true"
    states = {row.pk: row.state for row in Comment.objects.filter(author=bob)}
    assert states[comment.pk] == states[waiting.pk] == CommentState.DELETED, "what waits of them goes too"
    assert states[elsewhere.pk] == CommentState.HELD, "on another channel another decides"
    refused = as_user(bob).post(f"/watch/{video.public_id}/comments", {"text": "Again"}, headers=HTMX)
    assert refused.status_code == 403 and "does not take comments from you" in refused.content.decode()
    assert say(bob, make_video(owner=carol), "Elsewhere I may").state == CommentState.SHOWN
    suspend(carol, by=ada, reason="Sold things", days=3)
    refused = as_user(carol).post(f"/watch/{video.public_id}/comments", {"text": "x"}, headers=HTMX)
    assert refused.status_code == 403 and "Sold things" in refused.content.decode()
    other = say(alice, video, "y")
    assert as_user(carol).post(f"/comments/{other.pk}/like").status_code == 403
    assert as_user(bob).post(f"/comments/{other.pk}/block").status_code == 404


def test_an_answer_to_what_is_gone_is_refused(make_video: MakeVideo, alice: User, bob: User) -> None:
    from kinora.errors import Conflict

    video = make_video()
    first = say(bob, video)
    delete_comment(alice, first)
    first.refresh_from_db()
    with pytest.raises(Conflict, match="not there any more"):
        say(alice, video, "x", parent=first)
    with pytest.raises(Conflict):
        say(alice, make_video(), "x", parent=say(alice, video))


@pytest.mark.parametrize("num_comments", [2, 60])
def test_the_list_asks_few_questions_however_long(
    make_video: MakeVideo,
    as_user: AsUser,
    bob: User,
    carol: User,
    django_assert_max_num_queries: Callable[[int], Any],
    num_comments: int,
) -> None:
    video = make_video()
    thread = Thread.objects.create(video=video, num_comments=num_comments)
    people = [User.objects.create(username=f"person{n}") for n in range(20)]
    Comment.objects.bulk_create(
        Comment(thread=thread, author=people[n % 20], channel=channel_of(people[n % 20]), text=f"@bob 0:0{n % 10}")
        for n in range(num_comments)
    )
    browser = as_user(bob)
    # session, person, video, role, thread, mutes, pinned, own held, the page, likes, handles
    with django_assert_max_num_queries(12):
        browser.get(f"/watch/{video.public_id}/comments", headers=HTMX)


def test_the_watch_page_itself_asks_nothing_about_comments(
    make_video: MakeVideo, as_user: AsUser, bob: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    video, browser = make_video(), as_user(bob)
    browser.get(f"/watch/{video.public_id}")
    with CaptureQueriesContext(
        connection,
    ) as empty:
        browser.get(f"/watch/{video.public_id}")
    for n in range(6):
        say(bob, video, f"Comment number {n}")
    with CaptureQueriesContext(connection) as full:
        page = browser.get(f"/watch/{video.public_id}")
    assert len(full) == len(empty)
    assert f'hx-get="/watch/{video.public_id}/comments"' in page.content.decode()
    assert not any("library_comment" in query["sql"] for query in full.captured_queries)


SCRIPTS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "</textarea><svg/onload=1>",
    "https://x.example/\"onmouseover=alert(1)", "[x](javascript:alert(1))", "{{ 7*7 }}{% now %}", "&lt;b&gt;&#x3c;i",
)  # fmt: skip


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_script_in_a_comment_stays_text(
    make_video: MakeVideo, as_user: AsUser, alice: User, bob: User, text: str
) -> None:
    video = make_video(comments="held", title=text)
    channel = channel_of(bob)
    channel.name = text[:120]
    channel.save()
    comment = say(bob, video, text)
    held = as_user(alice).get("/comments/held").content.decode()
    told = as_user(alice).get("/notifications").content.decode()
    approve_comment(alice, comment)
    pages = [
        held, told, as_user(bob).get(f"/watch/{video.public_id}/comments?comment={comment.pk}").content.decode(),
        as_user(bob).get(f"/comments/{comment.pk}/form").content.decode(),
        as_user(bob).get(f"/comments/{comment.pk}/history").content.decode(),
        as_user(alice).get("/notifications").content.decode(),
    ]  # fmt: skip
    for page in pages:
        for hole in ("<script>alert", "<img src=x", "<svg/onload", 'href="javascript:', '"onmouseover', ">49<", "<b>"):
            assert hole not in page


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks how SQLite reads")
def test_the_pinned_comment_is_read_from_its_index_not_the_whole_thread(
    make_video: MakeVideo, alice: User, bob: User
) -> None:
    video = make_video()
    pin_comment(alice, say(bob, video, "Read this first"))
    with CaptureQueriesContext(connection) as asked:
        assert page_of(video, alice).comments[0].is_pinned
    (query,) = [
        one["sql"] for one in asked.captured_queries if one["sql"].endswith("LIMIT 1") and "is_pinned" in one["sql"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        assert "comment_pinned" in str(cursor.fetchall())
