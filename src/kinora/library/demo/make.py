"""Make the demo clips: every film drawn, composed and subtitled, on as many processors as there are.

Try it: `python -m kinora.library.demo.make /tmp/demo`
"""

from __future__ import annotations

import concurrent.futures
import itertools
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from kinora.engine.cancel import CancelToken
from kinora.engine.pool import num_workers
from kinora.library.demo.aquarium import aquarium
from kinora.library.demo.baking import baking
from kinora.library.demo.film import FRAMES_A_SECOND, HEIGHT, WIDTH, DemoFilm
from kinora.library.demo.harbour import harbour
from kinora.library.demo.neon import neon
from kinora.library.demo.planets import planets
from kinora.library.demo.railway import railway
from kinora.library.demo.storm import storm
from kinora.media.clip_writer import ClipFormat, ClipWords, write_clip
from kinora.moments.moment import Cue
from kinora.moments.subtitles import cues_to_webvtt
from kinora.timebase import format_timecode

LICENCE = "CC0-1.0"
# Flat drawn pictures stay clean at this quality, and `ultrafast` takes a third of the time of the next preset.
_FORMAT = ClipFormat(WIDTH, HEIGHT, Fraction(FRAMES_A_SECOND), crf=24, preset="ultrafast", num_threads=1)
_FILMS: dict[str, Callable[[], DemoFilm]] = {
    make().name: make for make in (harbour, railway, aquarium, planets, neon, baking, storm)
}
# One film has WebVTT subtitles, the others SubRip, so that both are seen.
_WEBVTT_FILMS = frozenset({"aquarium"})


@dataclass(frozen=True)
class DemoClip:
    """A clip that was made; `subtitles` are `(path, language)`."""

    path: Path
    title: str
    description: str
    tags: tuple[str, ...]
    duration_seconds: float
    subtitles: tuple[tuple[Path, str], ...] = field(default=())


def film_names() -> tuple[str, ...]:
    """Return the names of the films in the order in which the library shows them."""
    return tuple(_FILMS)


def film_named(name: str) -> DemoFilm:
    return _FILMS[name]()


def make_demo(
    out_dir: Path,
    on_progress: Callable[[float, str], None] | None = None,
    *,
    names: Sequence[str] | None = None,
    on_clip: Callable[[DemoClip], None] | None = None,
    cancel: CancelToken | None = None,
) -> list[DemoClip]:
    """Make the clips into `out_dir`; those that are there already are kept.

    Args:
        on_progress: gets a share in [0, 1] and a sentence.
        names: which films; all of them when absent.
        on_clip: gets each clip as soon as it is whole, and may take its file away.

    Raises:
        Cancelled: the token was set; finished clips stay.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    report = on_progress or (lambda _share, _message: None)
    films = [film_named(name) for name in (names if names is not None else film_names())]
    missing = [film for film in films if not _clip_path(out_dir, film).exists()]
    total, done = sum(film.num_frames for film in films), 0
    report(0.0, f"Drawing {len(missing)} clips")
    kept = [film for film in films if film not in missing]
    for film in itertools.chain(kept, _finished(out_dir, missing, cancel)):
        done += film.num_frames
        if on_clip:
            on_clip(_clip(out_dir, film))
        report(done / max(1, total), f"Drew {film.title!r}")
    return [_clip(out_dir, film) for film in films]


def _finished(out_dir: Path, films: Sequence[DemoFilm], cancel: CancelToken | None) -> Iterator[DemoFilm]:
    """Yield films as they are done, drawn side by side, the longest begun first."""
    longest_first = sorted(films, key=lambda film: -film.num_frames)
    if len(films) < 2:
        for film in films:
            write_film(film.name, out_dir)
            yield film
        return
    # Spawned, never forked: a fork of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(num_workers(0), len(films)), mp_context=context) as pool:
        drawing = {pool.submit(write_film, film.name, out_dir): film for film in longest_first}
        try:
            for future in concurrent.futures.as_completed(drawing):
                future.result()
                if cancel:
                    cancel.raise_if_cancelled()
                yield drawing[future]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def write_film(name: str, out_dir: Path) -> None:
    """Draw one film with its subtitles; the clip comes last, so a clip that is there is whole."""
    film = film_named(name)
    for path, language in _subtitle_paths(out_dir, film):
        text = (cues_to_webvtt if path.suffix == ".vtt" else cues_to_subrip)(film.subtitles[language])
        path.write_text(text, encoding="utf-8")
    sound = film.sound(film.num_frames / FRAMES_A_SECOND)
    words = ClipWords(film.title, film.chapters())
    write_clip(_clip_path(out_dir, film), film.frames(), sound, _FORMAT, words)


def cues_to_subrip(cues: Sequence[Cue]) -> str:
    """Return cues as a SubRip file."""
    blocks = []
    for number, cue in enumerate(cues, start=1):
        start, end = (
            format_timecode(seconds, with_milliseconds=True).replace(".", ",")
            for seconds in (cue.start_seconds, cue.end_seconds)
        )
        blocks.append(f"{number}\n{start} --> {end}\n{cue.text}\n")
    return "\n".join(blocks)


def _clip_path(out_dir: Path, film: DemoFilm) -> Path:
    return out_dir / f"{film.name}.mp4"


def _subtitle_paths(out_dir: Path, film: DemoFilm) -> tuple[tuple[Path, str], ...]:
    suffix = "vtt" if film.name in _WEBVTT_FILMS else "srt"
    return tuple((out_dir / f"{film.name}.{language}.{suffix}", language) for language in film.subtitles)


def _clip(out_dir: Path, film: DemoFilm) -> DemoClip:
    return DemoClip(
        _clip_path(out_dir, film),
        film.title,
        film.description,
        film.tags,
        film.duration_seconds,
        _subtitle_paths(out_dir, film),
    )


if __name__ == "__main__":
    for made in make_demo(Path(sys.argv[1]), lambda share, message: print(f"{share:4.0%}  {message}")):
        print(made.path)
