"""What a scene says in words: short, long and paraphrased, from its true state.

Every caption states what the spec states (things, colours, shapes, their motion, direction, speed, place; a camera that
moves). Ground, daylight and a still camera are said in the long form and now and then elsewhere.

Try it: `captions_of(sample_spec(7)).short` → "a red ball rolls left"
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinora.world import words
from kinora.world.phrases import Voice, scene_phrase
from kinora.world.spec import WorldSpec

_NUM_PARAPHRASES = 6


@dataclass(frozen=True)
class Captions:
    """Sentences about one scene, lower case, without a full stop."""

    short: str
    long: str
    paraphrases: tuple[str, ...]


def captions_of(spec: WorldSpec) -> Captions:
    """Write the scene's captions; the same scene always gets the same ones."""
    random = np.random.default_rng((spec.seed, 0x63617074))
    plain = Voice(random)
    short = _joined(scene_phrase(spec, plain), [], _camera(spec, plain))
    setting = [_ground(spec, plain), words.LIGHT_WORDS[spec.light.time][0]]
    long = _joined(scene_phrase(spec, plain), setting, _camera(spec, plain, says_still=True))
    return Captions(short, long, tuple(_paraphrase(spec, random) for _ in range(_NUM_PARAPHRASES)))


def caption_of(spec: WorldSpec, draw: int = 0) -> str:
    """Return one caption for training: seeded by the scene and `draw`; mostly paraphrases."""
    random = np.random.default_rng((spec.seed, draw, 0x6F6E65))
    kind = random.random()
    plain = Voice(random)
    if kind < 0.25:
        return _joined(scene_phrase(spec, plain), [], _camera(spec, plain))
    if kind < 0.4:
        setting = [_ground(spec, plain), words.LIGHT_WORDS[spec.light.time][0]]
        return _joined(scene_phrase(spec, plain), setting, _camera(spec, plain, says_still=True))
    return _paraphrase(spec, random)


def _paraphrase(spec: WorldSpec, random: np.random.Generator) -> str:
    """Other words, another order, with or without articles, as a clause or as a noun with a participle."""
    voice = Voice(random, is_free=True, has_articles=random.random() < 0.75, is_participle=random.random() < 0.45)
    setting = [_ground(spec, voice)] if voice.chance(0.4) and spec.land is None else []
    if (spec.light.time != "day" and voice.chance(0.7)) or voice.chance(0.12):
        setting.append(voice.pick(words.LIGHT_WORDS[spec.light.time]))
    camera = _camera(spec, voice, says_still=voice.chance(0.12))
    scene = scene_phrase(spec, voice)
    if setting and voice.chance(0.25):
        camera_part = f", {camera}" if camera else ""
        return f"{' '.join(setting)}, {scene}{camera_part}"
    if camera and voice.chance(0.25) and not camera.startswith("the "):
        return _joined(f"{camera}, {scene}", setting, "")
    if camera and voice.chance(0.1) and spec.things and not voice.is_participle:
        return _joined(f"{camera} as {scene}", setting, "")
    return _joined(scene, setting, camera)


def _joined(scene: str, setting: list[str], camera: str) -> str:
    sentence = " ".join([scene, *(part for part in setting if part)])
    if not camera:
        return sentence
    return f"{sentence} while {camera}" if camera.startswith("the camera") else f"{sentence}, {camera}"


def _ground(spec: WorldSpec, voice: Voice) -> str:
    if spec.land is not None:
        return ""
    crosses = len(spec.things) == 1 and spec.things[0].motion.direction in ("left", "right")
    if crosses and not voice.is_free:
        return words.ACROSS_WORDS[spec.ground]
    return voice.pick(words.GROUND_WORDS[spec.ground])


def _camera(spec: WorldSpec, voice: Voice, *, says_still: bool = False) -> str:
    if spec.camera.move == "still" and not says_still:
        return ""
    return voice.pick(words.CAMERA_WORDS[spec.camera.move])
