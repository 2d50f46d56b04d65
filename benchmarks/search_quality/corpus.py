"""A folder of transcripts (and videos) with questions, as anybody may write one; see README.md for the format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kinora.moments.moment import Cue
from kinora.moments.subtitles import parse_subtitles
from kinora.timebase import Span

TRANSCRIPTS = (".vtt", ".srt")
VIDEOS = (".mp4", ".webm", ".mkv", ".mov", ".avi", ".ogv", ".m4v", ".mp3", ".ogg", ".wav")


@dataclass(frozen=True)
class Right:
    """One right answer: a range of a video, by the video's name without its ending."""

    video: str
    span: Span


@dataclass(frozen=True)
class Question:
    """What is asked; without right answers nothing may be found."""

    query: str
    right: tuple[Right, ...]
    kind: str = ""


@dataclass(frozen=True)
class Corpus:
    """`transcripts` by name in order of time; `titles` by name where told; `videos` are files beside them."""

    name: str
    transcripts: dict[str, tuple[Cue, ...]]
    titles: dict[str, str]
    videos: tuple[Path, ...]
    questions: tuple[Question, ...]


def read_corpus(folder: Path, queries: Path | None = None) -> Corpus:
    """Return what a folder holds; refuses a question whose video is not there."""
    transcripts: dict[str, tuple[Cue, ...]] = {}
    for path in sorted(one for one in folder.rglob("*") if one.suffix.lower() in TRANSCRIPTS):
        cues = parse_subtitles(path.read_bytes(), path.name)
        transcripts[path.stem] = tuple(sorted(cues, key=lambda cue: cue.start_seconds))
    videos = tuple(sorted(one for one in folder.rglob("*") if one.suffix.lower() in VIDEOS))
    titles_file = folder / "titles.json"
    titles = json.loads(titles_file.read_text()) if titles_file.is_file() else {}
    questions = tuple(_questions(queries or folder / "queries.jsonl"))
    known = {*transcripts, *(video.stem for video in videos)}
    for question in questions:
        for right in question.right:
            if right.video not in known:
                raise SystemExit(f"{question.query!r} names the video {right.video!r}; {folder} has no such file")
    return Corpus(folder.name, transcripts, titles, videos, questions)


def _questions(path: Path) -> Iterator[Question]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            right = tuple(Right(Path(r["video"]).stem, Span(r["start"], r["end"])) for r in one["right"])
            yield Question(one["query"], right, one.get("kind", ""))
        except (ValueError, KeyError, TypeError) as error:
            expected = '{"query": …, "right": [{"video": …, "start": …, "end": …}]}'
            raise SystemExit(f"{path}:{number}: {error}; expected {expected}") from error
