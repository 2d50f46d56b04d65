"""Add many files as a command does: folders and globs, subtitle files beside them, waiting until they can be found."""

from __future__ import annotations

import glob
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from kinora.config import Settings
from kinora.errors import InputError, KinoraError, NotFound
from kinora.library import workers
from kinora.library.accounts import system_owner
from kinora.library.add import NewFile, add_new_file
from kinora.library.delete import delete_video
from kinora.library.files import printable, safe_suffix
from kinora.library.models import Channel, Video, VideoState
from kinora.library.options import AddOptions
from kinora.library.status import overall_progress
from kinora.library.waiting import is_settled, stage_sentence
from kinora.moments.subtitles import sidecars_of

OnProgress = Callable[[str, float, str], None]
_LOOK_SECONDS = 0.3
_MAX_FILES = 100_000


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    path: Path
    video_id: str = ""
    title: str = ""
    state: str = ""
    is_new: bool = False
    seconds: float = 0.0
    error: KinoraError | None = None

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"path": str(self.path), "id": self.video_id or None, "title": self.title}
        told |= {"state": self.state, "is_new": self.is_new, "took_seconds": round(self.seconds, 2)}
        return told | (self.error.to_json() if self.error else {"error": None})

    def describe(self) -> str:
        """Return a line for a person."""
        if self.error is not None:
            return f"{self.path}: {self.error.message}"
        done = "can be found" if self.state == VideoState.READY else "queued"
        known = "" if self.is_new else " (was here already)"
        return f"{self.video_id}  {self.title}: {done}{known}, {self.seconds:.1f} s"


@dataclass
class _Entry:
    """A file on its way."""

    path: Path
    started: float = field(default_factory=time.monotonic)
    video: Video | None = None
    is_new: bool = False
    error: KinoraError | None = None
    ended: float | None = None

    def end(self, error: KinoraError | None = None) -> None:
        self.error, self.ended = error, time.monotonic()

    def outcome(self) -> Outcome:
        seconds = (self.ended or time.monotonic()) - self.started
        if self.video is None or self.error is not None:
            return Outcome(self.path, seconds=seconds, state="failed", error=self.error)
        state = Video.objects.filter(pk=self.video.pk).values_list("state", flat=True).first() or "deleted"
        return Outcome(self.path, self.video.public_id, self.video.title, state, self.is_new, seconds)


def add_all(
    settings: Settings,
    paths: Sequence[Path | str],
    options: AddOptions,
    *,
    wait: bool,
    on_progress: OnProgress | None = None,
) -> list[Outcome]:
    """Add files; with `wait`, return when each can be found or was refused. Outcomes are in the order of the files.

    Raises:
        InputError: the options can't be meant for these files.
    """
    files = files_of(paths)
    if options.title and len(files) > 1:
        raise InputError(f"a title is for one file; {len(files)} are given")
    channel = _channel(options.channel)
    entries = [_Entry(path) for path in files]
    for entry in entries:
        entry.started = time.monotonic()
        _enter(entry, options, channel)
    if wait:
        _wait_for(settings, entries, on_progress)
    return [entry.outcome() for entry in entries]


def files_of(paths: Iterable[Path | str]) -> list[Path]:
    """Return the files that paths, folders (the media files in them) and globs name, each once.

    Raises:
        NotFound: a path or glob names nothing.
    """
    files: dict[Path, None] = {}
    for given in paths:
        if str(given).startswith(("http://", "https://")):
            raise InputError(f"{str(given)[:100]} is an address, not a file", hint="kinora import ADDRESS")
        path = Path(given).expanduser()
        if path.is_dir():
            found = [inner for inner in sorted(path.rglob("*")) if safe_suffix(inner.name) and inner.is_file()]
            nothing = f"the folder {printable(str(given))} holds no video or sound file"
        elif path.exists() or not glob.has_magic(str(given)):
            found, nothing = [path], ""
        else:
            matches = (Path(match) for match in sorted(glob.glob(str(path), recursive=True)))
            found = [match for match in matches if match.is_file() and safe_suffix(match.name)]
            nothing = f"nothing matches {printable(str(given))}"
        if not found:
            raise NotFound(nothing, hint="give files, folders or globs that hold videos")
        files.update(dict.fromkeys(found))
        if len(files) > _MAX_FILES:
            raise InputError(f"more than {_MAX_FILES:,} files are given at once", hint="add them in parts")
    return list(files)


def _channel(handle: str) -> Channel | None:
    if not handle:
        return None
    channel = Channel.objects.filter(handle=handle).first()
    if channel is None:
        raise NotFound(f"there is no channel {handle!r}")
    return channel


def _enter(entry: _Entry, options: AddOptions, channel: Channel | None) -> None:
    given = NewFile(
        entry.path,
        channel.owner if channel else system_owner(),
        channel=channel,
        title=options.title,
        description=options.description,
        tags=options.tags,
        visibility=options.visibility,
        origin="import",
        sidecars=tuple(sidecars_of(entry.path)),
        recipe={"added_from": str(entry.path.absolute())},
    )
    try:
        added = add_new_file(given)
        entry.video, entry.is_new = added.video, added.is_new
    except KinoraError as error:
        entry.end(error)


def _wait_for(settings: Settings, entries: Sequence[_Entry], on_progress: OnProgress | None) -> None:
    """Wait for all files; where no worker runs, this process is one until they are done."""
    with own_worker(settings):
        while waiting := [entry for entry in entries if entry.ended is None and entry.video is not None]:
            for entry in waiting:
                _look_at(entry, on_progress)
            time.sleep(_LOOK_SECONDS)


def _look_at(entry: _Entry, on_progress: OnProgress | None) -> None:
    assert entry.video is not None
    name = entry.path.name
    try:
        if is_settled(entry.video):
            entry.end()
            if on_progress:
                on_progress(name, 1.0, "")
        elif on_progress:
            on_progress(name, overall_progress(entry.video), stage_sentence(entry.video))
    except KinoraError as error:
        entry.end(error)
        _forget_refused(entry)


def _forget_refused(entry: _Entry) -> None:
    """Leave nothing of a file that is no video: whoever gave it has the error and the file."""
    if entry.is_new and entry.video is not None and isinstance(entry.error, InputError):
        delete_video(entry.video)


class own_worker:
    """A worker in a thread of this process that starts whenever no other one is alive, until the block ends."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._main, name="own-worker")

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _main(self) -> None:
        from kinora.library.worker import run_worker

        try:
            while not self._ended.is_set():
                if not workers.alive_workers():
                    run_worker(self._settings, until=self._ended.is_set, is_quiet=True)
                self._ended.wait(2.0)
        finally:
            connection.close()
