"""Which frames are kept as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.unit.shots.reduced_films import Film, plain, scene

from kinora.media.reduced import ReducedFrame
from kinora.shots.sampler import Sampler, local_change


def _kept(film: Film, seconds: Sequence[float] | None = None, every_seconds: float = 1.0) -> list[int]:
    sampler = Sampler(every_seconds)
    luma = film.astype(np.uint8)
    grey = np.full((9, 16, 2), 128, np.uint8)
    kept = []
    for index, picture in enumerate(luma):
        at = seconds[index] if seconds is not None else index / 25
        frame = ReducedFrame(index, at, picture, grey, lambda: np.zeros((1, 1, 3), np.uint8))
        kept += [one.frame_index for one in sampler.chosen(frame)]
    return kept


def test_a_still_film_gives_one_a_second() -> None:
    assert _kept(scene(1, 80, speed=0)) == [0, 25, 50, 75]


def test_variable_times_give_one_a_second_of_time() -> None:
    seconds = [0.0, 0.9, 1.1, 1.2, 3.5, 3.6, 3.9, 4.0, 4.1]
    assert _kept(scene(1, 9, speed=0), seconds) == [0, 2, 4, 7]


def test_a_new_shot_is_kept_once_it_has_settled() -> None:
    assert _kept(np.concatenate([scene(1, 10, speed=0), scene(2, 10, speed=0)])) == [0, 12]


def test_a_shot_of_one_frame_is_kept() -> None:
    film = np.concatenate([scene(1, 10, speed=0), scene(2, 1), scene(3, 10, speed=0)])
    assert _kept(film) == [0, 10, 13]


def test_a_white_flash_is_not_kept() -> None:
    assert 10 not in _kept(np.concatenate([scene(1, 10, speed=0), plain(255, 1), scene(1, 10, speed=0)]))


def test_a_strobe_gives_no_flood_of_pictures() -> None:
    film = np.concatenate([scene(seed, 1) for seed in range(1, 101)])
    assert len(_kept(film)) <= 4 * (1 + 8)


def test_one_line_of_words_counts_as_change() -> None:
    before = np.full((36, 64), 30, np.uint8)
    after = before.copy()
    after[30:32, 20:50] = 230
    assert local_change(before, before) == 0.0
    assert local_change(before, after) > 0.3
