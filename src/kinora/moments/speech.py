"""Speech → cues: faster-whisper (Whisper on CTranslate2, int8 on the processor) where its weights are on this machine.

The sound is decoded and recognised in a confined child, in pieces of some minutes cut where it is quiet, so that a day
of sound takes no more memory than an hour.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import WeightsMissing
from kinora.moments.language import normalise_language, primary_language
from kinora.moments.moment import Cue
from kinora.moments.subtitles import tidy_cues
from kinora.moments.weights import folder_in_use

Samples = npt.NDArray[np.float32]

_RATE_HZ = 16_000
_PIECE_SECONDS = 300
_CUT_WITHIN_SECONDS = 30  # of a piece's end the quietest instant is where it is cut
_QUIET_SECONDS = 0.5
_MAX_CUE_SECONDS = 7.0
_MAX_CUE_CHARACTERS = 84
_MAX_PAUSE_SECONDS = 0.8
_MAX_COMPRESSION = 2.4  # of text to deflated text; above, the recogniser turns in a circle
_SILENT_PROBABILITY = 0.6
_UNSURE_LOG_PROBABILITY = -1.0
_SENTENCE_END = re.compile(r"[.!?…。！？؟।]$")
_NEEDED_FILES = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True)
class Word:
    """A recognised word with its time."""

    start_seconds: float
    end_seconds: float
    text: str


@dataclass(frozen=True)
class Heard:
    """What the confined child returns."""

    language: str
    cues: tuple[Cue, ...]


def transcribe(
    path: Path,
    settings: Settings,
    *,
    on_progress: Callable[[float, str], None] | None = None,
    cancel: CancelToken | None = None,
    duration_seconds: float | None = None,
) -> tuple[str, list[Cue]]:
    """Return the language spoken (BCP-47, empty where nobody speaks) and the cues.

    `duration_seconds` bounds the time it may take: 30 times that, a day where it is not known.

    Raises:
        WeightsMissing: no speech model is set, or it is not on this machine.
        UnreadableMedia: the file has no sound that can be decoded.
        LimitExceeded, Cancelled, WorkerLost: as every confined call.
    """
    folder = _whole(folder_in_use(settings, "speech"))
    most_seconds = 600 + 30 * duration_seconds if duration_seconds else 24 * 3600.0
    heard = confined_call(
        recognise,
        arguments={
            "path": path,
            "model_folder": folder,
            "language": primary_language(normalise_language(settings.speech_language)),
            "num_threads": min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2),
            "duration_seconds": duration_seconds or 0.0,
        },
        limits=Limits(
            cpu_seconds=4 * most_seconds,
            wall_seconds=most_seconds,
            memory_bytes=settings.ffmpeg_memory_bytes,
            output_bytes=64 * 2**20,
        ),
        read_paths=[path, folder],
        write_dir=None,
        on_progress=on_progress,
        cancel=cancel,
    )
    return normalise_language(heard.language), list(heard.cues)


def _whole(folder: Path) -> Path:
    absent = [name for name in _NEEDED_FILES if not (folder / name).is_file()]
    if absent:
        raise WeightsMissing(
            f"{folder} lacks {', '.join(absent)}, so it is no faster-whisper model and speech is not recognised",
            hint="KINORA_SPEECH_MODEL takes a folder in CTranslate2's form with its tokenizer.json; see docs/models.md",
        )
    return folder


def recognise(
    path: Path,
    model_folder: Path,
    language: str,
    num_threads: int,
    duration_seconds: float,
    report: Callable[[float, str], None],
) -> Heard:
    """Decode and recognise; runs in the confined child."""
    from faster_whisper import WhisperModel

    from kinora.media.sound import mono_16khz

    model: Any = WhisperModel(str(model_folder), device="cpu", compute_type="int8", cpu_threads=num_threads)
    cues: list[Cue] = []
    spoken = language
    for offset_seconds, samples in pieces(mono_16khz(path)):
        piece_cues, piece_language = _recognise_piece(model, samples, spoken)
        cues += [_shifted(cue, offset_seconds) for cue in piece_cues]
        if piece_cues and not spoken:
            spoken = piece_language
        done_seconds = offset_seconds + len(samples) / _RATE_HZ
        report(min(1.0, done_seconds / duration_seconds) if duration_seconds else 0.5, _told(done_seconds))
    return Heard(spoken if cues else "", tuple(tidy_cues(cues)))


def _told(done_seconds: float) -> str:
    return f"Recognising speech, {done_seconds / 60:.0f} minutes heard"


def pieces(blocks: Iterable[Samples]) -> Iterator[tuple[float, Samples]]:
    """Yield the sound in pieces of about five minutes with the second at which each starts, cut where it is quiet."""
    waiting: list[Samples] = []
    num_waiting, num_given = 0, 0
    for block in blocks:
        waiting.append(block)
        num_waiting += len(block)
        if num_waiting >= _PIECE_SECONDS * _RATE_HZ:
            whole = np.concatenate(waiting)
            cut = quietest(whole)
            yield num_given / _RATE_HZ, whole[:cut]
            num_given += cut
            waiting, num_waiting = [whole[cut:]], len(whole) - cut
    if num_waiting:
        yield num_given / _RATE_HZ, np.concatenate(waiting)


def quietest(samples: Samples) -> int:
    """Return the sample in the last half minute around which half a second is quietest."""
    window = int(_QUIET_SECONDS * _RATE_HZ)
    start = max(0, len(samples) - _CUT_WITHIN_SECONDS * _RATE_HZ)
    tail = samples[start:]
    num_windows = len(tail) // window
    if num_windows < 2:
        return len(samples)
    loudness = (tail[: num_windows * window].reshape(num_windows, window) ** 2).mean(axis=1)
    return start + int(loudness.argmin()) * window + window // 2


def _recognise_piece(model: Any, samples: Samples, language: str) -> tuple[list[Cue], str]:
    if not _has_speech(samples):
        return [], ""
    segments, info = model.transcribe(
        samples,
        language=language or None,
        vad_filter=True,
        word_timestamps=True,
        condition_on_previous_text=False,  # a mistake would be repeated through the whole piece
        hallucination_silence_threshold=2.0,
        beam_size=5,
    )
    kept = [segment for segment in segments if is_believable(segment)]
    words = [
        [Word(float(word.start), float(word.end), str(word.word)) for word in segment.words or ()] for segment in kept
    ]
    return without_repeated_cues([cue for group in words for cue in cues_of_words(group)]), str(info.language)


def _has_speech(samples: Samples) -> bool:
    """Ask silero's voice detector first: recognising a language in silence fails."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    return bool(get_speech_timestamps(samples, VadOptions()))


def is_believable(segment: Any) -> bool:
    """Return whether a segment is more than noise: silence taken for words, or words going in a circle."""
    is_silence = segment.no_speech_prob > _SILENT_PROBABILITY and segment.avg_logprob < _UNSURE_LOG_PROBABILITY
    return not is_silence and compression_ratio(segment.text) <= _MAX_COMPRESSION


def compression_ratio(text: str) -> float:
    """Return how many times smaller a text deflates; high for text that repeats itself (Whisper's own measure)."""
    encoded = text.encode()
    return len(encoded) / len(zlib.compress(encoded)) if encoded else 0.0


def cues_of_words(words: Sequence[Word]) -> list[Cue]:
    """Return cues that end with a sentence, at a pause, or before they grow too long to read."""
    cues: list[Cue] = []
    group: list[Word] = []
    for word in words:
        if group and _is_full(group, word):
            cues += _cue_of(group)
            group = []
        group.append(word)
    return cues + _cue_of(group)


def _is_full(group: Sequence[Word], word: Word) -> bool:
    text = "".join(each.text for each in group)
    return (
        bool(_SENTENCE_END.search(text.strip()))
        or word.start_seconds - group[-1].end_seconds > _MAX_PAUSE_SECONDS
        or word.end_seconds - group[0].start_seconds > _MAX_CUE_SECONDS
        or len(text) + len(word.text) > _MAX_CUE_CHARACTERS
    )


def _cue_of(group: Sequence[Word]) -> list[Cue]:
    text = without_circles(" ".join("".join(word.text for word in group).split()))
    return [Cue(group[0].start_seconds, group[-1].end_seconds, text)] if text else []


_CIRCLE = re.compile(r"(\b.{1,60}?)(?:[\s,.;!?]+\1){3,}", re.IGNORECASE)


def without_circles(text: str) -> str:
    """Return the text with words said four times or more in a row said once."""
    return _CIRCLE.sub(r"\1", text[:1000])


def without_repeated_cues(cues: Sequence[Cue]) -> list[Cue]:
    """Return cues less those that repeat the one before for the third time and on: nobody talks so, recognisers do."""
    kept: list[Cue] = []
    num_same = 0
    for cue in cues:
        num_same = num_same + 1 if kept and cue.text.casefold() == kept[-1].text.casefold() else 0
        if num_same < 2:
            kept.append(cue)
    return kept


def _shifted(cue: Cue, seconds: float) -> Cue:
    return Cue(cue.start_seconds + seconds, cue.end_seconds + seconds, cue.text, cue.speaker)
