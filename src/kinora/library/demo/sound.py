"""Sound: small synthesised music and weather, stereo, 48 kHz."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 48_000
Samples = NDArray[np.float32]

# Semitones from A4 (440 Hz) of the notes used, by name.
_STEPS = {"C": -9, "D": -7, "E": -5, "F": -4, "G": -2, "A": 0, "B": 2}


def pitch_hz(note: str) -> float:
    """Return the frequency of a note such as `A4`, `C#5` or `Bb3`."""
    step = _STEPS[note[0]] + {"#": 1, "b": -1}.get(note[1], 0) + 12 * (int(note[-1]) - 4)
    return float(440.0 * 2 ** (step / 12))


def pad(seconds: float, chords: Sequence[str], chord_seconds: float, *, volume: float = 0.12) -> Samples:
    """Return slow chords, each a string of notes such as `C3 E3 G3`, in turn until the end; voices drift in stereo."""
    out = np.zeros((round(seconds * SAMPLE_RATE_HZ), 2), np.float32)
    overlap = min(1.5, chord_seconds / 2)
    for number in range(int(np.ceil(seconds / chord_seconds))):
        span = _clock(chord_seconds + overlap)
        swell = np.minimum(1.0, np.minimum(span / overlap, (span[-1] - span) / overlap))
        for voice, note in enumerate(chords[number % len(chords)].split()):
            tone = _soft_tone(pitch_hz(note), span) * swell * volume
            side = 0.5 + 0.3 * np.sin(voice * 2.1)
            _add(out, tone, number * chord_seconds, side)
    return out


def plucks(seconds: float, notes: Sequence[str], beat_seconds: float, *, volume: float = 0.2) -> Samples:
    """Return plucked notes one a beat, `-` for a rest, in turn until the end."""
    out = np.zeros((round(seconds * SAMPLE_RATE_HZ), 2), np.float32)
    sounds = {note: _pluck(pitch_hz(note)) * volume for note in set(notes) if note != "-"}
    for beat in range(int(seconds / beat_seconds)):
        note = notes[beat % len(notes)]
        if note != "-":
            _add(out, sounds[note], beat * beat_seconds, 0.35 + 0.3 * (beat % 3) / 2)
    return out


def noise(seconds: float, *, low_hz: float, high_hz: float, volume: float, seed: int = 1) -> Samples:
    """Return noise between two frequencies: rain, wind, sea."""
    length = round(seconds * SAMPLE_RATE_HZ)
    # A short loop is enough: nobody hears a noise repeat after some seconds, and its transform is quick.
    loop = min(length, 6 * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((loop, 2)), axis=0)
    frequency = np.fft.rfftfreq(loop, 1 / SAMPLE_RATE_HZ)[:, None]
    spectrum *= 1 / (1 + (low_hz / np.maximum(frequency, 1)) ** 4) / (1 + (frequency / high_hz) ** 2)
    sound = np.fft.irfft(spectrum, n=loop, axis=0)
    sound *= volume / max(1e-9, float(np.abs(sound).max()))
    return np.resize(sound.astype(np.float32), (length, 2))


def swelling(sound: Samples, period_seconds: float, *, depth: float = 0.6) -> Samples:
    """Return the sound getting louder and softer, as waves on a shore do."""
    clock = np.arange(len(sound)) / SAMPLE_RATE_HZ
    swell = 1 - depth * (0.5 + 0.5 * np.cos(2 * np.pi * clock / period_seconds))
    return np.asarray(sound * swell[:, None], dtype=np.float32)


def strikes(seconds: float, times: Sequence[float], sound: Samples) -> Samples:
    """Return the sound at each of the times."""
    out = np.zeros((round(seconds * SAMPLE_RATE_HZ), 2), np.float32)
    for at in times:
        start = round(at * SAMPLE_RATE_HZ)
        piece = sound[: max(0, len(out) - start)]
        out[start : start + len(piece)] += piece
    return out


def bell(note: str, *, seconds: float = 3.0, volume: float = 0.25) -> Samples:
    """Return one stroke of a bell: partials that are no whole multiples."""
    clock, base = _clock(seconds), pitch_hz(note)
    partials = ((0.5, 0.5, 1.2), (1.0, 1.0, 1.8), (2.76, 0.5, 3.0), (5.4, 0.25, 5.0))
    turn = 2 * np.pi * base * clock
    tone = sum(gain * np.sin(ratio * turn) * np.exp(-decay * clock) for ratio, gain, decay in partials)
    return _stereo(np.asarray(tone) * volume / 2)


def thunder(*, seconds: float = 5.0, volume: float = 0.5, seed: int = 3) -> Samples:
    rumble = noise(seconds, low_hz=25, high_hz=160, volume=volume, seed=seed)
    clock = _clock(seconds)
    envelope = np.minimum(1, clock / 0.08) * np.exp(-0.8 * clock) * (1 + 0.4 * np.sin(2 * np.pi * 2.3 * clock))
    return np.asarray(rumble[: len(clock)] * envelope[:, None], dtype=np.float32)


def mixed(*sounds: Samples) -> Samples:
    """Return the sum with soft ends, its peak at most 0.9."""
    out = np.sum(np.stack(sounds), axis=0)
    fade = round(0.5 * SAMPLE_RATE_HZ)
    out[:fade] *= np.linspace(0, 1, fade)[:, None]
    out[-fade:] *= np.linspace(1, 0, fade)[:, None]
    return np.asarray(out * min(1.0, 0.9 / max(1e-9, float(np.abs(out).max()))), dtype=np.float32)


def _clock(seconds: float) -> NDArray[np.float32]:
    return np.arange(round(seconds * SAMPLE_RATE_HZ), dtype=np.float32) / np.float32(SAMPLE_RATE_HZ)


def _soft_tone(frequency_hz: float, clock: NDArray[np.float32]) -> NDArray[np.float32]:
    turn = np.float32(2 * np.pi * frequency_hz) * clock
    return np.asarray(np.sin(turn) + 0.3 * np.sin(2 * turn + 0.4) + 0.3 * np.sin(turn * np.float32(1.003)), np.float32)


def _pluck(frequency_hz: float) -> NDArray[np.float32]:
    clock = _clock(1.6)
    tone = sum(np.sin(2 * np.pi * frequency_hz * k * clock) * np.exp(-(2.2 + 1.4 * k) * clock) / k for k in range(1, 6))
    return np.asarray(tone * np.minimum(1, clock / 0.004), dtype=np.float32)


def _stereo(tone: NDArray[np.floating]) -> Samples:
    return np.repeat(np.asarray(tone, np.float32)[:, None], 2, axis=1)


def _add(out: Samples, tone: NDArray[np.float32], at_seconds: float, side: float) -> None:
    """Add a tone from a time on; `side` 0 is left, 1 is right."""
    start = round(at_seconds * SAMPLE_RATE_HZ)
    piece = tone[: max(0, len(out) - start)]
    out[start : start + len(piece), 0] += piece * np.float32(1 - side)
    out[start : start + len(piece), 1] += piece * np.float32(side)
