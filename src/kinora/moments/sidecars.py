"""Which subtitle files lie beside a video: `film.srt`, `film.en.vtt`, `film_captions_en.vtt`, `Subs/film.de.srt`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from kinora.moments.language import normalise_language

SUBTITLE_SUFFIXES = frozenset({".srt", ".vtt", ".ass", ".ssa", ".ttml", ".dfxp"})
_MEDIA_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mkv", ".webm", ".mov", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".wmv", ".flv"}
    | {".3gp", ".ogv", ".ogg", ".mp3", ".m4a", ".aac", ".flac", ".wav", ".opus", ".gif"}
)
_FOLDERS = frozenset({"subs", "sub", "subtitles", "subtitle", "captions"})
# Words that may stand between a video's name and its sidecar's suffix, besides languages.
_ROLES = frozenset(
    {"caption", "captions", "subtitle", "subtitles", "sub", "subs", "cc", "sdh", "hoh", "forced", "full", "auto"}
    | {"default", "asr", "large", "descriptions", "description", "transcript", "closed"}
)
_HEARING_IMPAIRED = frozenset({"hi"})  # Hindi when it stands alone, "hearing impaired" after another language
# What a download adds to a film's name, and its subtitles' name lacks: film_480p.mp4 and film.en.vtt.
_RESOLUTION = re.compile(r"[\s._-]+\(?(?:\d{3,4}[pi]|[248]k|uhd|hd|sd)\)?$")
_SEPARATORS = re.compile(r"[\s._\-()\[\]]+")
_MAX_ENTRIES = 20_000


def sidecars_of(path: Path) -> list[tuple[Path, str]]:
    """Return the subtitle files that belong to a video, each with its BCP-47 language or an empty string.

    A file belongs to the video with the longest name that it begins with, so `film_2.srt` is never `film.mp4`'s
    where `film_2.mp4` lies beside it, nor anyone's where the rest of its name is neither a language nor a role.
    Where one video lies alone in its folder, `captions.vtt` or `Subs/English.srt` are its.
    """
    neighbours = _entries(path.parent)
    stems = {_folded(entry.stem) for entry in neighbours if entry.suffix.lower() in _MEDIA_SUFFIXES}
    stems |= {_folded(path.stem)}
    candidates = [entry for entry in neighbours if entry.suffix.lower() in SUBTITLE_SUFFIXES]
    for folder in neighbours:
        if folder.name.lower() in _FOLDERS and folder.is_dir():
            candidates += [entry for entry in _entries(folder) if entry.suffix.lower() in SUBTITLE_SUFFIXES]
    found = []
    for candidate in candidates:
        language = _language_if_ours(candidate, path, stems)
        if language is not None and candidate.is_file():
            found.append((candidate, language))
    return sorted(found, key=lambda pair: (pair[0].parent != path.parent, pair[0].name))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for _, entry in zip(range(_MAX_ENTRIES), folder.iterdir(), strict=False))
    except OSError:
        return []


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _language_if_ours(candidate: Path, path: Path, stems: set[str]) -> str | None:
    """Return the language that the rest of the name tells, None where the file is not this video's."""
    stem = _folded(candidate.stem)
    names = (_folded(path.name), _folded(path.stem), _RESOLUTION.sub("", _folded(path.stem)))
    for whole in dict.fromkeys(names):
        if stem == whole:
            return ""
        if stem.startswith(whole) and _SEPARATORS.match(stem, len(whole)):
            if _belongs_to_another(stem, whole, stems):
                return None
            return _language_of(stem[len(whole) :])
    if len(stems) == 1:
        return _language_of(stem)
    return None


def _belongs_to_another(stem: str, whole: str, stems: set[str]) -> bool:
    rivals: Iterable[str] = (rival for rival in stems if len(rival) > len(whole))
    return any(stem == rival or (stem.startswith(rival) and _SEPARATORS.match(stem, len(rival))) for rival in rivals)


def _language_of(rest: str) -> str | None:
    """Return the language in the rest of a name, empty where there is none, None where a part is a stranger."""
    languages: list[str] = []
    for part in re.split(r"[\s.()\[\]]+", rest.strip("-_")):
        whole = normalise_language(part)
        for word in [part] if whole and not part.endswith(("-hi", "_hi")) else re.split(r"[-_]+", part):
            if (word in _HEARING_IMPAIRED and languages) or not word:
                continue
            if language := normalise_language(word):
                languages.append(language)
            elif word not in _ROLES and not re.fullmatch(r"\d{1,2}", word):
                return None
    return languages[0] if languages else ""
