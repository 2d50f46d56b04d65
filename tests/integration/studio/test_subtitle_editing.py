"""The editing room: drafts that are not lost, tracks that search learns of, files in and out, chapters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kinora.library.models import Cue, Job, SubtitleSource, SubtitleTrack, User, Video
from kinora.library.studio.models import SubtitleDraft
from kinora.library.subtitles import NewTrack, store_track
from kinora.moments import moment
from kinora.moments.subtitle_writing import write_subtitles
from kinora.moments.subtitles import parse_subtitles

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]
CUES = [
    {"start": 1.0, "end": 2.5, "text": "Good morning", "speaker": ""},
    {"start": 3.0, "end": 4.0, "text": "Two\nlines"},
]


def put(browser: Client, address: str, **body: Any) -> Any:
    return browser.put(address, json.dumps(body), content_type="application/json")


def post(browser: Client, address: str, **body: Any) -> Any:
    return browser.post(address, json.dumps(body), content_type="application/json")


@pytest.fixture
def video(make_video: MakeVideo) -> Video:
    return make_video()


@pytest.fixture
def track(video: Video) -> SubtitleTrack:
    cues = (moment.Cue(0.5, 1.5, "from the file"),)
    return store_track(video, NewTrack(SubtitleSource.EMBEDDED, "2", cues, "en", "English"))


def test_a_draft_is_kept_until_it_is_saved(video: Video, as_user: AsUser, alice: User) -> None:
    browser, studio = as_user(alice), f"/videos/{video.public_id}/studio"
    first = put(browser, f"{studio}/new/draft", cues=CUES, version=0, language="en", label="Mine")
    assert first.json() == {"version": 1}
    page = browser.get(studio).content.decode()
    assert "Good morning" in page and "Your draft" in page
    late = put(browser, f"{studio}/new/draft", cues=[], version=0)
    assert late.status_code == 409 and "another window" in late.json()["error"]["message"]
    assert SubtitleDraft.objects.get().cues[0]["text"] == "Good morning", "the later window loses nothing"
    assert not SubtitleTrack.objects.exists() and not Job.objects.filter(kind="index").exists()
    saved = post(browser, f"{studio}/new/save", cues=CUES, language="English", label="Mine", version=1)
    track = SubtitleTrack.objects.get(pk=saved.json()["key"])
    assert (track.source, track.language, track.label) == ("studio", "en", "Mine")
    assert list(track.cues.values_list("text", flat=True)) == ["Good morning", "Two\nlines"]
    assert Job.objects.filter(kind="index", video=video).exists(), "search learns the words"
    assert not SubtitleDraft.objects.exists()


def test_what_was_read_and_then_edited_is_not_read_over(
    video: Video, track: SubtitleTrack, as_user: AsUser, alice: User
) -> None:
    address = f"/videos/{video.public_id}/studio/{track.pk}"
    saved = post(as_user(alice), f"{address}/save", cues=CUES, language="en", label="English", version=0)
    assert saved.json()["key"] == str(track.pk), "the same track goes on"
    again = store_track(video, NewTrack(SubtitleSource.EMBEDDED, "2", (moment.Cue(0.5, 1.5, "from the file"),), "en"))
    assert again.pk == track.pk and SubtitleTrack.objects.count() == 1
    assert Cue.objects.filter(text="Good morning").exists()


def test_a_draft_can_be_thrown_away(video: Video, track: SubtitleTrack, as_user: AsUser, alice: User) -> None:
    browser, address = as_user(alice), f"/videos/{video.public_id}/studio/{track.pk}"
    put(browser, f"{address}/draft", cues=CUES, version=0)
    assert browser.delete(f"{address}/draft").status_code == 204
    assert "from the file" in browser.get(address).content.decode()


@pytest.mark.parametrize(
    ("cues", "said"),
    [
        ("no list", "no subtitles"), ([1], "cue 1 is none"), ([{"start": 2, "end": 1, "text": ""}], "cue 1 ends"),
        ([{"start": "NaN", "end": 1}], "a time of cue 1"), ([{"start": -1, "end": 1}], "a time of cue 1"),
        ([{"start": True, "end": 1}], "a time of cue 1"),
        ([{"start": 0, "end": 1, "text": "x" * 3000}], "text of cue 1"),
        ([], "no cue"),
    ],
)  # fmt: skip
def test_broken_cues_are_refused_by_number(video: Video, as_user: AsUser, alice: User, cues: object, said: str) -> None:
    answer = post(as_user(alice), f"/videos/{video.public_id}/studio/new/save", cues=cues, version=0)
    assert answer.status_code == 400 and said in answer.json()["error"]["message"]
    assert not SubtitleTrack.objects.exists()


def test_the_room_is_its_editors_alone(
    video: Video, track: SubtitleTrack, as_user: AsUser, bob: User, alice: User
) -> None:
    studio = f"/videos/{video.public_id}/studio"
    for client, status in ((as_user(bob), 404), (as_user(None), 302)):
        for address in (studio, f"{studio}/{track.pk}", f"{studio}/peaks", f"{studio}/{track.pk}/export.srt"):
            assert client.get(address).status_code == status, address
        assert put(client, f"{studio}/new/draft", cues=CUES, version=0).status_code == status
        assert post(client, f"{studio}/{track.pk}/save", cues=CUES, version=0).status_code == status
        assert put(client, f"{studio}/chapters", chapters=[]).status_code == status
    assert as_user(alice).get(f"{studio}/999999").status_code == 404
    assert as_user(alice).get(f"{studio}/nonsense").status_code == 404
    assert Cue.objects.get().text == "from the file"


def test_another_videos_track_is_out_of_reach(
    make_video: MakeVideo, track: SubtitleTrack, as_user: AsUser, bob: User
) -> None:
    own = make_video(bob)
    answer = post(as_user(bob), f"/videos/{own.public_id}/studio/{track.pk}/save", cues=CUES, version=0)
    assert answer.status_code == 404 and Cue.objects.get().text == "from the file"


def test_files_come_in_and_go_out(video: Video, track: SubtitleTrack, as_user: AsUser, alice: User) -> None:
    browser, address = as_user(alice), f"/videos/{video.public_id}/studio/{track.pk}"
    srt = SimpleUploadedFile("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello <b>there</b>\n")
    assert browser.post(f"{address}/parse", {"file": srt}).json()["cues"][0]["text"] == "Hello there"
    broken = browser.post(f"{address}/parse", {"file": SimpleUploadedFile("a.srt", b"\0\1\2")})
    assert broken.status_code == 422 and broken.json()["error"]["kind"] == "SubtitlesRefused"
    given = browser.get(f"{address}/export.srt")
    assert given.content.decode() == "1\n00:00:00,500 --> 00:00:01,500\nfrom the file\n"
    assert 'filename="Film' in given["Content-Disposition"]
    assert browser.get(f"{address}/export.exe").status_code == 400


@pytest.mark.parametrize("form", ["srt", "vtt", "ttml"])
def test_what_is_written_is_read_back(form: str) -> None:
    cues = [moment.Cue(0.0, 1.25, "a <b> & c"), moment.Cue(3661.5, 3663.0, "two\nlines --> here")]
    back = parse_subtitles(write_subtitles(cues, form, "en").encode(), f"x.{form}")
    assert [(cue.start_seconds, cue.end_seconds) for cue in back] == [(0.0, 1.25), (3661.5, 3663.0)]
    assert "two" in back[1].text and "lines" in back[1].text


def test_chapters_are_put_in_place(video: Video, as_user: AsUser, alice: User) -> None:
    browser, address = as_user(alice), f"/videos/{video.public_id}/studio/chapters"
    marks = [{"start": 60, "title": "Later"}, {"start": 0, "title": "Opening"}]
    assert put(browser, address, chapters=marks).json() == {"num_chapters": 2}
    assert list(video.chapters.values_list("title", flat=True)) == ["Opening", "Later"]
    for wrong in ([{"start": 1, "title": " "}], [{"start": 999, "title": "x"}], [{"start": 1, "title": "a"}] * 2, 5):
        assert put(browser, address, chapters=wrong).status_code == 400
    assert video.chapters.count() == 2


def test_the_sound_wave_is_drawn_once_somebody_asks(make_video: MakeVideo, as_user: AsUser, alice: User) -> None:
    silent, loud = make_video(), make_video(facts={"audio": [{"codec": "aac"}], "video": None})
    browser = as_user(alice)
    assert browser.get(f"/videos/{silent.public_id}/studio/peaks").status_code == 404
    assert browser.get(f"/videos/{loud.public_id}/studio/peaks").status_code == 202
    assert browser.get(f"/videos/{loud.public_id}/studio/peaks").status_code == 202
    assert Job.objects.filter(kind="peaks").count() == 1
    (loud.folder / "peaks.bin").write_bytes(bytes(range(100)))
    sent = browser.get(f"/videos/{loud.public_id}/studio/peaks")
    assert b"".join(sent.streaming_content) == bytes(range(100))  # type: ignore[attr-defined]
