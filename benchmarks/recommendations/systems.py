"""Who recommends: tag matching as PeerTube does it, popularity, chance, and Kinora's own path."""

from __future__ import annotations

import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from simulator import Film, World

from kinora.index.entry import Content, IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.library.recommend.co_watching import together
from kinora.library.recommend.neighbours import neighbours_of
from kinora.library.recommend.popular import strengths
from kinora.library.recommend.ranking import FLOOR, NUM_SEEDS, WEIGHTS, Candidate, Evidence, rank
from kinora.moments.moment import Moment
from kinora.moments.sentence_encoder import EMBEDDED_NAME, SentenceEncoder

Recommend = Callable[[Sequence[int], int], list[int]]  # what somebody watched, last first, and how many are wanted


def by_chance(world: World, logs: Sequence[Sequence[int]]) -> Recommend:
    """Recommend anything that was not watched."""
    chosen = random.Random(1)
    return lambda watched, limit: chosen.sample(sorted(set(range(len(world.films))) - set(watched)), limit)


def by_popularity(world: World, logs: Sequence[Sequence[int]]) -> Recommend:
    """Recommend what most people watched."""
    order = [film for film, _ in Counter(film for log in logs for film in log).most_common()]
    return lambda watched, limit: [film for film in order if film not in set(watched)][:limit]


def by_tags(world: World, logs: Sequence[Sequence[int]]) -> Recommend:
    """Recommend films that share tags with the one watched last, as PeerTube: newest first; then the newest of all."""

    def recommend(watched: Sequence[int], limit: int) -> list[int]:
        seen = set(watched)
        tags = world.films[watched[0]].tags
        newest = [film for film in reversed(world.films) if film.name not in seen]
        shared = [film.name for film in newest if film.tags & tags]
        return [*shared, *(film.name for film in newest if film.name not in set(shared))][:limit]

    return recommend


def by_tag_profile(world: World, logs: Sequence[Sequence[int]]) -> Recommend:
    """Recommend films by the tags of everything that was watched: a stronger tag matcher than PeerTube's."""

    def recommend(watched: Sequence[int], limit: int) -> list[int]:
        profile = Counter(tag for film in watched for tag in world.films[film].tags)
        left = [film for film in world.films if film.name not in set(watched)]
        left.sort(key=lambda film: (-sum(profile[tag] for tag in film.tags), -film.name))
        return [film.name for film in left[:limit]]

    return recommend


class Kinora:
    """The site's own path without its database: index, neighbours, co-watching, ranking."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._near = _content(world)

    def of(
        self, kinds: frozenset[str], logs: Sequence[Sequence[int]], weights: Mapping[str, float] = WEIGHTS
    ) -> Recommend:
        """Return the recommender that uses these kinds of evidence alone; `logs` are what the site may know."""
        near = {film: [one for one in rows if one[1].kind in kinds] for film, rows in self._near.items()}
        if "viewers" in kinds:
            rows = ((person, film) for person, log in enumerate(logs) for film in log)
            for (one, other), (score, number) in together(rows).items():
                for here, there in ((one, other), (other, one)):
                    near[here].append((there, Evidence("viewers", score, here, num_people=number)))
        films = self._world.films
        views = ((film, 0.0, 1.0) for log in logs for film in log)  # the logs know no days: every view is of today
        popular = strengths(views) if "popular" in kinds else {}

        def recommend(watched: Sequence[int], limit: int) -> list[int]:
            evidence: dict[int, list[Evidence]] = defaultdict(list)
            for place, seed in enumerate(watched[:NUM_SEEDS]):
                for other, one in near[seed]:
                    strength = max(0.0, one.strength - FLOOR[one.kind]) / (1 - FLOOR[one.kind]) * 0.93**place
                    evidence[other].append(Evidence(one.kind, strength, seed))
            for film, strength in popular.items():
                evidence[film].append(Evidence("popular", strength))
            for seen in watched:
                evidence.pop(seen, None)
            found = [Candidate(film, films[film].channel, 30.0, tuple(why)) for film, why in evidence.items()]
            return [one.video for one in rank(found, limit=limit, weights=weights)]

        return recommend


def _content_of(film: Film, encoder: SentenceEncoder) -> Content:
    moments = [Moment(4.0 * n, 4.0 * n + 4, "said", text) for n, text in enumerate(film.sentences)]
    entry = IndexedVideo(str(film.name), 1, f"Film {film.name}", "c", 1, "public", 0.0, 60.0, "en")
    vectors = encoder.embed([one.text for one in moments]).astype(np.float16)
    return Content(entry, moments, vectors, Pictures.none())


def _content(world: World) -> dict[int, list[tuple[int, Evidence]]]:
    """Return every film's neighbours by words, in both directions, as the site reads them."""
    near: dict[int, dict[int, Evidence]] = {film.name: {} for film in world.films}
    encoder = SentenceEncoder.from_setting(EMBEDDED_NAME)
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(Path(folder) / "index")
        index.replace_videos([_content_of(film, encoder) for film in world.films])
        for film in world.films:
            for one in neighbours_of(index, str(film.name)):
                other = int(one.video_id)
                evidence = Evidence(one.kind, one.score)
                for here, there in ((film.name, other), (other, film.name)):
                    known = near[here].get(there)
                    if known is None or known.strength < evidence.strength:
                        near[here][there] = evidence
    return {film: list(rows.items()) for film, rows in near.items()}
