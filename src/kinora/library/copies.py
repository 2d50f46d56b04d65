"""Copies: which stretch of which video reappears where, for this person; of a video here, or of any file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db.models import Q

from kinora import config
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import NotFound
from kinora.ledger.record import sha256_of
from kinora.library.access import can_edit, visible_to
from kinora.library.copy_models import VideoCopy
from kinora.library.copy_shelves import has_prints, shelves, wanted_for
from kinora.library.files import work_folder
from kinora.library.models import Video
from kinora.moments.copy_prints import Prints
from kinora.search.copies import CONTAINS, EXACT, PART_OF, CopyMatch, Stretch, find_copies

_TURNED = {CONTAINS: PART_OF, PART_OF: CONTAINS}
_LABELS = {
    EXACT: "the same file", "near": "the same video, changed", CONTAINS: "contains it whole",
    PART_OF: "is part of it", "overlaps": "shares stretches",
}  # fmt: skip


@dataclass(frozen=True)
class FoundCopy:
    """A video that shares stretches with what was asked about; `kind` says what the asked one is to it."""

    video: Video
    kind: str
    score: float
    stretches: tuple[Stretch, ...]

    @property
    def label(self) -> str:
        """Return the kind as a person reads it, said of the asked one."""
        return _LABELS[self.kind]

    def to_json(self) -> dict[str, Any]:
        rows = [
            {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(one).items()}
            for one in self.stretches
        ]
        video = {"id": self.video.public_id, "title": self.video.title, "path": str(self.video.original_path)}
        return {"video": video, "kind": self.kind, "score": round(self.score, 4), "stretches": rows}


@dataclass(frozen=True)
class CopyReport:
    """What was found; `is_complete` is false while the video's fingerprints are not taken yet."""

    copies: tuple[FoundCopy, ...]
    is_complete: bool = True

    def to_json(self) -> dict[str, Any]:
        return {"is_complete": self.is_complete, "copies": [one.to_json() for one in self.copies]}


def copies_of_video(video: Video, user: Any) -> CopyReport:
    """Return the videos this person may find that share stretches with a video of theirs.

    Raises:
        NotFound: the video is not this person's to ask about.
    """
    if not can_edit(user, video):
        raise NotFound(f"there is no video {video.public_id!r}, or its copies are not for you to see")
    may_see = visible_to(user)
    same = may_see.filter(sha256=video.sha256).exclude(pk=video.pk)
    found = [_exact(other, video.duration_seconds) for other in same]
    known = {one.video.pk for one in found}
    rows = VideoCopy.objects.filter(Q(video=video, other__in=may_see) | Q(other=video, video__in=may_see))
    for row in rows.select_related("video", "other"):
        copy = _of_row(row, is_turned=row.other_id == video.pk)
        if copy.video.pk not in known:
            known.add(copy.video.pk)
            found.append(copy)
    return CopyReport(tuple(sorted(found, key=lambda one: -one.score)), is_complete=has_prints(video))


def copies_of_file(path: Path, user: Any) -> CopyReport:
    """Return the videos this person may find that share stretches with any file, which is not added.

    Raises:
        NotFound, UnreadableMedia, UnsupportedMedia, MediaTooLarge: it is absent or refused.
        IndexDamaged: the fingerprints can't be read just now.
    """
    from kinora.library.look import probe_file  # both here: pages do not load what reads pictures
    from kinora.moments.copy_film import write_film_prints

    facts = probe_file(path)
    settings = config.current()
    with work_folder(settings, "copies") as folder:
        out_dir = folder / "prints"
        out_dir.mkdir()
        cpu_seconds = 120.0 + 12.0 * facts.duration_seconds
        confined_call(
            write_film_prints,
            arguments={"path": path.absolute(), "facts": facts, "out_dir": out_dir},
            limits=Limits(
                cpu_seconds=cpu_seconds, wall_seconds=600.0 + 4 * cpu_seconds,
                memory_bytes=settings.ffmpeg_memory_bytes, output_bytes=_output_bytes(facts.duration_seconds),
            ),
            read_paths=[path.absolute()],
            write_dir=out_dir,
        )  # fmt: skip
        matches = find_copies(Prints.load(out_dir), shelves(settings), wanted_for(user))
    same = [_exact(row, facts.duration_seconds) for row in visible_to(user).filter(sha256=sha256_of(path))]
    known = {one.video.pk for one in same}
    return CopyReport((*same, *(one for one in as_found(matches, user) if one.video.pk not in known)))


def _output_bytes(duration_seconds: float) -> int:
    return 64 * 2**20 + int(16_384 * duration_seconds)


def as_found(matches: Iterable[CopyMatch], user: Any) -> list[FoundCopy]:
    """Return matches with their rows; those that this person may not find are left out."""
    matches = list(matches)
    rows = {row.public_id: row for row in visible_to(user).filter(public_id__in=[one.video_id for one in matches])}
    return [
        FoundCopy(rows[one.video_id], one.kind, one.score, one.stretches) for one in matches if one.video_id in rows
    ]


def keep_matches(video: Video, found: Sequence[FoundCopy]) -> None:
    """Store what a video shares with others, in place of what was stored before; call it inside a transaction."""
    VideoCopy.objects.filter(Q(video=video) | Q(other=video)).delete()
    VideoCopy.objects.bulk_create(
        VideoCopy(
            video=video, other=one.video, kind=one.kind, score=one.score,
            stretches=[asdict(stretch) for stretch in one.stretches],
        )
        for one in found
    )  # fmt: skip


def _of_row(row: VideoCopy, *, is_turned: bool) -> FoundCopy:
    stretches = tuple(Stretch(**stored) for stored in row.stretches)
    if not is_turned:
        return FoundCopy(row.other, row.kind, row.score, stretches)
    return FoundCopy(row.video, _TURNED.get(row.kind, row.kind), row.score, tuple(map(_turned, stretches)))


def _turned(one: Stretch) -> Stretch:
    return Stretch(
        one.other_start_seconds, one.other_end_seconds, one.start_seconds, one.end_seconds, one.score, one.by,
        1 / one.speed, one.is_mirrored,
    )  # fmt: skip


def _exact(other: Video, duration_seconds: float) -> FoundCopy:
    whole = Stretch(0.0, duration_seconds, 0.0, duration_seconds, 1.0, "both", 1.0, is_mirrored=False)
    return FoundCopy(other, EXACT, 1.0, (whole,))
