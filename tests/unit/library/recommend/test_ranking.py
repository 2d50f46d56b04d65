"""The order of recommendations: evidence adds up, the strongest is the reason, nothing fills the list alone."""

from __future__ import annotations

from kinora.library.recommend.co_watching import together
from kinora.library.recommend.ranking import Candidate, Evidence, rank


def candidate(video: int, *evidence: Evidence, channel: int = 0, age_days: float = 30.0) -> Candidate:
    return Candidate(video, channel or video, age_days, evidence)


def order_of(*candidates: Candidate, limit: int = 10, unwanted: dict[int, float] | None = None) -> list[int]:
    return [one.video for one in rank(candidates, limit=limit, unwanted=unwanted)]


def test_stronger_evidence_comes_first_and_gives_the_reason() -> None:
    weak, strong = Evidence("words", 0.3), Evidence("words", 0.9, cause=7, other_seconds=12.0)
    both = candidate(3, Evidence("picture", 0.5), strong)
    assert order_of(candidate(1, weak), candidate(2, strong), both) == [3, 2, 1]
    assert rank([both], limit=1)[0].reason == strong


def test_newness_alone_comes_after_every_real_ground() -> None:
    new = candidate(1, Evidence("fresh", 1.0), age_days=0.0)
    followed = candidate(2, Evidence("subscription", 0.4))
    assert order_of(new, followed) == [2, 1]
    assert order_of(candidate(1, Evidence("words", 0.0))) == [], "no evidence is no recommendation"


def test_no_channel_and_no_cause_fills_the_list() -> None:
    of_one = [candidate(n, Evidence("words", 0.9 - n / 100, cause=50), channel=9) for n in range(1, 6)]
    other = candidate(10, Evidence("words", 0.6, cause=51))
    assert order_of(*of_one, other).index(10) <= 2


def test_what_is_near_to_the_unwanted_falls_back() -> None:
    one, other = candidate(1, Evidence("words", 0.8)), candidate(2, Evidence("words", 0.6))
    assert order_of(one, other) == [1, 2]
    assert order_of(one, other, unwanted={1: 0.9}) == [2, 1]


def test_the_limit_holds_and_ties_are_in_a_fixed_order() -> None:
    same = [candidate(n, Evidence("words", 0.5)) for n in (3, 1, 2)]
    assert order_of(*same, limit=2) == [1, 2]
    assert rank([], limit=3) == []


def test_pairs_below_a_handful_of_people_are_told_of_nobody() -> None:
    watched = [(person, video) for person in range(5) for video in (1, 2)] + [(9, 1), (9, 3)]
    pairs = together(watched)
    assert list(pairs) == [(1, 2)]
    score, number = pairs[1, 2]
    assert number == 5 and round(score, 3) == round(5 / (6 * 5) ** 0.5, 3)
    assert together(watched[:8]) == {}
