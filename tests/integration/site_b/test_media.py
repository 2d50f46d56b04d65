"""The files of a video: who gets them, which exist, and how much of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.integration.site_b.conftest import ORIGINAL

from kinora import config
from kinora.library.models import Cue, Shot, SubtitleTrack, User, Video
from kinora.library.samples import KeptSample, save_samples
from kinora.site import ranges

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]

FILES = {
    "original": "video/mp4",
    "poster.jpg": "image/jpeg",
    "covers/0.jpg": "image/jpeg",
    "scrub/sprite-0.jpg": "image/jpeg",
    "scrub/scrub.vtt": "text/vtt; charset=utf-8",
    "hls/main.m3u8": "application/vnd.apple.mpegurl",
    "hls/240p/media.m3u8": "application/vnd.apple.mpegurl",
    "hls/240p/init.mp4": "video/mp4",
    "hls/240p/00001.m4s": "video/mp4",
    "hls/0p/init.mp4": "video/mp4",
}


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def without_tokens(response: Any) -> str:
    """Return a page's text without its form tokens, which differ each time."""
    return re.sub(r"(\"X-CSRFToken\": |value=)\"[A-Za-z0-9]{64}\"", "", response.content.decode())


@pytest.mark.parametrize(("name", "content_type"), FILES.items())
def test_each_file_of_a_public_video_is_served_with_its_type(
    make_video: MakeVideo, client: Client, name: str, content_type: str
) -> None:
    video = make_video()
    response = client.get(f"/media/{video.public_id}/{name}")
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "public, no-cache"
    assert body_of(response) == (ORIGINAL if name == "original" else name.encode())


@pytest.mark.parametrize("name", [*FILES, "subtitles/1.vtt", "nothing"])
@pytest.mark.parametrize("who", ["bob", None])
def test_a_private_video_gives_nothing_away(
    make_video: MakeVideo, as_user: AsUser, bob: User, name: str, who: str | None
) -> None:
    video = make_video(visibility="private")
    browser = as_user(bob if who else None)
    refused = browser.get(f"/media/{video.public_id}/{name}", headers={"Range": "bytes=0-9"})
    absent = browser.get(f"/media/{'x' * 12}/{name}", headers={"Range": "bytes=0-9"})
    assert (refused.status_code, without_tokens(refused)) == (404, without_tokens(absent))
    known = {"Content-Length", "Date", "Vary"}
    assert {*refused.headers} - known == {*absent.headers} - known


@pytest.mark.parametrize("name", FILES)
def test_the_owner_of_a_private_video_gets_its_files_uncached(
    make_video: MakeVideo, as_user: AsUser, alice: User, name: str
) -> None:
    response = as_user(alice).get(f"/media/{make_video(visibility='private').public_id}/{name}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-cache"


def test_an_unlisted_video_is_served_to_whoever_has_its_address(make_video: MakeVideo, client: Client) -> None:
    assert client.get(f"/media/{make_video(visibility='unlisted').public_id}/original").status_code == 200


def test_a_video_in_preparation_is_its_owners_only(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    address = f"/media/{make_video(state='processing').public_id}/original"
    assert as_user(None).get(address).status_code == 404
    assert as_user(alice).get(address).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "", "original.mp4", "original/", "../kinora.sqlite3", "..%2f..%2fkinora.sqlite3", "covers/../original",
        "covers/00.jpg", "covers/-1.jpg", "covers/0.jpg/", "covers/0.jpg%00", "covers/٣.jpg", "covers/9999999.jpg",
        "hls/240p/../main.m3u8", "hls/240p/.main.m3u8.part", "hls/240p/1.m4s", "hls/240p/000001.m4s",
        "hls/99999p/init.mp4", "samples/000000.jpg", "at/-1.jpg", "at/1.5.jpg", "at/1234567890.jpg",
        "samples/samples.json", "subtitles/0.vtt", "subtitles/1.vtt/", "subtitles/1.srt", "scrub/scrub.vtt%0a",
        "poster.jpg%0d%0aX: y", "/etc/passwd", "//etc/passwd", "hls/240p/00001.m4s%20", "POSTER.JPG",
    ],
)  # fmt: skip
def test_no_other_shape_of_file_exists(make_video: MakeVideo, client: Client, name: str) -> None:
    assert client.get(f"/media/{make_video().public_id}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("0-9", 0, 10), ("2000-", 2000, 2048), ("-48", 2000, 2048), ("100-100", 100, 101)]
)
def test_a_range_is_served_exactly(make_video: MakeVideo, client: Client, asked: str, start: int, end: int) -> None:
    address = f"/media/{make_video().public_id}/original"
    response = client.get(address, headers={"Range": f"bytes={asked}"})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/2048"
    assert response["Content-Length"] == str(end - start)
    assert body_of(response) == ORIGINAL[start:end]


def test_a_range_outside_the_file_is_refused_with_its_size(make_video: MakeVideo, client: Client) -> None:
    response = client.get(f"/media/{make_video().public_id}/original", headers={"Range": "bytes=2048-"})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */2048")


def test_an_open_range_comes_in_parts_but_a_download_whole(
    make_video: MakeVideo, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "OPEN_RANGE_BYTES", 100)
    address = f"/media/{make_video().public_id}/original"
    assert client.get(address, headers={"Range": "bytes=50-"})["Content-Range"] == "bytes 50-149/2048"
    whole = client.get(f"{address}?download", headers={"Range": "bytes=50-"})
    assert whole["Content-Range"] == "bytes 50-2047/2048"
    assert body_of(whole) == ORIGINAL[50:]


def test_long_answers_leave_threads_for_others(
    make_video: MakeVideo, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "LONG_BYTES", 100)
    address = f"/media/{make_video().public_id}/original"
    places = config.current().web_threads // 2
    held = [client.get(f"{address}?download") for _ in range(places)]
    assert [response.status_code for response in held] == [200] * places
    refused = client.get(f"{address}?download")
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    part = client.get(address, headers={"Range": "bytes=10-2000"})
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 10-109/2048")
    for response in held:
        assert body_of(response) == ORIGINAL
    assert body_of(client.get(f"{address}?download")) == ORIGINAL
    ranges.long_answers.cache_clear()


def test_if_range_sends_the_whole_of_a_file_that_changed(make_video: MakeVideo, client: Client) -> None:
    address = f"/media/{make_video().public_id}/original"
    first = client.head(address)
    part = {"Range": "bytes=0-0"}
    assert client.get(address, headers={**part, "If-Range": first["ETag"]}).status_code == 206
    assert client.get(address, headers={**part, "If-Range": first["Last-Modified"]}).status_code == 206
    assert client.get(address, headers={**part, "If-Range": '"other"'}).status_code == 200
    assert client.get(address, headers={**part, "If-Range": f"W/{first['ETag']}"}).status_code == 200


def test_an_unchanged_file_is_not_sent_again(make_video: MakeVideo, client: Client) -> None:
    video = make_video()
    address = f"/media/{video.public_id}/original"
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    video.original_path.write_bytes(ORIGINAL + b"more")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_head_tells_the_size_and_sends_nothing(make_video: MakeVideo, client: Client) -> None:
    response = client.head(f"/media/{make_video().public_id}/original")
    assert (response.status_code, response["Content-Length"], body_of(response)) == (200, "2048", b"")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_files_are_only_read(make_video: MakeVideo, client: Client, method: str) -> None:
    assert getattr(client, method)(f"/media/{make_video().public_id}/original").status_code == 405


def test_what_is_no_known_media_is_only_saved_never_shown(make_video: MakeVideo, client: Client) -> None:
    video = make_video(facts={"format_name": "html"}, original_name='a"<b>\r\nX: y.html', original_suffix=".html")
    response = client.get(f"/media/{video.public_id}/original")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert "\n" not in response["Content-Disposition"]


def test_an_original_is_saved_under_its_own_name(make_video: MakeVideo, client: Client) -> None:
    response = client.get(f"/media/{make_video(original_name='Über Wasser.mp4').public_id}/original?download")
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cber%20Wasser.mp4"


def test_subtitles_are_made_from_cues_of_this_very_video(make_video: MakeVideo, client: Client) -> None:
    video, other = make_video(), make_video()
    track = SubtitleTrack.objects.create(video=video, language="en", source="upload", source_key="a.srt")
    Cue.objects.create(track=track, start_seconds=1.5, end_seconds=3.0, text="Fish <b>& chips</b>\n\n00:00 --> x")
    response = client.get(f"/media/{video.public_id}/subtitles/{track.pk}.vtt")
    text = response.content.decode()
    assert text.startswith("WEBVTT")
    assert "00:00:01.500 --> 00:00:03.000" in text
    assert text.count("-->") == 1
    assert client.get(f"/media/{other.public_id}/subtitles/{track.pk}.vtt").status_code == 404


def test_the_picture_at_a_second_is_the_kept_one_nearest_to_it(make_video: MakeVideo, client: Client) -> None:
    video = make_video()
    for number in range(3):
        (video.folder / f"samples/{number:06d}.jpg").write_bytes(b"picture %d" % number)
    save_samples(video.folder, [KeptSample(n * 1.5, 0, f"samples/{n:06d}.jpg", 0.1) for n in range(3)])
    for milliseconds, number in [(0, 0), (700, 0), (800, 1), (1500, 1), (99_000, 2)]:
        response = client.get(f"/media/{video.public_id}/at/{milliseconds}.jpg")
        assert (response.status_code, body_of(response)) == (200, b"picture %d" % number)


def test_the_picture_at_a_second_falls_back_to_the_shot_and_the_poster(make_video: MakeVideo, client: Client) -> None:
    video = make_video()
    assert body_of(client.get(f"/media/{video.public_id}/at/500.jpg")) == b"poster.jpg"
    Shot.objects.create(
        video=video, index=0, start_frame=0, end_frame=1, start_seconds=0, end_seconds=9, transition="start",
        transition_start_seconds=0, transition_end_seconds=0, cover_seconds=1,
    )  # fmt: skip
    assert body_of(client.get(f"/media/{video.public_id}/at/500.jpg")) == b"covers/0.jpg"


def test_a_public_file_costs_one_question(
    make_video: MakeVideo, client: Client, django_assert_num_queries: Callable[[int], Any]
) -> None:
    address = f"/media/{make_video().public_id}/covers/0.jpg"
    with django_assert_num_queries(1):
        client.get(address)
