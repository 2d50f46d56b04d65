"""Copies on the pages and in the API: who is told of what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kinora.library.copies import FoundCopy, keep_matches
from kinora.library.models import User, Video
from kinora.search.copies import Stretch

STRETCH = Stretch(3.0, 11.0, 20.0, 28.0, 0.98, "picture", 1.0, is_mirrored=True)


@pytest.fixture
def pair(alice: User, bob: User, make_video: Callable[..., Video]) -> tuple[Video, Video]:
    """Return Alice's private original and Bob's public copy of a part of it, found when Bob's was added."""
    original = make_video(alice, "Alice's private original", visibility="private")
    copy = make_video(bob, "Bob's public copy")
    keep_matches(copy, [FoundCopy(original, "part_of", 0.98, (STRETCH,))])
    return original, copy


def get_copies(client: Client, video: Video) -> Any:
    return client.get(f"/api/v1/videos/{video.public_id}/copies")


def test_the_owner_of_a_private_original_is_told(pair: tuple[Video, Video], as_alice: Client) -> None:
    found = get_copies(as_alice, pair[0]).json()["copies"]
    assert [(one["video"]["id"], one["kind"]) for one in found] == [(pair[1].public_id, "contains")]
    assert found[0]["stretches"][0]["start_seconds"] == 20.0
    assert found[0]["stretches"][0]["other_start_seconds"] == 3.0


def test_somebody_elses_private_video_is_not_told(pair: tuple[Video, Video], as_bob: Client) -> None:
    assert get_copies(as_bob, pair[1]).json()["copies"] == []
    page = as_bob.get(f"/videos/{pair[1].public_id}/copies").content.decode()
    assert "private original" not in page and pair[0].public_id not in page


def test_an_unlisted_one_and_the_same_bytes_are_not_told_either(pair: tuple[Video, Video], as_bob: Client) -> None:
    Video.objects.filter(pk=pair[0].pk).update(visibility="unlisted")
    assert get_copies(as_bob, pair[1]).json()["copies"] == []
    Video.objects.filter(pk=pair[0].pk).update(sha256=pair[1].sha256)
    assert get_copies(as_bob, pair[1]).json()["copies"] == []


def test_what_becomes_public_is_told_and_the_same_bytes_are_exact(pair: tuple[Video, Video], as_bob: Client) -> None:
    Video.objects.filter(pk=pair[0].pk).update(visibility="public")
    assert get_copies(as_bob, pair[1]).json()["copies"][0]["kind"] == "part_of"
    Video.objects.filter(pk=pair[0].pk).update(sha256=pair[1].sha256)
    assert [one["kind"] for one in get_copies(as_bob, pair[1]).json()["copies"]] == ["exact"]


def test_administrators_are_told_all(pair: tuple[Video, Video], as_admin: Client) -> None:
    assert len(get_copies(as_admin, pair[1]).json()["copies"]) == 1


def test_only_owners_ask(pair: tuple[Video, Video], as_alice: Client, as_nobody: Client) -> None:
    assert get_copies(as_alice, pair[1]).status_code == 404  # Bob's public video, but not hers to ask about
    assert get_copies(as_nobody, pair[1]).status_code == 401
    assert as_alice.get(f"/videos/{pair[1].public_id}/copies").status_code == 404


def test_the_edit_page_shows_where_it_appears(pair: tuple[Video, Video], as_alice: Client) -> None:
    page = as_alice.get(f"/videos/{pair[0].public_id}/edit").content.decode()
    assert "Also appears in" in page and "Bob&#x27;s public copy" in page
    assert "contains it whole" in page and "mirrored" in page
    assert f"/watch/{pair[1].public_id}?t=3" in page


def test_a_file_that_is_no_media_is_refused(as_alice: Client, tmp_path: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = SimpleUploadedFile("film.mp4", b"no film at all")
    answer = as_alice.post("/api/v1/copies", {"file": sent})
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]
