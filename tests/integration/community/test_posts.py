"""Posts of a channel: text, picture, poll, comments; who writes, who sees, what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kinora.library.accounts import channel_of
from kinora.library.community.models import Comment, PollVote, Post
from kinora.library.community.posts import NewPost, delete_post, write_post
from kinora.library.models import User
from kinora.library.moderation.models import Case
from kinora.library.moderation.trash import empty_trash

AsUser = Callable[[User | None], Client]


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 200), (200, 30, 30)).save(file, kind)
    return file.getvalue()


@pytest.fixture
def post(alice: User) -> Post:
    return write_post(alice, channel_of(alice), NewPost(text="New films on Friday", options=("Yes", "No")))


def test_a_channels_people_write_and_everybody_reads(as_user: AsUser, with_key: AsUser, alice: User, bob: User) -> None:
    channel_of(alice), channel_of(bob)
    written = as_user(alice).post("/c/alice/posts", {"text": "We are by the sea, says @bob https://example.org"})
    assert written.status_code == 302
    page = as_user(None).get("/c/alice/posts").content.decode()
    assert "by the sea" in page and 'href="/c/bob"' in page and 'rel="nofollow noopener ugc"' in page
    assert as_user(bob).post("/c/alice/posts", {"text": "I am Alice"}).status_code == 403
    assert as_user(None).post("/c/alice/posts", {"text": "x"}).status_code == 403
    told = with_key(None).get("/api/v1/channels/alice/posts").json()["posts"]
    assert [row["text"][:14] for row in told] == ["We are by the "]
    assert with_key(bob).post("/api/v1/channels/alice/posts", {"text": "x"}).status_code == 403
    made = with_key(alice).post("/api/v1/channels/alice/posts", {"text": "By a program", "option": ["A", "B"]})
    assert made.status_code == 201 and [row["text"] for row in made.json()["poll"]] == ["A", "B"]
    assert as_user(None).get("/c/nobody/posts").status_code == 404


def test_a_picture_is_made_anew_and_nothing_else_is_taken(as_user: AsUser, alice: User) -> None:
    channel_of(alice)
    hidden = picture("JPEG") + b"<script>alert(1)</script>"
    file = SimpleUploadedFile("x.svg", hidden, "image/svg+xml")
    assert as_user(alice).post("/c/alice/posts", {"picture": file, "picture_alt": 'red "square"'}).status_code == 302
    post = Post.objects.get()
    answer = as_user(None).get(f"/posts/{post.public_id}/picture.jpg")
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg" and body[:2] == b"\xff\xd8" and b"script" not in body
    assert "red &quot;square&quot;" in as_user(None).get(f"/posts/{post.public_id}").content.decode()
    for bad in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a broken", b"\x89PNG\r\n\x1a\n"):
        refused = as_user(alice).post(
            "/c/alice/posts", {"text": "kept words", "picture": SimpleUploadedFile("x.png", bad)}
        )
        assert refused.status_code == 422 and "kept words" in refused.content.decode()
    delete_post(alice, post)
    assert as_user(None).get(f"/posts/{post.public_id}/picture.jpg").status_code == 404
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [{"text": ""}, {"text": "x" * 5001}, {"text": "x", "option": ["only one"]}, {"text": "x", "comments": "maybe"},
     {"text": "x", "option": list("abcdef")}, {"text": "x", "option": ["y" * 101, "z"]}],
)  # fmt: skip
def test_impossible_posts_are_refused(as_user: AsUser, alice: User, given: dict[str, Any]) -> None:
    channel_of(alice)
    assert as_user(alice).post("/c/alice/posts", given).status_code == 400
    assert not Post.objects.exists()


def test_a_poll_counts_each_person_once(as_user: AsUser, with_key: AsUser, post: Post, bob: User, carol: User) -> None:
    address = f"/posts/{post.public_id}/vote"
    as_user(bob).post(address, {"place": "0"})
    as_user(bob).post(address, {"place": "0"})
    as_user(carol).post(address, {"place": "0"})
    told = with_key(carol).post(f"/api/v1/posts/{post.public_id}/vote", {"place": 1}, content_type="application/json")
    assert [(row["num_votes"], row["is_chosen"]) for row in told.json()["poll"]] == [(1, False), (1, True)]
    assert told.json()["num_votes"] == 2 and PollVote.objects.count() == 2
    for place in ("7", "-1", "x", ""):
        assert as_user(bob).post(address, {"place": place}).status_code == 404
    assert as_user(None).post(address, {"place": "0"}).status_code == 302
    assert "50 %" in as_user(bob).get(f"/posts/{post.public_id}").content.decode()


def test_comments_stand_under_a_post_by_the_same_mechanism(as_user: AsUser, post: Post, alice: User, bob: User) -> None:
    address = f"/posts/{post.public_id}/comments"
    page = as_user(bob).post(address, {"text": "At 0:10 see you"}, headers={"HX-Request": "true"}).content.decode()
    assert "see you" in page and "data-seek" not in page, "there is no video to seek in"
    comment = Comment.objects.get()
    lead = as_user(None).get(f"/comments/{comment.pk}")
    assert lead["Location"] == f"/posts/{post.public_id}?comment={comment.pk}#comments"
    delete_post(alice, post)
    for door in (address, f"/comments/{comment.pk}", f"/posts/{post.public_id}", f"/api/v1/posts/{post.public_id}",
                 f"/api/v1/posts/{post.public_id}/comments"):  # fmt: skip
        assert as_user(bob).get(door).status_code == 404
    assert "New films" not in as_user(bob).get("/c/alice/posts").content.decode()


def test_deleting_a_post_can_be_undone_until_the_trash_is_emptied(
    as_user: AsUser, post: Post, alice: User, bob: User
) -> None:
    for verb in ("delete", "edit", "restore"):
        assert as_user(bob).post(f"/posts/{post.public_id}/{verb}", {"text": "x"}).status_code in (403, 404)
    as_user(alice).post(f"/posts/{post.public_id}/delete")
    assert "Bring back" in as_user(alice).get(f"/posts/{post.public_id}").content.decode()
    as_user(alice).post(f"/posts/{post.public_id}/restore")
    as_user(alice).post(f"/posts/{post.public_id}/edit", {"text": "New films on Sunday"})
    assert "Sunday" in as_user(None).get(f"/posts/{post.public_id}").content.decode()
    as_user(alice).post(f"/posts/{post.public_id}/delete")
    Post.objects.update(deleted_at="2020-01-01T00:00:00Z")
    assert empty_trash()["posts"] == 1 and not Post.objects.exists()


def test_a_moderator_removes_a_post_and_its_channel_can_not_undo_it(
    as_user: AsUser, post: Post, ada: User, alice: User, bob: User
) -> None:
    as_user(bob).post("/report", {"kind": "post", "id": post.public_id, "reason": "spam"})
    as_user(ada).post(f"/moderation/cases/{Case.objects.get().public_id}/decide", {"decision": "remove"})
    assert as_user(None).get(f"/posts/{post.public_id}").status_code == 404
    assert as_user(alice).post(f"/posts/{post.public_id}/restore").status_code == 403


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_a_script_in_a_post_stays_text(as_user: AsUser, alice: User, text: str) -> None:
    post = write_post(
        alice, channel_of(alice), NewPost(text=text, options=(text, "No"), picture=picture(), picture_alt=text)
    )
    for page in (f"/posts/{post.public_id}", "/c/alice/posts"):
        for viewer in (alice, None):
            html = as_user(viewer).get(page).content.decode()
            assert "<script>alert" not in html and "<img src=x" not in html


@pytest.mark.parametrize("num_posts", [1, 20])
def test_the_list_asks_few_questions_however_long(
    as_user: AsUser, alice: User, bob: User, django_assert_max_num_queries: Callable[[int], Any], num_posts: int
) -> None:
    Post.objects.bulk_create(
        Post(channel=channel_of(alice), author=alice, text=f"@alice {n}") for n in range(num_posts)
    )
    browser = as_user(bob)
    with django_assert_max_num_queries(10):
        browser.get("/c/alice/posts")
