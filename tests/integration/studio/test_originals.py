"""Originals once every quality is made: kept, moved to another folder, reduced to the best quality; never lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from kinora import config
from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.errors import Conflict, InputError, SettingRefused
from kinora.ledger.record import sha256_of
from kinora.library.delete import delete_video
from kinora.library.models import Job, OriginalState, Rendition, User, Video
from kinora.library.operating.settings_change import change_settings
from kinora.library.queue import enqueue
from kinora.library.replace import replace_file
from kinora.library.stages.encode import missing_rungs
from kinora.library.stages.stage import facts_of, facts_to_json
from kinora.library.studio.downloads import downloads_of
from kinora.library.studio.originals import sweep_originals
from kinora.library.studio.originals_plan import plan_originals
from kinora.library.studio.redo import redo
from kinora.media.ladder import plan_ladder
from kinora.media.probe import probe
from kinora.media.renditions import encode_rungs

Choose = Callable[..., Settings]


def make_clip(path: Path, *, seconds: int = 2) -> Path:
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y",
            "-f", "lavfi", "-i", f"testsrc=size=426x240:rate=15:duration={seconds}",
            "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
            "-c:v", "mpeg4", "-q:v", "2", "-c:a", "aac", "-shortest", str(path),
        ],
        check=True, timeout=60,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "a.mkv")


@pytest.fixture
def choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Return a function that puts settings in force."""
    (tmp_path / "elsewhere").mkdir()

    def settings(**values: Any) -> Settings:
        given = {"originals_keep_days": 0, "originals_dir": str(tmp_path / "elsewhere"), "ladder_heights": "240"}
        chosen = replace(config.Settings.from_env(), **{**given, **values})
        monkeypatch.setattr(config, "current", lambda: chosen)
        return chosen

    return settings


@pytest.fixture
def video(choose: Choose, make_video: Callable[..., Video], clip: Path) -> Video:
    """Return a video with its original, every quality and its sound."""
    settings = choose()
    facts = probe(clip, settings)
    made = make_video(
        original_suffix=".mkv", original_name="a.mkv", size_bytes=clip.stat().st_size, sha256=sha256_of(clip),
        playback="hls", facts=facts_to_json(facts), duration_seconds=facts.duration_seconds, width=426, height=240,
    )  # fmt: skip
    made.folder.mkdir(parents=True, exist_ok=True)
    made.original_path.write_bytes(clip.read_bytes())
    (made.folder / "hls").mkdir(exist_ok=True)
    rungs = plan_ladder(facts, (240,), ("h264",))
    for row in encode_rungs(made.original_path, facts, rungs, made.folder / "hls", settings):
        Rendition.objects.create(
            video=made, height=row.height, width=row.width, codecs=row.codecs, size_bytes=row.size_bytes,
            bitrate_bps=row.bitrate_bps,
        )  # fmt: skip
    return made


def sweep(settings: Settings) -> tuple[int, int, int]:
    told = sweep_originals(settings, CancelToken(), lambda *_: None)
    return told["num_done"], told["num_waiting"], told["num_failed"]


def test_a_reduced_original_is_its_best_quality_and_everything_goes_on(video: Video, choose: Choose) -> None:
    old, chosen = video.original_path, choose(originals="reduced")
    assert sweep(chosen) == (1, 0, 0)
    video.refresh_from_db()
    assert video.original_state == OriginalState.REDUCED
    assert not old.exists() and video.original_path.exists() and video.original_path.suffix == ".mp4"
    facts = probe(video.original_path, chosen)
    assert facts.video is not None and facts.video.codec == "h264" and len(facts.audio) == 1
    assert abs(facts.duration_seconds - video.duration_seconds) < 0.5
    assert facts_of(video) == facts and video.size_bytes == video.original_path.stat().st_size
    assert missing_rungs(video, facts_of(video), chosen) == [], "nothing is encoded again"
    assert downloads_of(video)[0].label == "Best quality kept"
    with pytest.raises(Conflict, match="dropped"):
        redo(video, "read")
    assert sweep(chosen) == (0, 0, 0), "once"


def test_a_moved_original_is_found_where_it_is_and_goes_with_its_video(
    video: Video, choose: Choose, clip: Path, tmp_path: Path
) -> None:
    old = video.original_path
    assert sweep(choose(originals="moved")) == (1, 0, 0)
    video.refresh_from_db()
    place = tmp_path / "elsewhere" / video.public_id / "original.mkv"
    assert video.original_path == place and place.read_bytes() == clip.read_bytes() and not old.exists()
    old.write_bytes(b"left behind by somebody who was killed")
    assert sweep(choose(originals="moved")) == (0, 0, 0)
    assert not old.exists() and place.exists()
    delete_video(video)
    assert not place.parent.exists()


def test_a_moved_original_is_replaced_beside_the_video(video: Video, choose: Choose, tmp_path: Path) -> None:
    sweep(choose(originals="moved"))
    video.refresh_from_db()
    moved = video.original_path
    replace_file(video, make_clip(tmp_path / "b.mkv", seconds=1))
    assert video.original_state == OriginalState.KEPT and video.original_path.parent == video.folder
    assert video.original_path.exists() and not moved.exists()


def test_what_is_too_young_or_being_worked_on_waits(video: Video, choose: Choose) -> None:
    assert sweep(choose(originals="reduced", originals_keep_days=7)) == (0, 1, 0)
    job = enqueue("encode", video=video)
    assert sweep(choose(originals="reduced")) == (0, 1, 0)
    job.delete()
    Rendition.objects.filter(video=video, height=240).delete()
    assert sweep(choose(originals="reduced")) == (0, 1, 0), "a quality is missing"
    assert sweep(choose(originals="kept")) == (0, 0, 0)
    video.refresh_from_db()
    assert video.original_state == OriginalState.KEPT and video.original_path.exists()


def test_an_original_stays_where_its_successor_is_not_whole(video: Video, choose: Choose, tmp_path: Path) -> None:
    Video.objects.filter(pk=video.pk).update(sha256="0" * 64)
    assert sweep(choose(originals="moved")) == (0, 0, 1)
    assert not list((tmp_path / "elsewhere").rglob("original*"))
    segment = sorted((video.folder / "hls" / "240p").glob("*.m4s"))[0]
    segment.write_bytes(segment.read_bytes()[:100])
    assert sweep(choose(originals="reduced")) == (0, 0, 1)
    video.refresh_from_db()
    assert video.original_state == OriginalState.KEPT and video.original_path.exists()


def test_the_look_is_planned_where_it_is_wanted_alone(choose: Choose, db: None) -> None:
    choose(originals="kept")
    plan_originals()
    choose(originals="moved", originals_dir="")
    plan_originals()
    assert not Job.objects.filter(kind="originals").exists()
    choose(originals="reduced")
    plan_originals()
    plan_originals()
    assert Job.objects.filter(kind="originals").count() == 1


def test_settings_that_dont_go_together_are_refused(alice: User, tmp_path: Path) -> None:
    for changes in ({"originals": "moved"}, {"originals_dir": "relative"}, {"originals_dir": str(tmp_path / "none")}):
        with pytest.raises(InputError):
            change_settings(changes, by=alice)
    with pytest.raises(SettingRefused, match="kept, moved, reduced"):
        Settings(originals="gone").originals_policy()
