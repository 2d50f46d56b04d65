"""The spam score holds what looks like spam, says why, and leaves ordinary talk alone; a wave is put right at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kinora.errors import Conflict, InputError
from kinora.library.accounts import channel_of
from kinora.library.community.comments import delete_comment, write_comment
from kinora.library.community.models import Comment, CommentState, Thread
from kinora.library.models import User, Video
from kinora.library.moderation.filters import add_filter
from kinora.library.moderation.measures import all_of_person, undo
from kinora.library.moderation.models import AuditEntry
from kinora.library.moderation.screening import screen

MakeVideo = Callable[..., Video]
AsUser = Callable[[User | None], Client]


@pytest.fixture
def aged(alice: User, bob: User, carol: User) -> None:
    User.objects.update(date_joined=timezone.now() - timedelta(days=100))
    for person in (alice, bob, carol):
        person.refresh_from_db()


@pytest.mark.parametrize(
    "text",
    [
        "What a lovely harbour, thank you!", "At 1:05 you can see the lighthouse", "First", "😀😀😀", "Wo ist das?",
        "I disagree, see https://example.org/study for the numbers and the method that they used", "WOW",
        "Спасибо за видео, очень интересно", "素晴らしい映像です",
    ],
)  # fmt: skip
def test_ordinary_talk_is_shown_even_of_new_people_without_links(alice: User, bob: User, text: str) -> None:
    if "http" in text:
        bob.date_joined -= timedelta(days=30)
    assert not screen(bob, channel_of(alice), text).is_held


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cheap watches https://spam.example", "1 link"),
        ("https://a.example https://b.example", "2 links"),
        ("Write to mе on tеlеgram, visit telegram.me", "letters of several alphabets inside one word"),
    ],
)
def test_spam_of_a_new_account_is_held_with_its_reasons(alice: User, bob: User, text: str, reason: str) -> None:
    looked = screen(bob, channel_of(alice), text)
    assert looked.is_held and looked.score >= 0.6
    assert reason in looked.reasons and "the account is less than a day old" in looked.reasons


def test_the_same_words_again_and_again_are_held(aged: None, make_video: MakeVideo, bob: User) -> None:
    states = [write_comment(bob, make_video(), "Visit my channel for more").state for _ in range(4)]
    assert states[0] == CommentState.SHOWN and states[-1] == CommentState.HELD
    last = Comment.objects.order_by("-pk")[0]
    assert any("the same words" in reason for reason in last.held_because)


def test_many_accounts_with_the_same_words_are_held(make_video: MakeVideo, alice: User) -> None:
    video = make_video()
    people = [User.objects.create(username=f"bot{n}") for n in range(6)]
    states = [write_comment(person, video, "Great VIDEO, look at my page").state for person in people]
    assert states[:2] == [CommentState.SHOWN] * 2 and set(states[2:]) == {CommentState.HELD}
    assert any("other accounts said the same" in reason for reason in Comment.objects.latest("pk").held_because)


def test_somebody_whose_comments_stayed_may_post_a_link(aged: None, make_video: MakeVideo, bob: User) -> None:
    video, before = make_video(), timezone.now() - timedelta(days=3)
    thread = Thread.objects.create(video=video)
    Comment.objects.bulk_create(
        Comment(thread=thread, author=bob, text=f"Talk {n}", created_at=before) for n in range(6)
    )
    assert screen(bob, video.channel, "see https://example.org").score < 0.3
    Comment.objects.filter(author=bob).update(state=CommentState.DELETED)
    assert "comments of theirs were removed before" in screen(bob, video.channel, "https://spam.example buy").reasons


def test_filters_hold_or_refuse(aged: None, make_video: MakeVideo, bob: User, alice: User) -> None:
    video = make_video()
    add_filter(None, kind="words", text="casino*")
    add_filter(video.channel, kind="link", text="spam.example", action="refuse")
    held = write_comment(bob, video, "Best casinos here")
    assert held.state == CommentState.HELD and held.held_because == ["the filter “casino*”"]
    with pytest.raises(InputError, match=r"“spam.example” is not taken here"):
        write_comment(bob, video, "go to http://x.spam.example")
    assert write_comment(alice, video, "Our own casino").state == CommentState.SHOWN, "the channel's people are trusted"


def test_a_wave_is_removed_at_once_and_undone_as_it_was(
    aged: None, make_video: MakeVideo, ada: User, alice: User, bob: User, carol: User
) -> None:
    video, own = make_video(), make_video(owner=bob)
    first = write_comment(carol, video, "A question")
    shown = [write_comment(bob, video, f"Talk number {n}", parent=first if n else None) for n in range(3)]
    deleted = write_comment(bob, video, "I thought better of it")
    delete_comment(bob, deleted)
    Comment.objects.filter(pk=shown[2].pk).update(state=CommentState.HELD)
    Comment.objects.filter(pk=first.pk).update(num_replies=1)
    Thread.objects.update(num_comments=3)
    action = all_of_person(bob, verb="remove", by=ada)
    assert Thread.objects.get().num_comments == 1
    assert not Comment.objects.filter(author=bob).exclude(state=CommentState.DELETED).exists()
    own.refresh_from_db()
    assert own.state == "trashed"
    undo(action, by=ada)
    states = dict(Comment.objects.filter(author=bob).values_list("pk", "state"))
    assert [states[row.pk] for row in shown] == ["shown", "shown", "held"] and states[deleted.pk] == "deleted"
    own.refresh_from_db()
    assert own.state == "ready" and Thread.objects.get().num_comments == 3
    with pytest.raises(Conflict):
        undo(action, by=ada)
    verbs = list(AuditEntry.objects.filter(person="bob", actor="ada").values_list("verb", flat=True))
    assert "person.remove_all" in verbs and "person.undo_all" in verbs
    with pytest.raises(InputError, match="administrator"):
        all_of_person(ada, verb="remove", by=ada)


def test_a_moderator_clears_a_wave_by_page(
    aged: None, make_video: MakeVideo, as_user: AsUser, ada: User, alice: User, bob: User
) -> None:
    video = make_video()
    for n in range(5):
        write_comment(bob, video, f"Wave number {n}")
    assert as_user(alice).get("/moderation/people/bob").status_code == 403
    assert as_user(alice).post("/moderation/people/bob/remove").status_code == 403
    page = as_user(ada).get("/moderation/people/bob").content.decode()
    assert "Wave number 4" in page and "Remove all" in page
    as_user(ada).post("/moderation/people/bob/hold")
    assert "Wave" not in Client().get(f"/watch/{video.public_id}/comments").content.decode()
    page = as_user(ada).get("/moderation/people/bob").content.decode()
    as_user(ada).post("/moderation/people/bob/undo", {"action": page.split('name="action" value="')[1][:12]})
    assert "Wave number 4" in Client().get(f"/watch/{video.public_id}/comments").content.decode()
