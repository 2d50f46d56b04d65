"""What is watched most: parts counted honestly, told only of enough people, of nobody in particular."""

from __future__ import annotations

import pytest

from kinora.errors import InputError
from kinora.library.accounts import channel_of
from kinora.library.models import User, Video
from kinora.library.watching.models import Replays
from kinora.library.watching.replays import MAX_A_DAY, MIN_VIEWERS, NUM_BINS, curve_of, parse_stretches, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def video() -> Video:
    owner = User.objects.create(username="alice")
    return Video.objects.create(
        owner=owner, channel=channel_of(owner), title="Film", sha256="a" * 64, size_bytes=1, original_name="f.mp4",
        state="ready", visibility="public", duration_seconds=200.0,
    )  # fmt: skip


def test_a_part_counts_where_its_middle_was_played(video: Video) -> None:
    assert record(video, "ip:1", [(0.0, 20.0), (199.5, 200.0)])
    row = Replays.objects.get()
    assert row.counts[:10] == [1] * 10 and sum(row.counts) == 10 and row.num_viewers == 1
    assert not record(video, "ip:1", [(0.0, 0.5)]) and not record(video, "ip:1", [(300.0, 400.0)])


def test_below_a_handful_of_viewers_nothing_is_told(video: Video) -> None:
    for number in range(MIN_VIEWERS - 1):
        record(video, f"ip:{number}", [(50.0, 60.0)])
    assert curve_of(video) == []
    record(video, "ip:another", [(0.0, 200.0)])
    curve = curve_of(video)
    assert len(curve) == NUM_BINS and curve[27] == 1.0 and curve[0] == pytest.approx(1 / MIN_VIEWERS)


def test_one_viewer_counts_as_one_however_often_they_tell(video: Video) -> None:
    for _ in range(50):
        record(video, "ip:1", [(0.0, 200.0)] * 10)
    row = Replays.objects.get()
    assert row.num_viewers == 1 and set(row.counts) == {MAX_A_DAY}
    assert curve_of(video) == []


def test_who_watched_what_is_stored_nowhere_in_the_database(video: Video) -> None:
    record(video, "user:7", [(0.0, 10.0)])
    (row,) = Replays.objects.values()
    assert set(row) == {"id", "video_id", "of_sha256", "num_viewers", "counts"}


def test_another_file_begins_anew(video: Video) -> None:
    for number in range(MIN_VIEWERS):
        record(video, f"ip:{number}", [(50.0, 60.0)])
    assert curve_of(video)
    video.sha256 = "b" * 64
    assert curve_of(video) == []
    record(video, "ip:1", [(0.0, 10.0)])
    assert Replays.objects.get().num_viewers == 1


@pytest.mark.parametrize("text", ["abc", "5", "5-4", "-1-5", "nan-5", "0-inf", ",".join(["0-1"] * 201)])
def test_what_is_no_list_of_stretches_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_stretches(text)
    assert parse_stretches("") == [] and parse_stretches("0-12.5,30-41") == [(0.0, 12.5), (30.0, 41.0)]
