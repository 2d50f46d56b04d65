"""Whether a family can do what is asked, known before any weights are opened. Loads no network library.

Try it: `refuse_what_it_cannot(Request(...), facts_of(folder))`
"""

from __future__ import annotations

from kinora.errors import ConditionRefused
from kinora.generate.condition import Condition, Request
from kinora.generate.families.family import FamilyFacts
from kinora.generate.families.table import CONDITION_WORDS, TABLE
from kinora.generate.windows import num_frames_of, num_latent_frames_of


def refuse_what_it_cannot(request: Request, facts: FamilyFacts) -> None:
    """Return if the family can make what is asked.

    Raises:
        ConditionRefused: it can't; the sentence says what it takes and names families that can.
    """
    asked = conditions_asked(request, facts)
    for name in asked:
        if name not in facts.takes:
            raise ConditionRefused(f"{_name(facts)} takes {_what(facts)}; {_who(name)}", hint=_how_to_get(name))
    for name in facts.needs - set(asked):
        raise ConditionRefused(
            f"{_name(facts)} needs {CONDITION_WORDS[name]}, and none was given; from words alone, clips are made by "
            f"{_list([row.shown for row in TABLE.values() if name not in row.needs])}"
        )
    _refuse_size(request, facts)
    _refuse_length(request, facts)


def conditions_asked(request: Request, facts: FamilyFacts) -> tuple[str, ...]:
    """Return the kinds of conditions in a request, as keys of `CONDITION_WORDS`."""
    num_frames = num_frames_of(request.seconds, request.fps, facts.temporal_ratio)
    kinds = [_kind(condition, request, num_frames) for condition in request.conditions]
    if any(condition.strength < 1.0 for condition in request.conditions):
        kinds.append("strength")
    if request.start is not None:
        kinds.append("start")
    return tuple(dict.fromkeys(kinds))


def who_takes(name: str) -> tuple[str, ...]:
    """Return the families that take a kind of condition."""
    return tuple(row.shown for row in TABLE.values() if name in row.takes)


def _kind(condition: Condition, request: Request, num_frames: int) -> str:
    if condition.kind != "frame":
        return condition.kind
    frame = min(round(condition.at_seconds * request.fps), num_frames - 1)
    if frame == 0:
        return "first_frame"
    return "last_frame" if frame == num_frames - 1 else "any_frame"


def _refuse_size(request: Request, facts: FamilyFacts) -> None:
    size = facts.fixed_size
    if size and size != (request.width, request.height):
        raise ConditionRefused(
            f"{_name(facts)} makes clips of {size[0]}x{size[1]} only; {request.width}x{request.height} was asked",
            hint=f"ask for {size[0]}x{size[1]}, or use another family",
        )
    largest = facts.largest_size
    if largest and (request.width > largest[0] or request.height > largest[1]):
        raise ConditionRefused(
            f"{_name(facts)} makes clips up to {largest[0]}x{largest[1]}; {request.width}x{request.height} was asked",
            hint="ask for a smaller size, or use another family",
        )


def _refuse_length(request: Request, facts: FamilyFacts) -> None:
    """Longer clips are made in windows that carry latents, which only families that take latents can."""
    if "latent" in facts.takes:
        return
    ratio = facts.temporal_ratio
    num_frames = num_frames_of(request.seconds, request.fps, ratio)
    if num_latent_frames_of(num_frames, ratio) > facts.longest_window:
        most = (facts.longest_window - 1) * ratio + 1
        raise ConditionRefused(
            f"{_name(facts)} makes at most {most} frames ({most / request.fps:.1f} s at {request.fps:g} a second); "
            f"{num_frames} were asked; longer clips are made by {_list(who_takes('latent'))}"
        )
    if len(request.prompts) > 1:
        raise ConditionRefused(
            f"{_name(facts)} takes one prompt a clip; {len(request.prompts)} were given; storyboards are made by "
            f"{_list(who_takes('latent'))}"
        )


def _name(facts: FamilyFacts) -> str:
    return facts.pipeline or facts.shown or facts.name


def _what(facts: FamilyFacts) -> str:
    taken = [words for name, words in CONDITION_WORDS.items() if name in facts.takes]
    return f"{_list(['words', *taken])} only"


def _how_to_get(name: str) -> str:
    hub_id = next(row.hub_ids[0] for row in TABLE.values() if name in row.takes and row.hub_ids)
    return f"kinora-small is in the package; larger: kinora models get video {hub_id}"


def _who(name: str) -> str:
    return f"to give {CONDITION_WORDS[name]} use {_list(who_takes(name), 'or')}"


def _list(words: tuple[str, ...] | list[str], joint: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
