"""The picture that stands for a video: a cover, a frame, one's own; or the machine's choice again."""

from __future__ import annotations

import shutil
from pathlib import Path

from kinora import config
from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import InputError, NotFound
from kinora.library.files import put_in_place, work_folder
from kinora.library.models import Video
from kinora.library.patience import patient

THUMBNAIL_NAME = "thumbnail.jpg"
POSTER_NAME = "poster.jpg"
_LIMITS = Limits(cpu_seconds=120, wall_seconds=240, memory_bytes=2 * 2**30, output_bytes=16 * 2**20)


def picture_of(video: Video) -> Path:
    """Return the file of the picture that stands for a video: the chosen one, else the machine's."""
    chosen = video.folder / THUMBNAIL_NAME
    return chosen if video.thumbnail and chosen.exists() else video.folder / POSTER_NAME


def choose_cover(video: Video, index: int) -> None:
    """Take the cover of a shot.

    Raises:
        NotFound: there is no such shot, or it has no cover.
    """
    path = video.folder / "covers" / f"{int(index)}.jpg"
    if not video.shots.filter(index=index).exists() or not path.exists():
        raise NotFound(f"this video has no cover {index}")
    with work_folder(config.current(), f"thumbnail-{video.public_id}") as folder:
        shutil.copyfile(path, folder / THUMBNAIL_NAME)
        _keep(video, folder / THUMBNAIL_NAME, f"cover {index}")


def choose_frame(video: Video, seconds: float) -> None:
    """Take the frame on the screen at an instant, decoded from the original in a confined process.

    Raises:
        InputError: outside the video, or a video without pictures. UnreadableMedia: nothing can be decoded there.
    """
    from kinora.media.still import STILL_NAME, write_still  # here: pages load no decoder

    if not 0 <= seconds <= max(video.duration_seconds, 0.0):
        raise InputError(f"{seconds:g} s is outside the video; accepted: 0 to {video.duration_seconds:g}")
    if not video.width or not video.original_path.exists():
        raise InputError("this video has no frame that could be taken", hint="choose a cover, or send a picture")
    with work_folder(config.current(), f"thumbnail-{video.public_id}") as folder:
        taken = confined_call(
            write_still,
            arguments={"path": video.original_path, "seconds": seconds, "out_dir": folder},
            limits=_LIMITS,
            read_paths=[video.original_path],
            write_dir=folder,
        )
        _keep(video, folder / STILL_NAME, f"frame {taken:.3f}")


def choose_upload(video: Video, data: bytes) -> None:
    """Take one's own picture: PNG, JPEG, WebP or GIF, decoded in a confined process and written anew; never SVG.

    Raises:
        UnreadableMedia, MediaTooLarge: no picture of these, or too large.
    """
    from kinora.media.covers import write_cover
    from kinora.media.images import decode_image

    rgb = decode_image(data)
    with work_folder(config.current(), f"thumbnail-{video.public_id}") as folder:
        write_cover(rgb, folder / THUMBNAIL_NAME, height=720)
        _keep(video, folder / THUMBNAIL_NAME, "upload")


@patient
def forget_thumbnail(video: Video) -> None:
    """Go back to the machine's choice."""
    has_poster = (video.folder / POSTER_NAME).exists()
    Video.objects.filter(pk=video.pk).update(thumbnail="", has_poster=has_poster)
    (video.folder / THUMBNAIL_NAME).unlink(missing_ok=True)
    video.refresh_from_db()


@patient
def _keep(video: Video, made: Path, how: str) -> None:
    if made.exists():
        put_in_place(made, video.folder / THUMBNAIL_NAME, trash=made.parent / "trash")
    Video.objects.filter(pk=video.pk).update(thumbnail=how[:40], has_poster=True)
    video.refresh_from_db()
