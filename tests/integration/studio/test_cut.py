"""Trim and cut: what will come out is told first, and comes out; words and chapters move along."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from django.test import Client

from kinora import config
from kinora.engine.cancel import CancelToken
from kinora.errors import Conflict, InputError
from kinora.ledger.record import sha256_of
from kinora.library.models import Chapter, Job, SubtitleSource, User, Video
from kinora.library.stages.cut import run
from kinora.library.stages.stage import Work, facts_to_json
from kinora.library.studio.cut import begin_cut, moved, plan_cut
from kinora.library.subtitles import NewTrack, store_track
from kinora.media.probe import probe
from kinora.moments import moment
from kinora.site.views.studio_cut import parse_stretches
from kinora.timebase import Span

AsUser = Callable[[User | None], Client]
MakeVideo = Callable[..., Video]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 8 s at 25 frames a second with a key-frame every two seconds, B-frames, and a tone."""
    path = tmp_path_factory.mktemp("clips") / "film.mp4"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x90:r=25:d=8",
            "-f", "lavfi", "-i", "sine=d=8", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "50",
            "-keyint_min", "50", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


@pytest.fixture
def film(clip: Path, make_video: MakeVideo) -> Video:
    facts = probe(clip, config.current())
    video = make_video(
        facts=facts_to_json(facts), duration_seconds=facts.duration_seconds, width=160, height=90,
        sha256=sha256_of(clip), size_bytes=clip.stat().st_size,
    )  # fmt: skip
    video.original_path.write_bytes(clip.read_bytes())
    return video


def done(video: Video, tmp_path: Path, keep: list[tuple[float, float]], *, is_exact: bool) -> Any:
    job = begin_cut(video, plan_cut(video, keep, is_exact=is_exact))
    outcome = run(Work(job, config.current(), tmp_path, CancelToken(), lambda share, said: None))
    video.refresh_from_db()
    return outcome


def test_the_plan_says_what_copying_gives(film: Video) -> None:
    plan = plan_cut(film, [(1.0, 3.0), (6.5, 8.0)], is_exact=False)
    assert [(span.start_seconds, span.end_seconds) for span in plan.kept] == [(0.0, 3.0), (6.0, 8.0)]
    exact = plan_cut(film, [(1.0, 3.0)], is_exact=True)
    assert exact.kept == exact.asked == (Span(1.0, 3.0),)
    assert not Job.objects.exists() and film.original_path.exists(), "a plan changes nothing"


@pytest.mark.parametrize(
    "keep", [[], [(3, 1)], [(0, 8)], [(9, 10)], [(1, 3), (2, 4)], [(-1, 2)], [(float("nan"), 2)], [(1, 1.01)]]
)
def test_what_is_no_cut_is_refused(film: Video, keep: list[tuple[float, float]]) -> None:
    with pytest.raises(InputError):
        plan_cut(film, keep, is_exact=False)


def test_a_cut_without_encoding(film: Video, tmp_path: Path) -> None:
    cues = (moment.Cue(0.5, 1.0, "kept"), moment.Cue(4.5, 5.0, "gone"), moment.Cue(6.5, 7.0, "moved"))
    store_track(film, NewTrack(SubtitleSource.EMBEDDED, "2", cues, "en"))
    Chapter.objects.create(video=film, start_seconds=6.0, end_seconds=8.0, title="Last")
    before = film.public_id
    done(film, tmp_path, [(0.0, 2.0), (6.0, 8.0)], is_exact=False)
    made = probe(film.original_path, config.current())
    assert made.video is not None and made.video.codec == "h264" and made.audio
    assert made.duration_seconds == pytest.approx(4.0, abs=0.25)
    assert film.public_id == before and film.state == "processing" and film.sha256 == sha256_of(film.original_path)
    track = film.subtitle_tracks.get()
    shown = [(cue.text, cue.start_seconds) for cue in track.cues.all()]
    assert track.source == "studio" and [text for text, _ in shown] == ["kept", "moved"]
    assert shown[1][1] == pytest.approx(2.5, abs=0.2)
    assert [chapter.title for chapter in made.chapters] == ["Last"]
    assert film.recipe["cuts"], "the ledger tells"
    assert Job.objects.filter(kind="probe", video=film).exists()


def test_an_exact_cut_is_exact(film: Video, tmp_path: Path) -> None:
    done(film, tmp_path, [(1.0, 2.0), (5.0, 5.4)], is_exact=True)
    made = probe(film.original_path, config.current())
    assert made.video is not None and made.video.num_frames == 35


def test_a_second_attempt_cuts_nothing_twice(film: Video, tmp_path: Path) -> None:
    job = begin_cut(film, plan_cut(film, [(0.0, 2.0)], is_exact=False))
    with pytest.raises(Conflict):
        begin_cut(film, plan_cut(film, [(0.0, 4.0)], is_exact=False))
    Video.objects.filter(pk=film.pk).update(sha256="another")
    before = film.original_path.read_bytes()
    run(Work(job, config.current(), tmp_path, CancelToken(), lambda share, said: None))
    assert film.original_path.read_bytes() == before


def test_a_stretch_finds_its_place_on_the_new_clock() -> None:
    kept = (Span(2.0, 4.0), Span(6.0, 8.0))
    assert moved(Span(0.0, 1.0), kept) == []
    assert moved(Span(3.0, 7.0), kept) == [Span(1.0, 2.0), Span(2.0, 3.0)]


def test_the_page_shows_first_and_then_cuts(film: Video, as_user: AsUser, alice: User, bob: User) -> None:
    address, form = f"/videos/{film.public_id}/cut", {"keep": "0:01 - 0:03\n", "how": "fast"}
    shown = as_user(alice).post(address, form).content.decode()
    assert "0.000 – 3.000 s" in shown and not Job.objects.exists()
    wrong = as_user(alice).post(address, {"keep": "from one to two"})
    assert wrong.status_code == 400 and "Line 1 is no stretch" in wrong.content.decode()
    for person, status in ((bob, 404), (None, 302)):
        assert as_user(person).post(address, {**form, "begin": "1"}).status_code == status
    assert not Job.objects.exists()
    assert as_user(alice).post(address, {**form, "begin": "1"}).status_code == 302
    assert Job.objects.get().kind == "cut"
    assert parse_stretches("0:05 - 1:20.5\n\n2:00–2:30") == [(5.0, 80.5), (120.0, 150.0)]


def test_the_api_plans_and_cuts(film: Video, calls: AsUser, alice: User, bob: User) -> None:
    address = f"/api/v1/videos/{film.public_id}/cut"
    body = json.dumps({"keep": [[1, 3]], "is_plan": True})
    told = calls(alice).post(address, body, content_type="application/json").json()
    assert told["stretches"][0]["kept"] == [0.0, 3.0] and "job" not in told
    assert calls(bob).post(address, body, content_type="application/json").status_code == 404
    assert calls(None).post(address, body, content_type="application/json").status_code == 401
