"""`fetch`: what an address holds becomes a video, or, of a list, many imports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinora.errors import NotFound, ToolFailed
from kinora.library.add import NewFile, add_new_file
from kinora.library.models import Video
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work
from kinora.library.studio.download import download
from kinora.library.studio.imports import add_parts, end_import
from kinora.library.studio.models import AddressImport, ImportState
from kinora.library.studio.ytdlp import Fetching, Listed, fetch, listed_at, needed_ytdlp
from kinora.media.ffmpeg import ffmpeg_limits, run_ffmpeg


def run(work: Work) -> Outcome:
    """Fetch it; a plain file needs nothing but the guarded client, a page needs yt-dlp."""
    row = AddressImport.objects.select_related("owner", "channel").filter(public_id=work.job.payload["import"]).first()
    if row is None:
        raise NotFound("the import was deleted")
    if row.state != ImportState.QUEUED:
        return Outcome(write=lambda: ())
    into = work.folder / "fetched"
    into.mkdir()
    if row.is_list:
        found = listed_at(_fetching(work, into), row.address)

        def write_list() -> Sequence[Next]:
            add_parts(row, found)
            return ()

        return Outcome(write=write_list, result={"num_found": len(found)})
    video = _video(work, row, into)

    def write() -> Sequence[Next]:
        kept = Video.objects.filter(pk=video.pk).first()
        end_import(row, ImportState.DONE, video=kept, num_found=1, title=video.title)
        return ()

    return Outcome(write=write, result={"video": video.public_id})


def _video(work: Work, row: AddressImport, into: Path) -> Video:
    path = download(row.address, into, work.settings, work.report, work.cancel)
    told = Listed(row.address, row.title)
    if path is None:
        fetching = _fetching(work, into)
        told = listed_at(fetching, row.address)[0]
        path = _joined(work, fetch(fetching, told.address), into)
    return add_new_file(
        NewFile(
            path, row.owner, channel=row.channel, name=path.name, title=told.title or row.title,
            description=told.description, tags=told.tags, licence=told.licence, visibility=row.visibility,
            origin="import", move=True, recipe={"added_from": row.address},
        )
    ).video  # fmt: skip


def _fetching(work: Work, into: Path) -> Fetching:
    return Fetching(needed_ytdlp(work.settings), into, work.settings, work.cancel, work.report)


def _joined(work: Work, files: Sequence[Path], into: Path) -> Path:
    """Return the one file; picture and sound that came apart are put together, nothing is encoded."""
    if not files:
        raise ToolFailed("yt-dlp ended without a file: it may be over the size that is accepted")
    if len(files) == 1:
        return files[0]
    whole = into / "film.mkv"
    size_bytes = sum(path.stat().st_size for path in files)
    run_ffmpeg(
        ["-i", str(files[0]), "-i", str(files[1]), "-map", "0:v:0", "-map", "1:a:0", "-c", "copy", str(whole)],
        out_dir=into,
        settings=work.settings,
        limits=ffmpeg_limits(work.settings, duration_seconds=3600, output_bytes=2 * size_bytes + 2**20),
        cancel=work.cancel,
    )
    return whole
