"""What a video takes on the disk, by what it is for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kinora import config
from kinora.library.models import OriginalState, Rendition, Video
from kinora.media.ladder import H264

_MADE = {
    "covers": gettext_lazy("Covers"),
    "poster.jpg": gettext_lazy("Covers"),
    "thumbnail.jpg": gettext_lazy("Covers"),
    "samples": gettext_lazy("Pictures for search"),
    "scrub": gettext_lazy("Scrubbing pictures"),
    "subtitles": gettext_lazy("Subtitle files"),
    "peaks.bin": gettext_lazy("Sound wave"),
}


@dataclass(frozen=True)
class Part:
    """One kind of thing that a video keeps; `kind` is for programs, `label` for people."""

    kind: str
    label: str
    size_bytes: int


@dataclass(frozen=True)
class Storage:
    """All of it; the index's part is an estimate by the video's share of the playing time."""

    parts: tuple[Part, ...]

    @property
    def size_bytes(self) -> int:
        return sum(part.size_bytes for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        return {"size_bytes": self.size_bytes, "parts": [vars(part) for part in self.parts]}


def with_storage(videos: QuerySet[Video]) -> QuerySet[Video]:
    """Add `stored_bytes` to videos: the original and its renditions, nearly all of it; no file is looked at."""
    return videos.annotate(stored_bytes=F("size_bytes") + Coalesce(Sum("renditions__size_bytes"), Value(0)))


def storage_of(video: Video) -> Storage:
    """Return what one video takes, part by part; reads its folder but no rendition's."""
    parts = [Part("original", _original_label(video), _size_of(video.original_path))]
    parts += [_rendition(row) for row in Rendition.objects.filter(video=video).order_by("codec", "height")]
    made: dict[str, int] = {}
    for entry in _entries(video.folder):
        if entry.name != "hls" and not entry.name.startswith("original"):
            name = entry.name if entry.name in _MADE else "other"
            made[name] = made.get(name, 0) + _size_of(Path(entry.path))
    by_label: dict[str, Part] = {}
    for name, size in made.items():
        label = str(_MADE.get(name, _("Other")))
        known = by_label.get(label)
        by_label[label] = Part(name.split(".")[0], label, size + (known.size_bytes if known else 0))
    return Storage((*parts, *by_label.values(), Part("index", _("Search index (about)"), _index_share(video))))


def total_bytes(videos: QuerySet[Video]) -> int:
    """Return what videos and their renditions take together."""
    originals = videos.order_by().aggregate(total=Sum("size_bytes"))["total"] or 0
    rows = Rendition.objects.filter(video__in=videos.order_by().values("pk"))
    return int(originals + (rows.aggregate(total=Sum("size_bytes"))["total"] or 0))


def _original_label(video: Video) -> str:
    if video.original_state == OriginalState.MOVED:
        return _("Original, moved elsewhere")
    if video.original_state == OriginalState.REDUCED:
        return _("Best quality, in place of the original")
    return _("Original")


def _rendition(row: Rendition) -> Part:
    if row.height == 0:
        return Part("sound", _("Sound"), row.size_bytes)
    name = f"{row.height}p" if row.codec == H264 else f"{row.height}p {row.codec.upper()}"
    return Part(f"rendition-{name.replace(' ', '-').lower()}", name, row.size_bytes)


def _index_share(video: Video) -> int:
    total = Video.objects.filter(indexed_revision__gt=0).aggregate(total=Sum("duration_seconds"))["total"] or 0.0
    if not total or not video.indexed_revision:
        return 0
    return round(_size_of(config.current().index_dir) * video.duration_seconds / total)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except OSError:
        return


def _size_of(path: Path) -> int:
    if path.is_dir():
        return sum(_size_of(Path(entry.path)) for entry in _entries(path))
    try:
        return path.stat().st_size
    except OSError:
        return 0
