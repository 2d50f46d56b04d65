"""Related videos and a person's own feed: a bounded number of questions to the database, then `ranking` decides.

Who may see a video is asked for each that is shown, of its row, at the end. Nothing that was finished comes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import FloatField, Q, Value
from django.utils import timezone

from kinora.library.access import is_visible_to, visible_to
from kinora.library.models import User, Video, WatchProgress
from kinora.library.recommend.models import Neighbour, NotWanted, WatchedLately
from kinora.library.recommend.ranking import FLOOR, NUM_SEEDS, Candidate, Evidence, Recommended, freshness, rank
from kinora.library.recommend.steering import is_recommending
from kinora.library.watching.models import Like, Subscription

NUM_NEIGHBOURS = 160  # read at once
NUM_LATEST = 24
MAX_CANDIDATES = 240
POPULAR_BESIDE = 0.05  # beside a video, what many watch only breaks ties: related means near to it
_NOT_SHOWN = ("facts", "recipe", "description", "tags", "original_name")  # large, and on no card


@dataclass(frozen=True)
class Suggestion:
    """A video with the reason it is shown for; `cause` is the watched or liked video that brought it."""

    video: Video
    reason: Evidence
    cause: Video | None = None


def related_to(user: Any, video: Video, *, limit: int = 12) -> list[Suggestion]:
    """Return what to watch after a video: near to it, watched by the same people, of its channel, new."""
    if not is_recommending(user):
        return []
    evidence = _near([video.pk], {video.pk: 1.0})
    own = visible_to(user).filter(channel=video.channel_id).exclude(pk=video.pk)
    for pk, at in own.order_by("-published_at", "-id").values_list("pk", "published_at")[:NUM_LATEST]:
        evidence[pk].append(Evidence("channel", 0.4 + 0.6 * freshness(_age(at)), cause=video.pk))
    _add_of_all(user, evidence, share=POPULAR_BESIDE)
    evidence.pop(video.pk, None)
    return _suggest(user, evidence, limit=limit, causes={})


def feed_for(user: User, *, limit: int = 12) -> list[Suggestion]:
    """Return a person's own feed: near to what they watched and liked, of channels they follow, new; with variety."""
    if not is_recommending(user):
        return []
    seeds = _seeds(user)
    evidence = _near(list(seeds), {pk: weight for pk, (weight, _) in seeds.items()})
    followed = Subscription.objects.filter(user=user).values("channel")
    latest = visible_to(user).filter(channel__in=followed).order_by("-published_at", "-id")
    for pk, at in latest.values_list("pk", "published_at")[:NUM_LATEST]:
        evidence[pk].append(Evidence("subscription", freshness(_age(at))))
    _add_of_all(user, evidence)
    for pk in seeds:  # watched or liked already: begun ones stand under *Continue watching*
        evidence.pop(pk, None)
    return _suggest(user, evidence, limit=limit, causes={pk: video for pk, (_, video) in seeds.items()})


def _seeds(user: User) -> dict[int, tuple[float, Video]]:
    """Return what says most of a person's taste, by key: with a weight that falls with each further one."""
    watched = WatchProgress.objects.filter(is_visible_to(user, "video"), user=user)
    rows = watched.select_related("video").only("video__public_id", "video__title").order_by("-updated_at")
    seeds = {row.video.pk: (0.93**place, row.video) for place, row in enumerate(rows[:NUM_SEEDS])}
    likes = Like.objects.filter(is_visible_to(user, "video"), user=user).select_related("video")
    liked = likes.only("video__public_id", "video__title").order_by("-id")[: NUM_SEEDS // 2]
    for place, row in enumerate(liked):
        weight = max(0.95**place, seeds.get(row.video.pk, (0.0,))[0])
        seeds[row.video.pk] = (weight, row.video)
    return seeds


def _near(seeds: Sequence[int], weights: dict[int, float]) -> dict[int, list[Evidence]]:
    """Return the neighbours of the seeds, read in both directions: who came later knows of who came before."""
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    if not seeds:
        return evidence
    rows = Neighbour.objects.filter(Q(video__in=seeds) | Q(other__in=seeds)).order_by("-score")
    seen: set[tuple[int, int, str]] = set()
    for row in rows[:NUM_NEIGHBOURS]:
        for seed, other, here, there in (
            (row.video_id, row.other_id, row.at_seconds, row.other_seconds),
            (row.other_id, row.video_id, row.other_seconds, row.at_seconds),
        ):
            if seed not in weights or (seed, other, row.kind) in seen:
                continue
            seen.add((seed, other, row.kind))
            floor = FLOOR[row.kind]
            strength = max(0.0, row.score - floor) / (1 - floor) * weights[seed]
            evidence[other].append(Evidence(row.kind, strength, seed, here, there, row.num_people))
    return evidence


def _add_of_all(user: Any, evidence: dict[int, list[Evidence]], *, share: float = 1.0) -> None:
    """Add what is new and what many watch lately, in one question; `_suggest` asks who may see it."""
    latest = visible_to(user).order_by("-published_at", "-id").values("pk")[:NUM_LATEST]
    new = Video.objects.filter(pk__in=latest).annotate(popular=Value(0.0, FloatField())).order_by()
    popular = WatchedLately.objects.order_by().values_list("video", "video__published_at", "strength")
    for pk, at, strength in new.values_list("pk", "published_at", "popular").union(popular, all=True):
        evidence[pk].append(
            Evidence("popular", strength * share) if strength else Evidence("fresh", freshness(_age(at)))
        )


def _suggest(
    user: Any, evidence: dict[int, list[Evidence]], *, limit: int, causes: dict[int, Video]
) -> list[Suggestion]:
    channels, unwanted = _not_wanted(user)
    keys = sorted(evidence, key=lambda pk: -max(one.strength for one in evidence[pk]))[:MAX_CANDIDATES]
    rows = visible_to(user).filter(pk__in=keys).exclude(channel__in=channels)
    if user is not None and user.is_authenticated:
        rows = rows.exclude(pk__in=WatchProgress.objects.filter(user=user, is_finished=True).values("video"))
    videos = {video.pk: video for video in rows.select_related("channel").defer(*_NOT_SHOWN)}
    candidates = [
        Candidate(pk, video.channel_id, _age(video.published_at), tuple(evidence[pk]))
        for pk, video in videos.items()
        if unwanted.get(pk, 0.0) < 1.0
    ]
    return [_shown(one, videos, causes) for one in rank(candidates, limit=limit, unwanted=unwanted)]


def _shown(one: Recommended, videos: dict[int, Video], causes: dict[int, Video]) -> Suggestion:
    return Suggestion(videos[one.video], one.reason, causes.get(one.reason.cause))


def _not_wanted(user: Any) -> tuple[list[int], dict[int, float]]:
    """Return the channels that a person does not want, and how near videos are to those they want less of."""
    if user is None or not user.is_authenticated:
        return [], {}
    rows = list(NotWanted.objects.filter(user=user).values_list("video", "channel"))
    channels = [channel for _, channel in rows if channel]
    videos = [video for video, _ in rows if video]
    unwanted = dict.fromkeys(videos, 1.0)
    if videos:
        near: Iterable[tuple[int, int, float]] = Neighbour.objects.filter(
            Q(video__in=videos) | Q(other__in=videos)
        ).values_list("video", "other", "score")[: 4 * NUM_NEIGHBOURS]
        for video, other, score in near:
            for pk in (video, other):
                unwanted[pk] = max(unwanted.get(pk, 0.0), min(0.99, score))
    return channels, unwanted


def _age(at: datetime) -> float:
    return max(0.0, (timezone.now() - at).total_seconds() / 86_400.0)
