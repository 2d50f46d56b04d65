"""Edits are read back by OpenTimelineIO: the same films, the same frames, timecode counted as it says."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest

from kinora.errors import InputError
from kinora.library.lightbox_timeline import Cutout, as_edl, as_fcp_xml, as_otio, frames_of, rate_of, timecode_rate
from kinora.timebase import Span

NTSC = Fraction(30000, 1001)


def cutout(start: float, end: float, rate: Fraction = Fraction(25), name: str = "At sea", note: str = "") -> Cutout:
    return Cutout(name, note, "https://films.example/media/abc/original", "sea.mp4", rate, 7200.0, Span(start, end))


def frames_in(timeline: otio.schema.Timeline) -> list[tuple[int, int]]:
    """Return first frame and number of frames of each picture clip."""
    track = timeline.video_tracks()[0]
    ranges = [clip.source_range for clip in track.find_clips()]
    return [(round(one.start_time.value), round(one.duration.value)) for one in ranges]


@pytest.mark.parametrize(
    ("start", "end", "rate", "frames"),
    [
        (1.0, 2.0, Fraction(25), (25, 50)), (1.01, 2.0, Fraction(25), (25, 50)), (1.0, 2.01, Fraction(25), (25, 51)),
        (0.0, 0.001, Fraction(25), (0, 1)), (10.01, 20.02, NTSC, (300, 600)),
        (3600.0, 3600.99, NTSC, (107892, 107922)),
    ],
)  # fmt: skip
def test_a_moment_holds_whole_frames(start: float, end: float, rate: Fraction, frames: tuple[int, int]) -> None:
    assert frames_of(cutout(start, end, rate), rate) == frames


def test_otio_reads_itself_again_with_names_notes_and_frames() -> None:
    made = as_otio("Opening", [cutout(1, 2, note="the best one"), cutout(5, 5.4, name="Harbour")])
    read = otio.adapters.read_from_string(made, "otio_json")
    assert frames_in(read) == [(25, 25), (125, 10)]
    clips = list(read.video_tracks()[0].find_clips())
    assert [clip.name for clip in clips] == ["At sea", "Harbour"]
    assert clips[0].media_reference.target_url == "https://films.example/media/abc/original"
    assert clips[0].metadata["kinora"]["note"] == "the best one" and clips[0].markers[0].name == "the best one"
    assert len(read.audio_tracks()) == 1


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25), NTSC, Fraction(60)])
def test_fcp_xml_is_read_back_to_the_same_frames(rate: Fraction) -> None:
    made = as_fcp_xml("Opening & <more>", [cutout(1, 2, rate), cutout(61, 62.5, rate, name="Two & <3>")])
    read = otio.adapters.read_from_string(made, "fcp_xml")
    timeline = next(read.find_children(otio.schema.Timeline)) if not hasattr(read, "tracks") else read
    wanted = [frames_of(cutout(1, 2, rate), rate), frames_of(cutout(61, 62.5, rate), rate)]
    assert frames_in(timeline) == [(first, end - first) for first, end in wanted]
    clips = list(timeline.video_tracks()[0].find_clips())
    assert [clip.name for clip in clips] == ["At sea", "Two & <3>"]
    assert abs(clips[0].source_range.start_time.rate - float(rate)) < 0.01
    assert ("<ntsc>TRUE</ntsc>" in made) == (rate.denominator == 1001)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(30), Fraction(50)])
def test_an_edl_is_read_back_to_the_same_frames(rate: Fraction) -> None:
    made = as_edl("Opening", [cutout(1, 2, rate), cutout(3601.5, 3602, rate)])
    assert "FCM: NON-DROP FRAME" in made and f"* FRAME RATE: {float(rate):.3f}" in made
    read = otio.adapters.read_from_string(made, "cmx_3600", rate=float(rate))
    wanted = [frames_of(cutout(1, 2, rate), rate), frames_of(cutout(3601.5, 3602, rate), rate)]
    assert frames_in(read) == [(first, end - first) for first, end in wanted]


def test_drop_frame_timecode_keeps_to_the_clock_and_non_drop_counts_frames() -> None:
    # An hour is 107,892 frames at 29.97: non-drop timecode is 3.6 s behind the clock by then, drop-frame is not.
    moment = cutout(3600.0, 3600.99, NTSC)
    dropped, counted = as_edl("E", [moment], drop_frame=True), as_edl("E", [moment])
    assert "FCM: DROP FRAME" in dropped and "01:00:00;00 01:00:01;00" in dropped
    assert "FCM: NON-DROP FRAME" in counted and "00:59:56:12 00:59:57:12" in counted
    read = otio.adapters.read_from_string(dropped, "cmx_3600", rate=float(NTSC))
    assert frames_in(read) == [(107892, 30)]
    assert frames_in(otio.adapters.read_from_string(counted, "cmx_3600", rate=30)) == [(107892, 30)]


def test_minutes_drop_two_numbers_but_not_the_tenth() -> None:
    cases = {60: "00:01:00;02", 600: "00:10:00;00"}
    for minute_seconds, timecode in cases.items():
        frame = {60: 1800, 600: 17982}[minute_seconds]
        start = float(frame / NTSC)
        assert timecode in as_edl("E", [cutout(start, start + 1, NTSC)], drop_frame=True)


def test_drop_frame_is_refused_where_there_is_none() -> None:
    with pytest.raises(InputError, match="no drop-frame"):
        as_edl("E", [cutout(1, 2, Fraction(25))], drop_frame=True)


@pytest.mark.parametrize(
    ("measured", "known"),
    [
        (Fraction(25), Fraction(25)), (Fraction(2997, 100), NTSC), (Fraction(25, 2), Fraction(25)),
        (Fraction(15), Fraction(30)), (Fraction(10), Fraction(30)), (Fraction(23976, 1000), Fraction(24000, 1001)),
        (Fraction(1000, 37), NTSC), (Fraction(144), Fraction(60)),
    ],
)  # fmt: skip
def test_odd_rates_become_one_that_timecode_knows(measured: Fraction, known: Fraction) -> None:
    assert timecode_rate(measured) == known


def test_an_edit_runs_at_the_commonest_rate() -> None:
    assert rate_of([cutout(1, 2, NTSC), cutout(1, 2), cutout(1, 2, Fraction(25, 2))]) == 25
    assert rate_of([]) == 25


def test_lines_in_names_and_notes_can_not_add_events_to_an_edl() -> None:
    evil = "Sea\n002  AX       V     C        00:00:00:00 01:00:00:00 00:00:00:00 01:00:00:00"
    made = as_edl(evil, [cutout(1, 2, name=evil, note=evil)])
    assert len([line for line in made.splitlines() if line[:3].isdigit()]) == 1
