"""What a clip is made from: videos of the library, takes, pictures that were sent.

A take's request names each as `given/<name>` in the take's folder: `given/<video id>.mp4`, `given/take-<take id>.mp4`,
`given/<sha256>.png`. Whoever asks must be allowed to watch it; no path of the machine is ever taken from a page.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.generate.operations import Source
from kinora.ledger.record import sha256_of
from kinora.library.access import can_use_take, can_watch
from kinora.library.accounts import SYSTEM_USERNAME
from kinora.library.files import check_room, check_source, safe_suffix, take_file, work_folder
from kinora.library.models import Take, TakeState, User, Video
from kinora.library.order import From
from kinora.media.images import decode_image

_FOLDER = "given"
_USUAL_RATE = 25.0  # of a video whose renditions don't say theirs
_PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
_VIDEO = re.compile(r"([A-Za-z0-9]{12,16})(\.[a-z0-9]{1,5})?")
_TAKE = re.compile(r"take-([A-Za-z0-9]{12,16})\.mp4")
_FILE = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,5})?")


def source_of(given: From, owner: User, viewer: Any) -> Source:
    """Return the source as operations take it, its path a name in the take's folder.

    Raises:
        NotFound: there is none, or not for this person.
        InputError: it says nothing, too much, or a video that can't be read yet.
    """
    if sum(map(bool, (given.video, given.take, given.file))) != 1:
        raise InputError("say one of: a video's id, a take's id, a picture that was sent")
    if given.video:
        video = _video(given.video, viewer)
        if not video.width:
            raise InputError(f"{video.title} has no picture that could be used", hint="wait until it is read")
        path = Path(_FOLDER, video.public_id + video.original_suffix)
        at_seconds = _inside(given.at_seconds, video.duration_seconds)
        rates = video.renditions.values_list("frame_rate", flat=True)
        return Source(
            path, video.duration_seconds, at_seconds, video.public_id, video.width, video.height,
            max(rates, default=0.0) or _USUAL_RATE,
        )  # fmt: skip
    if given.take:
        take = _take(given.take, viewer)
        seconds = seconds_of(take)
        published = take.video.public_id if take.video else ""
        path = Path(_FOLDER, f"take-{take.public_id}.mp4")
        return Source(
            path, seconds, _inside(given.at_seconds, seconds), published, take.width, take.height, rate_of(take)
        )
    path = _kept_file(given.file, owner)
    if path.suffix in _PICTURE_SUFFIXES:
        width, height = size_of_picture(path)
        return Source(Path(_FOLDER, path.name), width=width, height=height)
    return _source_of_file(path, given.at_seconds)


def _source_of_file(path: Path, at_seconds: float) -> Source:
    from kinora.library.look import probe_file

    facts = probe_file(path)
    if facts.video is None:
        raise InputError(f"{path.name} has no pictures that a clip could be made from")
    seconds, rate = facts.duration_seconds, float(facts.video.frame_rate or _USUAL_RATE)
    size = (facts.video.width, facts.video.height)
    return Source(Path(_FOLDER, path.name), seconds, _inside(at_seconds, seconds), "", *size, rate)


def size_of_picture(path: Path) -> tuple[int, int]:
    """Return the size of a picture that `keep_picture` wrote: this house's own PNG, so that its head is trusted."""
    with Image.open(path, formats=("PNG",)) as picture:
        return picture.size


def seconds_of(take: Take) -> float:
    """Return how long a take that is done plays."""
    return take.num_frames / rate_of(take)


def rate_of(take: Take) -> float:
    """Return the frames a second of a take's clip."""
    return float(take.request.get("shown_fps") or take.request.get("fps") or 1.0)


def _inside(seconds: float, duration_seconds: float) -> float:
    if not 0 <= seconds <= max(duration_seconds, 0.001):
        raise InputError(f"{seconds:g} s lies outside of what was given; it lasts {duration_seconds:.2f} s")
    return seconds


def _video(public_id: str, viewer: Any) -> Video:
    video = Video.objects.filter(public_id=public_id[:16]).first()
    if video is None or len(public_id) > 16 or not can_watch(viewer, video):
        raise NotFound(f"there is no video {public_id[:16]!r}, or it is not for you to see")
    return video


def _take(public_id: str, viewer: Any) -> Take:
    take = Take.objects.select_related("video").filter(public_id=public_id[:16], state=TakeState.DONE).first()
    if take is None or not can_use_take(viewer, take):
        raise NotFound(f"there is no finished take {public_id[:16]!r} among yours")
    return take


def _store_of(owner: User) -> Path:
    return config.current().takes_dir / _FOLDER / str(owner.pk)


def _kept_file(name: str, owner: User) -> Path:
    path = _store_of(owner) / name
    if not _FILE.fullmatch(name) or not path.is_file():
        raise NotFound("the picture that is named was not sent, or is too old", hint="send it again")
    return path


def picture_path(name: str, owner: User) -> Path:
    """Return where a picture that the owner sent is kept; it may be absent.

    Raises:
        NotFound: the name is none that `keep_picture` gives.
    """
    if not _FILE.fullmatch(name):
        raise NotFound("there is no such picture")
    return _store_of(owner) / name


def keep_picture(data: bytes, owner: User) -> str:
    """Keep a picture (PNG, JPEG, WebP, GIF) for the owner's next takes and return its name.

    Raises:
        UnreadableMedia, MediaTooLarge: no such picture, or too large.
    """
    picture = io.BytesIO()
    Image.fromarray(decode_image(data)).save(picture, "PNG")
    check_room(config.current(), for_bytes=picture.tell())
    path = _store_of(owner) / f"{sha256(picture.getvalue()).hexdigest()}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(picture.getvalue())
    part.replace(path)
    return path.name


def keep_file(path: Path, owner: User) -> str:
    """Keep a picture or video file of this machine, for commands; return its name."""
    settings = config.current()
    facts = check_source(path, settings)
    if path.suffix.lower() in _PICTURE_SUFFIXES:
        return keep_picture(path.read_bytes(), owner)
    check_room(settings, for_bytes=facts.st_size)
    target = _store_of(owner) / (sha256_of(path) + safe_suffix(path.name))
    target.parent.mkdir(parents=True, exist_ok=True)
    with work_folder(settings, "given") as folder:
        take_file(path, folder / "file", move=False, facts=facts)
        (folder / "file").replace(target)
    return target.name


def names_in(request: dict[str, Any]) -> list[str]:
    """Return the names in `given/` that a request's JSON holds, each once."""
    start = request.get("start") or {}
    paths = [one.get("path") for one in request.get("conditions", ())] + [start.get("path"), start.get("blend_path")]
    return list(dict.fromkeys(Path(path).name for path in paths if path))


def check_names(request: dict[str, Any], owner: User, viewer: Any) -> None:
    """Check that everything a recipe's request names is here and may be used; files come into the owner's store.

    Raises:
        NotFound: something is not.
    """
    for name in names_in(request):
        if found := _TAKE.fullmatch(name):
            _take(found[1], viewer)
        elif _FILE.fullmatch(name):
            _find_file(name, owner)
        elif found := _VIDEO.fullmatch(name):
            _video(found[1], viewer)
        else:
            raise NotFound(f"{name} is nothing that this library holds", hint="make it anew from its words")


def _find_file(name: str, owner: User) -> None:
    target = _store_of(owner) / name
    if target.is_file():
        return
    for take in Take.objects.filter(owner=owner).order_by("-id")[:1000]:
        if (take.folder / _FOLDER / name).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(take.folder / _FOLDER / name, target)
            return
    raise NotFound("a picture that the clip was made from is not here any more", hint="give it again")


def bring_files(take: Take) -> None:
    """Put the kept files that a new take names into its folder, so that nothing else decides how long they stay."""
    for name in names_in(take.request):
        if _FILE.fullmatch(name):
            target = take.folder / _FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(_kept_file(name, take.owner), target)


def lay_out(take: Take) -> list[Path]:
    """Put links to the videos and takes into the take's folder and return the real files, which the child may read.

    Raises:
        NotFound: one was deleted or made private meanwhile.
    """
    folder = take.folder / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    real = []
    for name in names_in(take.request):
        link = folder / name
        if _FILE.fullmatch(name):
            real.append(link)
            continue
        file = _real_file(name, take.owner)
        with contextlib.suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(file)
        real.append(file)
    return real


def _real_file(name: str, owner: User) -> Path:
    may_see_all = owner.username == SYSTEM_USERNAME  # what commands make: whoever holds the files sees everything
    if found := _TAKE.fullmatch(name):
        take = Take.objects.filter(public_id=found[1], state=TakeState.DONE).first()
        if take is not None and (may_see_all or can_use_take(owner, take)) and take.clip_path.exists():
            return take.clip_path.resolve()
        raise NotFound("the take that this one is made from was deleted meanwhile")
    found = _VIDEO.fullmatch(name)
    video = Video.objects.filter(public_id=found[1]).first() if found else None
    if video is None or not (may_see_all or can_watch(owner, video)) or not video.original_path.exists():
        raise NotFound("a video that this take is made from was deleted or made private meanwhile")
    return video.original_path.resolve()


def _link(source: Path, target: Path) -> None:
    with contextlib.suppress(FileExistsError):
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError:
            shutil.copy2(source, target)
