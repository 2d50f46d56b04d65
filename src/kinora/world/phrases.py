"""Phrases for things and what they do: noun phrases, verb phrases, and both joined for a whole scene."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinora.world import words
from kinora.world.kinds import MOVES
from kinora.world.spec import Motion, Thing, WorldSpec


@dataclass(frozen=True)
class Voice:
    """How somebody words things; a voice that is not free always takes the plain word."""

    random: np.random.Generator
    is_free: bool = False
    has_articles: bool = True
    is_participle: bool = False

    def pick(self, options: tuple[str, ...]) -> str:
        """Return one wording: the plain one half the time."""
        if not self.is_free or self.random.random() < 0.4:
            return options[0]
        return options[int(self.random.integers(len(options)))]

    def pick_row(self, options: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        """Return one row of forms of a word."""
        if not self.is_free or self.random.random() < 0.4:
            return options[0]
        return options[int(self.random.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        """Throw the dice; a voice that is not free always says no."""
        return self.is_free and bool(self.random.random() < probability)


def scene_phrase(spec: WorldSpec, voice: Voice) -> str:
    """Say what is there and what it does."""
    things = spec.things
    if spec.land is not None and not things:
        land, weather = words.LAND_WORDS[spec.land.name], words.WEATHER_WORDS[spec.weather.name]
        return f"{voice.pick(land)} {voice.pick(weather)}".strip()
    if not things:
        return "an empty place" if voice.has_articles else "empty place"
    if len(things) == 1:
        return _clause(things[0], voice)
    if all(_same_doing(thing.motion, things[0].motion) and not thing.place for thing in things) and not spec.relation:
        return _together(things, voice)
    for number, thing in enumerate(things):
        if thing.motion.other is not None and thing.motion.name in words.PAIR_VERBS:
            pair = (number, thing.motion.other)
            rest = [another for place, another in enumerate(things) if place not in pair]
            return _upon((thing, things[thing.motion.other]), rest, voice)
    if spec.relation is not None and len(things) == 2:
        return _beside(spec, voice)
    if len(things) == 2 and things[1].motion.name == "still" and things[0].motion.name != "still" and voice.chance(0.5):
        joint = " and " if voice.chance(0.5) else ", "
        return f"{_clause(things[0], voice)}{joint}{noun(things[1], voice)}{_place(things[1], voice)}"
    return _listed([_clause(thing, voice) for thing in _shuffled(things, voice)])


def _same_doing(first: Motion, second: Motion) -> bool:
    if first.name == second.name == "meet":
        return True
    return (first.name, first.direction, first.speed, first.other) == (
        second.name, second.direction, second.speed, second.other,
    )  # fmt: skip


def _shuffled(things: tuple[Thing, ...], voice: Voice) -> tuple[Thing, ...]:
    return tuple(reversed(things)) if voice.chance(0.5) else things


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def noun(thing: Thing, voice: Voice, *, article: str = "a") -> str:
    """Return "a large red ball", without its article where the voice has none."""
    if thing.shape == "person":
        return _person(thing, voice, article)
    size = [voice.pick(words.SIZE_WORDS[thing.size])] if thing.size else []
    name = " ".join(
        [*size, voice.pick(words.COLOUR_WORDS[thing.colour]), voice.pick_row(words.SHAPE_WORDS[thing.shape])[0]]
    )
    if not voice.has_articles:
        return name
    return f"{'an' if article == 'a' and name[0] in 'aeiou' else article} {name}"


def _person(thing: Thing, voice: Voice, article: str) -> str:
    """Return "a person in a red shirt", now and then with the trousers."""
    name = voice.pick_row(words.SHAPE_WORDS["person"])[0]
    shirt = voice.pick((thing.colour, thing.colour, *words.COLOUR_WORDS[thing.colour][1:2]))
    cloth = f" and {words.CLOTH_WORDS[thing.cloth]}" if thing.cloth and voice.chance(0.3) else ""
    if voice.chance(0.3):
        return f"{f'{article} ' if voice.has_articles else ''}{name} in {shirt}{cloth and ' shirt' + cloth}"
    worn = f"{'an' if shirt[0] in 'aeiou' else 'a'} {shirt}" if voice.has_articles else shirt
    return f"{f'{article} ' if voice.has_articles else ''}{name} in {worn} shirt{cloth}"


def _together(things: tuple[Thing, ...], voice: Voice) -> str:
    """Return "two red balls roll left", or "a red ball and a blue ball roll left"."""
    first = things[0]
    if first.shape == "person":
        return f"{_people(things, voice)} {_doing(first.motion, voice, form=1)}"
    alike = all((thing.shape, thing.colour, thing.size) == (first.shape, first.colour, first.size) for thing in things)
    if not alike:
        nouns = [noun(thing, voice) for thing in _shuffled(things, voice)]
        return f"{_listed(nouns)} {_doing(first.motion, voice, form=1)}"
    size = [voice.pick(words.SIZE_WORDS[first.size])] if first.size else []
    colour, name = voice.pick(words.COLOUR_WORDS[first.colour]), voice.pick_row(words.SHAPE_WORDS[first.shape])[1]
    count = voice.pick(words.NUMBER_WORDS[len(things)])
    return " ".join([count, *size, colour, name, _doing(first.motion, voice, form=1)])


def _people(things: tuple[Thing, ...], voice: Voice) -> str:
    if len({thing.colour for thing in things}) == 1:
        count, name = voice.pick(words.NUMBER_WORDS[len(things)]), voice.pick_row(words.SHAPE_WORDS["person"])[1]
        return f"{count} {name} in {things[0].colour} shirts"
    return _listed([noun(thing, voice) for thing in _shuffled(things, voice)])


def _clause(thing: Thing, voice: Voice) -> str:
    """Return "a red ball rolls left"; a thing that does nothing may be named alone."""
    place = _place(thing, voice)
    if thing.motion.name == "still" and (place or voice.is_free) and (not voice.is_free or voice.chance(0.6)):
        return f"{noun(thing, voice)}{place}"
    if place and voice.chance(0.4):
        return f"{noun(thing, voice)}{place} {_doing(thing.motion, voice)}"
    return f"{noun(thing, voice)} {_doing(thing.motion, voice)}{place}"


def _place(thing: Thing, voice: Voice) -> str:
    return f" {voice.pick(words.PLACE_WORDS[thing.place])}" if thing.place else ""


def _doing(motion: Motion, voice: Voice, *, form: int = 0) -> str:
    """Return "rolls quickly to the left"; `form` 0 is the third person, 1 the plural."""
    if voice.is_participle:
        form = 2
    verb = voice.pick_row(words.VERBS[motion.name])[form]
    direction = voice.pick(words.DIRECTION_WORDS[motion.direction]) if motion.direction else ""
    if motion.name not in MOVES and motion.name not in ("walk", "run", "fly"):
        direction = ""
    speed = voice.pick(words.SPEED_WORDS[motion.speed]) if motion.speed else ""
    if voice.chance(0.35) and speed and not speed.startswith("at"):
        return " ".join(part for part in (speed, verb, direction) if part)
    parts = (verb, direction, speed) if voice.chance(0.5) else (verb, speed, direction)
    return " ".join(part for part in parts if part)


def _upon(pair: tuple[Thing, Thing], rest: list[Thing], voice: Voice) -> str:
    """Return "a red ball orbits a blue cube"."""
    thing, other = pair
    verb = voice.pick_row(words.PAIR_VERBS[thing.motion.name])[1 if voice.is_participle else 0]
    speed = f" {voice.pick(words.SPEED_WORDS[thing.motion.speed])}" if thing.motion.speed else ""
    side = ""
    if thing.motion.name == "hit" and thing.motion.direction:
        side = f" from the {'right' if thing.motion.direction == 'left' else 'left'}"
    said = f"{noun(thing, voice)} {verb} {noun(other, voice)}{side}{speed}"
    return _listed([said, *(_clause(other, voice) for other in rest)])


def _beside(spec: WorldSpec, voice: Voice) -> str:
    """Return "a red ball to the left of a blue cube", and what each does."""
    relation = spec.relation
    assert relation is not None
    opposite = {"left of": "right of", "right of": "left of", "in front of": "behind", "behind": "in front of"}
    subject, word, other = relation.subject, relation.word, relation.other
    if voice.chance(0.3):
        subject, word, other = other, opposite[word], subject
    first, second = spec.things[subject], spec.things[other]
    beside = voice.pick(words.RELATION_WORDS[word])
    doing = "" if first.motion.name == "still" else f" {_doing(first.motion, voice)}"
    plain = replace(second, place=None)
    if second.motion.name == "still":
        return f"{noun(first, voice)}{doing} {beside} {noun(plain, voice)}"
    which = "that " if voice.has_articles and not voice.is_participle else ""
    return f"{noun(first, voice)}{doing} {beside} {noun(plain, voice)} {which}{_doing(second.motion, voice)}"
