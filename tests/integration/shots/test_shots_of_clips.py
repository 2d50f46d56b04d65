"""Shots of real files: made here, with colours that number the frames, and real clips where they are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.integration.shots.made_films import HEIGHT, WIDTH, picture, sound_file, write_film

from kinora.config import Settings
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import UnreadableMedia
from kinora.media.probe import probe
from kinora.shots.detect import detect
from kinora.shots.scan import Scan, scan
from kinora.shots.shot import Shot

LIMITS = Limits(cpu_seconds=120, wall_seconds=170, memory_bytes=4 * 2**30, output_bytes=256 * 2**20)


def _detect(path: Path) -> tuple[Shot, ...]:
    return detect(path, probe(path, Settings()))


def _scan(path: Path, out_dir: Path) -> Scan:
    out_dir.mkdir()
    return scan(path, probe(path, Settings()), out_dir=out_dir)


def conforms(shots: Sequence[Shot], num_frames: int) -> None:
    assert shots[0].start_frame == 0 and shots[-1].end_frame == num_frames and shots[0].start_seconds == 0
    for shot in shots:
        assert shot.start_frame < shot.end_frame
        assert shot.start_seconds <= shot.cover_seconds < shot.end_seconds
    for before, after in pairwise(shots):
        assert (before.end_frame, before.end_seconds) == (after.start_frame, after.start_seconds)


def test_cuts_are_found_to_the_frame(tmp_path: Path) -> None:
    film = write_film(tmp_path / "three.mp4", [picture(1)] * 30 + [picture(2)] * 17 + [picture(3)] * 25)
    shots = _detect(film)
    conforms(shots, 72)
    assert [(shot.start_frame, shot.transition) for shot in shots] == [(0, "start"), (30, "cut"), (47, "cut")]
    assert shots[1].start_seconds == pytest.approx(1.2)


def test_variable_frame_rate_gives_true_times(tmp_path: Path) -> None:
    steps = [20, 40, 120, 33, 60] * 12
    starts = np.concatenate([[0], np.cumsum(steps)[:-1]]).tolist()
    film = write_film(tmp_path / "uneven.mkv", [picture(1)] * 25 + [picture(2)] * 35, milliseconds=starts)
    shots = _detect(film)
    conforms(shots, 60)
    assert shots[1].start_frame == 25
    assert shots[1].start_seconds == pytest.approx(starts[25] / 1000, abs=0.002)


def test_a_dissolve_between_moving_pictures_is_found(tmp_path: Path) -> None:
    first, second = ([np.roll(picture(seed), index // 3, axis=1) for index in range(60)] for seed in (1, 2))
    mixed = [
        (first[40 + index] * (1 - alpha) + second[index] * alpha).astype(np.uint8)
        for index, alpha in enumerate(np.linspace(0, 1, 22)[1:-1])
    ]
    shots = _detect(write_film(tmp_path / "dissolve.mp4", first[:40] + mixed + second[20:]))
    conforms(shots, 100)
    assert [shot.transition for shot in shots] == ["start", "dissolve"]
    assert 46 <= shots[1].start_frame <= 54
    assert shots[1].transition_start_seconds == pytest.approx(1.6, abs=0.2)
    assert shots[1].transition_end_seconds == pytest.approx(2.4, abs=0.2)


def test_a_file_of_one_frame_is_one_shot(tmp_path: Path) -> None:
    found = _scan(write_film(tmp_path / "one.mp4", [picture(1)]), tmp_path / "out")
    conforms(found.shots, 1)
    assert len(found.shots) == len(found.samples) == 1
    assert (tmp_path / "out/covers/0.jpg").exists() and found.has_poster


def test_sound_alone_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = sound_file(tmp_path / "tone.wav")
    facts = probe(path, Settings())
    for refused in (lambda: detect(path, facts), lambda: scan(path, facts, out_dir=tmp_path)):
        with pytest.raises(UnreadableMedia, match=r"tone\.wav has no picture"):
            refused()


def test_a_truncated_file_gives_what_can_be_read(tmp_path: Path) -> None:
    whole = write_film(tmp_path / "whole.mkv", [picture(1)] * 40 + [picture(2)] * 40 + [picture(3)] * 40)
    cut_short = tmp_path / "short.mkv"
    cut_short.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.7)])
    shots = _detect(cut_short)
    conforms(shots, shots[-1].end_frame)
    assert 41 <= shots[-1].end_frame < 120
    assert shots[1].start_frame == 40


def test_pictures_overwritten_since_the_file_was_probed_are_refused(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", [picture(1)] * 40)
    facts = probe(film, Settings())
    data = film.read_bytes()
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    film.write_bytes(data[:start] + bytes(end - start) + data[end:])
    with pytest.raises(UnreadableMedia, match=r"film\.mp4: no frame .* can be decoded"):
        detect(film, facts)


def test_a_scan_gives_samples_covers_poster_and_scrub(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", [picture(1)] * 60 + [picture(2)] * 3 + [picture(3)] * 62)
    found = _scan(film, tmp_path / "out")
    conforms(found.shots, 125)
    assert [shot.start_frame for shot in found.shots] == [0, 60, 63]
    seconds = [sample.seconds for sample in found.samples]
    assert {0.0, 1.0, 2.0, 3.0, 4.0} <= set(seconds) and seconds == sorted(seconds)
    for sample in found.samples:
        shot = found.shots[sample.shot_index]
        assert shot.start_seconds <= sample.seconds < shot.end_seconds
        assert _looks_like(tmp_path / "out" / sample.path, sample.shot_index + 1)
    for shot in found.shots:
        assert _looks_like(tmp_path / f"out/covers/{shot.index}.jpg", shot.index + 1)
    assert found.has_poster and found.has_scrub
    assert "xywh" in (tmp_path / "out/scrub/scrub.vtt").read_text()
    assert found.samples[0].change == 1.0 and found.samples[1].change < 0.05
    assert max(sample.change for sample in found.samples[1:]) > 0.3


def _looks_like(path: Path, seed: int) -> bool:
    shown = np.asarray(Image.open(path).resize((WIDTH, HEIGHT))).astype(int)
    errors = [np.abs(shown - picture(other)).mean() for other in (1, 2, 3)]
    return int(np.argmin(errors)) + 1 == seed and min(errors) < 12


def test_a_shot_with_no_sample_is_decoded_again_for_its_cover(tmp_path: Path) -> None:
    """Twenty shots in a second are more than the sampler keeps; each still gets a cover of its own."""
    seeds = [1] * 60 + [seed for seed in range(2, 26) for _ in range(3)] + [1] * 60
    starts = [round(index * 1000 / 60) for index in range(len(seeds))]
    film = write_film(tmp_path / "rapid.mp4", [picture(seed) for seed in seeds], milliseconds=starts)
    found = _scan(film, tmp_path / "out")
    conforms(found.shots, len(seeds))
    assert len(found.shots) >= 24
    assert len({sample.shot_index for sample in found.samples}) < len(found.shots) - 4
    for shot in found.shots:
        cover = Image.open(tmp_path / f"out/covers/{shot.index}.jpg").resize((WIDTH, HEIGHT))
        frame = int(np.searchsorted(np.array(starts) / 1000, shot.cover_seconds + 0.001)) - 1
        assert shot.start_frame <= frame < shot.end_frame
        assert np.abs(np.asarray(cover).astype(int) - picture(seeds[frame])).mean() < 15


def test_it_runs_confined_and_reports(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", [picture(1)] * 60 + [picture(2)] * 60)
    facts, out_dir = probe(film, Settings()), tmp_path / "out"
    out_dir.mkdir()
    told: list[float] = []
    arguments = {"path": film, "facts": facts, "out_dir": out_dir}
    found = confined_call(
        scan, arguments=arguments, limits=LIMITS, read_paths=[film], write_dir=out_dir,
        on_progress=lambda done, message: told.append(done),
    )  # fmt: skip
    assert [shot.start_frame for shot in found.shots] == [0, 60]
    assert told and told == sorted(told) and told[0] >= 0 and told[-1] <= 1
    shots = confined_call(
        detect, arguments={"path": film, "facts": facts}, limits=LIMITS, read_paths=[film], write_dir=None
    )
    assert [shot.start_frame for shot in shots] == [0, 60]


@pytest.mark.media
def test_hard_cuts_of_a_real_trailer(shared_media: Path) -> None:
    """Labelled by eye; two of eleven cuts and two of eight gradual ones may be missed, three others told."""
    path = shared_media / "cuts/big_buck_bunny_trailer.mp4"
    shots = _detect(path)
    conforms(shots, 812)
    labelled = {227, 280, 330, 347, 375, 400, 415, 623, 650, 749, 756}
    graduals = [(88, 108), (162, 178), (465, 478), (491, 504), (516, 529), (541, 555), (565, 579), (666, 673)]
    cuts = {shot.start_frame for shot in shots if shot.transition == "cut"}
    boundaries = [shot.start_frame for shot in shots[1:]]
    assert len(labelled & cuts) >= 9
    assert sum(any(start - 5 <= at <= end + 5 for at in boundaries) for start, end in graduals) >= 6
    spoken_for = [*((at, at) for at in labelled), *graduals, (774, 776)]
    assert sum(not any(start - 5 <= at <= end + 5 for start, end in spoken_for) for at in boundaries) <= 3


@pytest.mark.media
@pytest.mark.parametrize("name", ["city/london_rooftop_pan.mp4", "grid_faces/swwp2s.mpg", "asl_gestures/book.mkv"])
def test_one_take_is_one_shot(shared_media: Path, name: str) -> None:
    assert len(_detect(shared_media / name)) == 1


@pytest.mark.media
def test_odd_files_are_scanned(hostile_files: Path, tmp_path: Path) -> None:
    """Turned, anamorphic, HDR, interlaced, ten bits: a cover comes out upright and none is black by mistake."""
    names = ["hdr_10bit/hlg10-color-test.mp4", "aspect_ratio/black140x100.ogv", "containers/vp9_alpha_transparent.webm"]
    for number, name in enumerate(names):
        found = _scan(hostile_files / name, tmp_path / str(number))
        conforms(found.shots, found.num_frames)
        assert all((tmp_path / f"{number}/covers/{shot.index}.jpg").stat().st_size > 200 for shot in found.shots)
