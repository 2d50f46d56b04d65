"""The order of recommendations: evidence adds up, the strongest is the reason, nothing fills the list alone."""

from __future__ import annotations

from kinora.library.recommend.co_watching import together
from kinora.library.recommend.popular import MIN_VIEWS, NUM_POPULAR, strengths
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


def test_views_of_long_ago_are_worth_less_and_few_are_not_many() -> None:
    views = [
        (1, 0.0, 100.0),
        (2, 14.0, 100.0),
        (3, 400.0, 9_000.0),
        (4, 0.0, MIN_VIEWS - 1),
        (5, 0.0, 20.0),
        (5, 1, 5.0),
    ]
    known = strengths(views)
    assert list(known) == [1, 2, 5]
    assert known[1] == 1.0 and known[2] == 0.5 and 0.2 < known[5] < 0.25
    assert strengths([]) == {} and strengths([(1, 0.0, 1.0)]) == {}
    assert len(strengths((n, 0.0, 50.0) for n in range(2 * NUM_POPULAR))) == NUM_POPULAR


def test_what_many_watch_is_a_reason_among_others() -> None:
    most, little = candidate(1, Evidence("popular", 1.0)), candidate(2, Evidence("popular", 0.02))
    near = candidate(3, Evidence("words", 0.5, cause=7))
    assert order_of(little, near, most) == [1, 3, 2]
    assert rank([most], limit=1)[0].reason.kind == "popular"


def test_many_weak_causes_add_up_to_a_bound() -> None:
    often = candidate(1, *(Evidence("words", 0.3, cause=n) for n in range(1, 9)))
    once = candidate(2, Evidence("words", 0.9, cause=20))
    endless = candidate(3, *(Evidence("words", 0.9, cause=n) for n in range(1, 99)))
    assert order_of(once, often) == [1, 2]
    (bounded,) = rank([endless], limit=1)
    assert bounded.score <= 4.0
