"""The `clips` job on made films: one exact clip a moment, in one zip, with what each holds."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import av
import pytest
from tests.integration.media_reading.clips import number_in, steady, write_clip

from kinora import config
from kinora.engine.cancel import CancelToken
from kinora.library import lightbox, queue
from kinora.library.accounts import channel_of
from kinora.library.lightbox_export import check_downloadable, order_clips
from kinora.library.models import User, Video
from kinora.library.stages.clips import run
from kinora.library.stages.stage import Work, facts_to_json
from kinora.media.probe import probe

pytestmark = pytest.mark.django_db


def film_of(owner: User, path: Path, title: str) -> Video:
    facts = probe(path, config.current())
    video = Video.objects.create(
        owner=owner, channel=channel_of(owner), title=title, sha256=path.name.ljust(64, "0"), size_bytes=1,
        original_name=path.name, original_suffix=path.suffix, state="ready", visibility="public",
        duration_seconds=facts.duration_seconds, facts=facts_to_json(facts),
    )  # fmt: skip
    video.folder.mkdir(parents=True)
    path.rename(video.original_path)
    return video


def numbers_in(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data)) as container:
        return [number_in(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def test_a_light_box_becomes_a_zip_of_exact_clips(tmp_path: Path) -> None:
    alice = User.objects.create_user("alice")
    times = [round(at * (1.0 if number % 3 else 1.01)) for number, at in enumerate(steady(120))]
    films = [
        film_of(alice, write_clip(tmp_path / "even.mp4", steady(120), sound_seconds=4.8), "../Even: one"),
        film_of(alice, write_clip(tmp_path / "uneven.mkv", sorted(times)), "Uneven"),
    ]
    box = lightbox.make_box(alice, "Opening")
    for video, span in ((films[0], "2-2.2"), (films[1], "1.0-1.5"), (films[0], "0-0.08")):
        lightbox.add_moment(alice, box, f"{video.public_id}@{span}", "a note")
    made = order_clips(box)
    job = queue.lease("test", kinds=["clips"])
    assert job is not None
    told: list[tuple[float, str]] = []
    folder = tmp_path / "job"
    folder.mkdir()
    outcome = run(Work(job, config.current(), folder, CancelToken(), lambda done, what: told.append((done, what))))
    queue.complete(job, outcome.result, write=outcome.write)
    made.refresh_from_db()
    check_downloadable(alice, made)
    assert (made.num_clips, made.size_bytes) == (3, made.path.stat().st_size)
    assert [done for done, _ in told] == sorted(done for done, _ in told) and told[-1][1] == "Clip 3 of 3"
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
        assert names == ["01 Even one 0.02.mp4", "02 Uneven 0.01.mp4", "03 Even one 0.00.mp4", "clips.json"]
        assert numbers_in(archive.read(names[0])) == [50, 51, 52, 53, 54]
        assert numbers_in(archive.read(names[2])) == [0, 1]
        uneven = sorted(times)
        first = max(number for number, at in enumerate(uneven) if at <= 1000)
        wanted = [first, *(number for number, at in enumerate(uneven) if number > first and at < 1500)]
        assert numbers_in(archive.read(names[1])) == wanted
        listed = json.loads(archive.read("clips.json"))["clips"]
    assert [(clip["num_frames"], clip["note"]) for clip in listed] == [
        (5, "a note"), (len(wanted), "a note"), (2, "a note"),
    ]  # fmt: skip
    made.path.unlink()
