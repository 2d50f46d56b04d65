"""A fixed made-up library, and people who watch it. Knows nothing of how anybody recommends.

Assumptions, all of them: a video has one main and one side subject out of 24; what is said in it are sentences of words
of its subjects, one in five about anything; its owner tags it with words of the main subject, or not (`tag_care`).
A person likes three subjects, unequally, and two channels. They choose a video by subject (60 %), channel (15 %) or
because many watch it (25 %, Zipf); they never watch one twice. Nobody sees a recommendation: the log is of free choice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

NUM_SUBJECTS = 24
_WORDS = """
harbour ferry anchor tide sailor lighthouse net captain|oven dough flour yeast crust baker butter cake
glacier summit rope climber avalanche ridge snow tent|violin orchestra bow string conductor melody cello concert
telescope planet orbit comet galaxy star moon rocket|engine piston gearbox turbo brake mechanic valve wheel
tomato soil seed compost orchard pruning gardener greenhouse|goal referee striker penalty stadium keeper league pass
castle knight siege moat king sword armour crown|whale dolphin reef shark coral turtle plankton diver
chess bishop rook gambit pawn checkmate opening queen|court judge verdict lawyer jury witness appeal trial
wool loom needle thread weaving fabric sewing pattern|horse saddle stable gallop rider bridle foal hoof
circuit resistor solder transistor voltage chip battery sensor|vaccine virus antibody clinic nurse fever dose immune
election ballot senate candidate vote parliament poll mayor|camera lens shutter portrait darkroom exposure film tripod
volcano lava crater ash magma eruption quake geologist|bridge girder concrete architect tower scaffold crane beam
coffee roast espresso bean grinder barista foam filter|train railway station locomotive track signal conductor tunnel
wolf forest den pack elk trail ranger bear|painting canvas brush pigment gallery easel portrait sketch
"""
SUBJECTS = [line.split() for row in _WORDS.strip().splitlines() for line in row.split("|")]
_FRAMES = (
    "The {a} waits beside the {b}.", "You need a {a} before the {b}.", "How the {a} changes the {b}.",
    "We talk about the {a} and a {b}.", "Nobody told us that the {a} needs a {b}.", "First the {a}, then the {b}.",
)  # fmt: skip


@dataclass(frozen=True)
class Film:
    """A video as a site knows it, with its subjects, which only the simulator knows."""

    name: int
    channel: int
    sentences: tuple[str, ...]
    tags: frozenset[str]
    main: int
    side: int


@dataclass(frozen=True)
class World:
    """The films, and for each person what they watched, in order."""

    films: tuple[Film, ...]
    watched: tuple[tuple[int, ...], ...]


def make_world(
    *, seed: int = 7, num_films: int = 600, num_people: int = 300, num_watched: int = 20, tag_care: float = 0.6
) -> World:
    """Return the library and the logs; the same arguments give the same world.

    Args:
        tag_care: the share of films that have tags; one tag in four of them is a word that says nothing.
    """
    chosen, tagging = random.Random(seed), random.Random(f"tags of {seed}")  # apart: tags change nothing else
    films = tuple(_film(chosen, tagging, name, tag_care) for name in range(num_films))
    return World(films, tuple(_person(chosen, films, num_watched) for _ in range(num_people)))


def _film(chosen: random.Random, tagging: random.Random, name: int, tag_care: float) -> Film:
    main, side = chosen.sample(range(NUM_SUBJECTS), 2)
    # Channels have a bent, not a rule: half of their films are of their own subject.
    channel = main * 2 + chosen.randrange(2) if chosen.random() < 0.5 else chosen.randrange(2 * NUM_SUBJECTS)
    sentences = tuple(_sentence(chosen, main, side) for _ in range(chosen.randint(6, 14)))
    tags: frozenset[str] = frozenset()
    if tagging.random() < tag_care:
        said = tagging.sample(SUBJECTS[main], tagging.randint(1, 3))
        tags = frozenset(word if tagging.random() > 0.25 else tagging.choice(("video", "new", "hd")) for word in said)
    return Film(name, channel, sentences, tags, main, side)


def _sentence(chosen: random.Random, main: int, side: int) -> str:
    draw = chosen.random()
    subject = main if draw < 0.55 else side if draw < 0.8 else chosen.randrange(NUM_SUBJECTS)
    a, b = chosen.sample(SUBJECTS[subject], 2)
    return chosen.choice(_FRAMES).format(a=a, b=b)


def _person(chosen: random.Random, films: tuple[Film, ...], num_watched: int) -> tuple[int, ...]:
    likes = dict(zip(chosen.sample(range(NUM_SUBJECTS), 3), (1.0, 0.6, 0.35), strict=True))
    by_subject = [likes.get(film.main, 0.0) + 0.4 * likes.get(film.side, 0.0) for film in films]
    follows = chosen.sample(range(2 * NUM_SUBJECTS), 2)
    by_channel = [1.0 if film.channel in follows else 0.0 for film in films]
    by_many = [1.0 / (1 + (film.name * 7919) % len(films)) for film in films]  # a fixed order that means nothing
    seen: list[int] = []
    left = set(range(len(films)))
    while len(seen) < num_watched:
        draw = chosen.random()
        weights = by_subject if draw < 0.6 else by_channel if draw < 0.75 else by_many
        open_films = [name for name in sorted(left) if weights[name] > 0]
        if not open_films:
            continue
        (film,) = chosen.choices(open_films, [weights[name] for name in open_films])
        seen.append(film)
        left.discard(film)
    return tuple(seen)
