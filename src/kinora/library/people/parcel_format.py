"""The zip in which a person takes their account along: its names, its JSON, and what is refused of a stranger's one."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kinora.errors import InputError, MediaTooLarge

FORMAT, VERSION = "kinora-account", 1
MAX_ENTRIES = 50_000
MAX_JSON_BYTES = 16 * 2**20
MAX_SUBTITLES_BYTES = 10 * 2**20
_BLOCK = 2**20
_ID = "[A-Za-z0-9]{1,16}"
_NAMES = re.compile(
    rf"account\.json|videos/{_ID}/video\.json|videos/{_ID}/original(\.[a-z0-9]{{1,8}})?|"
    rf"videos/{_ID}/subtitles/[0-9]{{1,4}}\.vtt|channels/[a-z0-9_-]{{1,40}}/(avatar|banner)\.jpg"
)
Text = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=20_000)]
Id = Annotated[str, Field(pattern=f"^{_ID}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class ChannelData(_Shape):
    handle: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=120)]
    description: Long = ""
    links: Annotated[list[dict[str, str]], Field(max_length=50)] = []


class PlaylistData(_Shape):
    title: Annotated[str, Field(max_length=120)]
    description: Long = ""
    visibility: Literal["public", "unlisted", "private"] = "private"
    videos: Annotated[list[Id], Field(max_length=5000)] = []


class AccountData(_Shape):
    """`account.json`; what is not known here (comments, history) is for reading, not for bringing in."""

    format: Literal["kinora-account"]
    version: Literal[1]
    channels: Annotated[list[ChannelData], Field(max_length=100)] = []
    playlists: Annotated[list[PlaylistData], Field(max_length=1000)] = []


class TrackData(_Shape):
    file: Annotated[str, Field(pattern=r"^subtitles/[0-9]{1,4}\.vtt$")]
    language: Annotated[str, Field(max_length=16)] = ""
    label: Annotated[str, Field(max_length=120)] = ""


class ChapterData(_Shape):
    start_seconds: Annotated[float, Field(ge=0, le=10**7)]
    title: Text


class VideoData(_Shape):
    """`video.json` beside an original."""

    id: Id
    channel: Annotated[str, Field(max_length=40)] = ""
    title: Text
    description: Long = ""
    tags: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = []
    language: Annotated[str, Field(max_length=16)] = ""
    licence: Annotated[str, Field(max_length=60)] = ""
    licence_text: Annotated[str, Field(max_length=5000)] = ""
    category: Annotated[str, Field(max_length=20)] = ""
    visibility: Annotated[str, Field(max_length=12)] = "private"
    is_age_restricted: bool = False
    is_made_by_machine: bool = False
    original: Annotated[str, Field(pattern=r"^original(\.[a-z0-9]{1,8})?$")]
    original_name: Text = "video"
    subtitles: Annotated[list[TrackData], Field(max_length=200)] = []
    chapters: Annotated[list[ChapterData], Field(max_length=2000)] = []


Shape = TypeVar("Shape", bound=_Shape)


class Parcel:
    """A zip that a stranger may have made: checked before anything is believed, never unpacked by its own names."""

    def __init__(self, path: Path, *, max_bytes: int, max_entry_bytes: int) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
            entries = self._archive.infolist()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError) as error:
            raise InputError(
                "this is no zip that can be read", hint="export the account again and bring that"
            ) from error
        self._max_entry_bytes = max_entry_bytes
        self._entries = _checked(entries, max_bytes, max_entry_bytes)

    def close(self) -> None:
        self._archive.close()

    def has(self, name: str) -> bool:
        return name in self._entries

    def video_ids(self) -> list[str]:
        """Return the videos that it holds, in their order."""
        return [name.split("/")[1] for name in self._entries if name.endswith("/video.json")]

    def read_json(self, name: str, shape: type[Shape]) -> Shape:
        """Return one of its JSON files in its shape.

        Raises:
            InputError: it is not there, or not of that shape.
        """
        try:
            return shape.model_validate_json(self.read(name, MAX_JSON_BYTES))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise InputError(f"{name} in the zip can't be used: {where}: {first['msg']}") from error

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return a small file whole."""
        parts: list[bytes] = []
        self.copy(name, parts.append, max_bytes)
        return b"".join(parts)

    def copy(self, name: str, write: Callable[[bytes], Any], max_bytes: int | None = None) -> None:
        """Hand out a file block by block, counting what comes, whatever the zip says of its size.

        Raises:
            InputError: not there or damaged. MediaTooLarge: more bytes than accepted.
        """
        entry, most = self._entries.get(name), max_bytes or self._max_entry_bytes
        if entry is None:
            raise InputError(f"{name} is missing in the zip")
        num_bytes = 0
        try:
            with self._archive.open(entry) as file:
                while block := _next(file):
                    num_bytes += len(block)
                    if num_bytes > most:
                        raise MediaTooLarge(f"{name} in the zip is larger than {most:,} bytes")
                    write(block)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
            raise InputError(f"{name} in the zip is damaged") from error


def _next(file: Any) -> bytes:
    block: bytes = file.read(_BLOCK)
    return block


def _checked(entries: list[zipfile.ZipInfo], max_bytes: int, max_entry_bytes: int) -> dict[str, zipfile.ZipInfo]:
    if len(entries) > MAX_ENTRIES:
        raise MediaTooLarge(f"the zip has {len(entries):,} files; accepted: at most {MAX_ENTRIES:,}")
    kept: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        _check_entry(entry, max_entry_bytes)
        if entry.filename in kept:
            raise InputError(f"{entry.filename!r} is twice in the zip")
        kept[entry.filename] = entry
    total = sum(entry.file_size for entry in entries)
    if total > max_bytes:
        raise MediaTooLarge(f"the zip unpacks to {total:,} bytes; there is room for {max_bytes:,}")
    return kept


def _check_entry(entry: zipfile.ZipInfo, max_entry_bytes: int) -> None:
    shown = entry.filename[:80]
    if not _NAMES.fullmatch(entry.filename):
        raise InputError(f"{shown!r} has no place in an account's zip", hint="bring a zip that Kinora exported")
    mode = entry.external_attr >> 16
    if entry.flag_bits & 0x1 or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
        raise InputError(f"{shown!r} is encrypted or no plain file")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{shown!r} is packed in a way that is not accepted")
    if entry.file_size > max_entry_bytes:
        raise MediaTooLarge(f"{shown!r} has {entry.file_size:,} bytes; accepted: at most {max_entry_bytes:,}")


def open_target(path: Path) -> BinaryIO:
    """Open a new file for what comes out of a zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")
