"""Moments of one video make room for others that answer as well."""

from __future__ import annotations

from collections import Counter

from kinora.search.hit import Hit
from kinora.search.variety import MOMENTS_IN_A_ROW, varied


def hits(*scores: tuple[str, float]) -> list[Hit]:
    found = [Hit(video, 10.0 * at, 10.0 * at + 3.0, score, ()) for at, (video, score) in enumerate(scores)]
    return sorted(found, key=lambda hit: -hit.score)


def test_a_video_with_very_many_moments_leaves_room_on_the_first_page() -> None:
    given = hits(*[("long", 0.8 - at / 1000) for at in range(40)], *[(f"other{at}", 0.5) for at in range(10)])
    counted = Counter(hit.video_id for hit in varied(given)[:30])
    assert len(counted) == 11
    assert counted["long"] == 20
    assert [hit.video_id for hit in varied(given)[:MOMENTS_IN_A_ROW]] == ["long"] * MOMENTS_IN_A_ROW


def test_faint_answers_do_not_pass_good_ones_of_the_same_video() -> None:
    given = hits(*[("right", 0.9)] * 9, *[("faint", 0.2)] * 9)
    assert [hit.video_id for hit in varied(given)][:9] == ["right"] * 9


def test_nothing_is_lost_and_scores_stay() -> None:
    given = hits(*[("a", 0.7)] * 20, *[("b", 0.6)] * 20)
    assert Counter(varied(given)) == Counter(given)


def test_one_video_alone_keeps_its_order() -> None:
    given = hits(*[("only", 0.9 - at / 100) for at in range(30)])
    assert varied(given) == given
    assert varied([]) == []
