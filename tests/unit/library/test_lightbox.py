"""Light-boxes: collecting, order, notes, sharing, lists; what a private video never shows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from kinora.errors import Conflict, InputError, NotFound
from kinora.library import lightbox
from kinora.library.lightbox_export import (
    check_downloadable,
    delete_export,
    export,
    export_named,
    file_name_of,
    order_clips,
)
from kinora.library.lightbox_models import ExportState, Lightbox, LightboxExport
from kinora.library.models import Job, User, Video

MakeVideo = Callable[..., Video]
FACTS = {"video": {"frame_rate": "25/1"}}


@pytest.fixture
def film(make_video: MakeVideo) -> Video:
    return make_video(
        title="At sea", state="ready", visibility="public", duration_seconds=60.0, facts=FACTS, indexed_revision=1
    )


def spans(box: Lightbox) -> list[tuple[float, float]]:
    return list(box.items.values_list("start_seconds", "end_seconds"))


def test_moments_are_collected_in_their_order_once(alice: User, film: Video) -> None:
    box = lightbox.make_box(alice, "Opening")
    for moment in ("10-12.5", "1-2", "10-12.5", "58"):
        lightbox.add_moment(alice, box, f"{film.public_id}@{moment}")
    assert spans(box) == [(10.0, 12.5), (1.0, 2.0), (58.0, 60.0)], "the last one ends with the film"


def test_collecting_again_takes_it_out_and_the_first_box_makes_itself(alice: User, film: Video) -> None:
    moment = f"{film.public_id}@1-2"
    box, is_in = lightbox.collect(alice, moment)
    assert is_in and box.name == lightbox.FIRST_NAME and spans(box) == [(1.0, 2.0)]
    assert lightbox.collect(alice, moment) == (box, False) and spans(box) == []
    other = lightbox.make_box(alice, "Other")
    assert lightbox.collect(alice, moment)[0] == other, "the last changed one"
    assert lightbox.collect(alice, moment, box.public_id) == (box, True)


def test_the_order_is_kept_and_a_wrong_one_refused(alice: User, film: Video) -> None:
    box = lightbox.make_box(alice, "Opening")
    first, second, third = (lightbox.add_moment(alice, box, f"{film.public_id}@{at}-{at + 1}").pk for at in (1, 2, 3))
    lightbox.put_in_order(box, [third, first])
    assert [start for start, _ in spans(box)] == [3.0, 1.0, 2.0]
    for wrong in ([first, first], [first, 10**9]):
        with pytest.raises(InputError, match="twice"):
            lightbox.put_in_order(box, wrong)
    assert [start for start, _ in spans(box)] == [3.0, 1.0, 2.0]
    assert second


def test_notes_and_ends_change_within_the_film(alice: User, film: Video) -> None:
    box = lightbox.make_box(alice, "Opening")
    item = lightbox.add_moment(alice, box, f"{film.public_id}@1-2")
    lightbox.change_item(item, note=" the best\u202e one\n\n", start_seconds=1.25, end_seconds=90)
    item.refresh_from_db()
    assert (item.note, item.start_seconds, item.end_seconds) == ("the best one", 1.25, 60.0)
    for start, end in ((5, 5), (6, 5), (70, 80), (float("nan"), 5)):
        with pytest.raises(InputError):
            lightbox.change_item(item, start_seconds=start, end_seconds=end)
    with pytest.raises(InputError, match="2001 characters"):
        lightbox.change_item(item, note="x" * 2001)


@pytest.mark.parametrize("moment", ["", "x", "@1-2", "abc@-1", "abc@1-2-3", "abc@1e3", "a" * 17 + "@1"])
def test_what_is_no_moment_is_refused(alice: User, moment: str) -> None:
    with pytest.raises(InputError):
        lightbox.add_moment(alice, lightbox.make_box(alice, "Opening"), moment)


def test_anothers_private_video_can_not_be_collected(alice: User, bob: User, film: Video) -> None:
    Video.objects.filter(pk=film.pk).update(visibility="private")
    box = lightbox.make_box(bob, "Bob's")
    with pytest.raises(NotFound):
        lightbox.add_moment(bob, box, f"{film.public_id}@1-2")


def test_what_turned_private_is_counted_and_not_shown_or_exported(alice: User, bob: User, film: Video) -> None:
    box = lightbox.make_box(bob, "Bob's")
    lightbox.add_moment(bob, box, f"{film.public_id}@1-2", "my note on it")
    Video.objects.filter(pk=film.pk).update(visibility="private")
    told = json.dumps(lightbox.box_to_json(bob, box))
    assert '"num_hidden": 1' in told and "At sea" not in told and "my note" not in told and film.public_id not in told
    for file_format in ("otio", "edl", "xml", "csv", "m3u8"):
        with pytest.raises(InputError, match="nothing in this light-box"):
            export(bob, box, file_format)
    with pytest.raises(InputError, match="nothing in this light-box"):
        order_clips(box)


def test_a_link_shows_each_viewer_what_they_may_watch(
    alice: User, bob: User, film: Video, make_video: MakeVideo
) -> None:
    mine = make_video(title="Hidden", state="ready", visibility="private", duration_seconds=60.0, facts=FACTS)
    box = lightbox.make_box(alice, "Opening")
    for video in (film, mine):
        lightbox.add_moment(alice, box, f"{video.public_id}@1-2")
    lightbox.share(box, is_shared=True)
    token = str(box.share_token)
    shared = lightbox.shared_box(token)
    for viewer, number in ((alice, 2), (bob, 1), (AnonymousUser(), 1)):
        told = lightbox.box_to_json(viewer, shared)
        assert (len(told["items"]), told["num_hidden"]) == (number, 2 - number), viewer
        assert bool(told["share_url"]) == (viewer == alice)
    lightbox.share(box, is_shared=False)
    lightbox.share(box, is_shared=True)
    for dead in (token, "", "x" * 43):
        with pytest.raises(NotFound):
            lightbox.shared_box(dead)


def test_others_light_boxes_are_not_there(alice: User, bob: User) -> None:
    box = lightbox.make_box(alice, "Opening")
    with pytest.raises(NotFound):
        lightbox.box_named(bob, box.public_id)


def test_csv_is_no_way_to_run_a_formula(alice: User, film: Video) -> None:
    Video.objects.filter(pk=film.pk).update(title='=HYPERLINK("http://evil")')
    box = lightbox.make_box(alice, "Opening")
    lightbox.add_moment(alice, box, f"{film.public_id}@1.5-62", "@SUM(1)")
    made = export(alice, box, "csv")
    (row,) = csv.DictReader(io.StringIO(made.data.decode()))
    assert row["title"].startswith("'=") and row["note"] == "'@SUM(1)"
    assert (row["start"], row["end_seconds"], row["frame_rate"]) == ("00:00:01.500", "60.000", "25.000")


def test_a_playlist_names_each_film_with_its_start_and_stop(alice: User, film: Video) -> None:
    box = lightbox.make_box(alice, "Opening")
    lightbox.add_moment(alice, box, f"{film.public_id}@1.5-4")
    lines = export(alice, box, "m3u8").data.decode().splitlines()
    assert lines[0] == "#EXTM3U" and "#EXTVLCOPT:start-time=1.500" in lines and "#EXTVLCOPT:stop-time=4.000" in lines
    assert lines[-1].endswith(f"/media/{film.public_id}/original")


def test_an_unknown_format_is_refused(alice: User, film: Video) -> None:
    with pytest.raises(InputError, match="otio, edl, xml"):
        export(alice, lightbox.make_box(alice, "Opening"), "exe")


def test_clips_are_ordered_once_and_old_ones_go(alice: User, bob: User, film: Video) -> None:
    box = lightbox.make_box(alice, "Opening")
    lightbox.add_moment(alice, box, f"{film.public_id}@1-2")
    made = order_clips(box)
    assert order_clips(box) == made and Job.objects.filter(kind="clips").count() == 1
    with pytest.raises(NotFound):
        export_named(bob, made.public_id)
    with pytest.raises(NotFound, match="not there"):
        check_downloadable(alice, made)
    delete_export(made)
    assert Job.objects.get(kind="clips").state == "cancelled" and not LightboxExport.objects.exists()


def test_clips_of_what_turned_private_are_not_given_out(alice: User, bob: User, film: Video) -> None:
    box = lightbox.make_box(bob, "Bob's")
    lightbox.add_moment(bob, box, f"{film.public_id}@1-2")
    made = LightboxExport.objects.create(lightbox=box, state=ExportState.DONE)
    made.videos.add(film)
    made.path.parent.mkdir(parents=True, exist_ok=True)
    made.path.write_bytes(b"zip")
    check_downloadable(bob, made)
    Video.objects.filter(pk=film.pk).update(visibility="private")
    with pytest.raises(Conflict):
        check_downloadable(bob, made)
    lightbox.delete_box(box)
    assert not made.path.exists()


@pytest.mark.parametrize(
    ("name", "file"),
    [("../../etc/passwd", "etc passwd"), ("a/b:c", "a b c"), ("…", "light-box"), ("Übung 1", "Übung 1")],
)
def test_names_of_files_are_plain(name: str, file: str) -> None:
    assert file_name_of(name) == file
