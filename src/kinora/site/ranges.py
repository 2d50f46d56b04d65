"""Serving a file over HTTP: one byte range, conditional requests, bounded memory.

A path enters; a response that streams the file, a part of it, or 304/416 leaves.
Source: RFC 9110, sections 8.8, 13 and 14.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.http import http_date, parse_http_date_safe

from kinora import config

# A player asks for `bytes=N-` and then stops reading when its buffer is full, which would hold a thread for as long
# as the viewer pauses. An open-ended range is therefore answered in parts; players ask for the next part themselves.
OPEN_RANGE_BYTES = 2**20
# A client that takes no byte for this long loses the connection; a player that resumes asks again.
STALL_SECONDS = 15.0
# A longer answer may hold a thread for as long as a slow client likes; only half of the threads may be held so.
LONG_BYTES = OPEN_RANGE_BYTES

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True)
class ByteRange:
    """Bytes `[start, end)` of a file."""

    start: int
    end: int

    @property
    def num_bytes(self) -> int:
        return self.end - self.start


class Unsatisfiable(Exception):
    """The range asked for lies outside the file (HTTP 416)."""


@dataclass(frozen=True)
class Served:
    """A file to serve; `is_download` lifts the limit on open-ended ranges, which download tools do not continue.

    `may_be_held`: clients may take their time with it, so long answers are counted. Segments are fetched at once.
    """

    path: Path
    content_type: str
    is_download: bool = False
    may_be_held: bool = False


def parse_range(header: str, size_bytes: int, *, limit_bytes: int | None = None) -> ByteRange | None:
    """Return the range asked for, or None where the whole file is to be sent.

    Several ranges and malformed headers are ignored, as the standard allows. `limit_bytes` shortens `bytes=N-`.

    Raises:
        Unsatisfiable: no byte of the file lies in the range.
    """
    found = _ONE_RANGE.fullmatch(header.strip())
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:  # the last n bytes
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start, end = int(first), min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
        if not last and limit_bytes is not None:
            end = min(end, start + limit_bytes)
    if start >= size_bytes or end <= start:
        raise Unsatisfiable
    return ByteRange(start, end)


class _Part:
    """A file from its position on for `num_bytes`; keeps `fileno`, by which gunicorn sends without copying."""

    def __init__(self, file: BinaryIO, num_bytes: int, when_closed: Callable[[], None] | None) -> None:
        self._file, self._left, self._when_closed = file, num_bytes, when_closed

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._file.close()
        when_closed, self._when_closed = self._when_closed, None
        if when_closed:
            when_closed()


@cache
def long_answers() -> BoundedSemaphore:
    """Return this process's places for long answers."""
    return BoundedSemaphore(max(1, config.current().web_threads // 2))


@dataclass(frozen=True)
class _Opened:
    """An open file with its validators."""

    file: BinaryIO
    size_bytes: int
    modified: float
    etag: str

    @classmethod
    def of(cls, file: BinaryIO) -> _Opened:
        status = os.fstat(file.fileno())
        return cls(file, status.st_size, status.st_mtime, f'"{status.st_mtime_ns:x}-{status.st_size:x}"')

    @property
    def headers(self) -> dict[str, str]:
        return {"ETag": self.etag, "Last-Modified": http_date(self.modified), "Accept-Ranges": "bytes"}


def serve_file(request: HttpRequest, served: Served) -> HttpResponseBase | None:
    """Return the response for GET or HEAD, or None when there is no such file."""
    try:
        opened = _Opened.of(served.path.open("rb"))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    if _is_unchanged(request, opened):
        opened.file.close()
        return HttpResponseNotModified(headers=opened.headers)
    try:
        part = _range_asked(request, served, opened)
    except Unsatisfiable:
        opened.file.close()
        sizes = {"Content-Range": f"bytes */{opened.size_bytes}"}
        return HttpResponse(status=416, headers=opened.headers | sizes)
    return _answer(request, served, opened, part)


def _range_asked(request: HttpRequest, served: Served, opened: _Opened) -> ByteRange | None:
    header = request.headers.get("Range", "")
    if not header or not _if_range_holds(request, opened):
        return None
    limit = None if served.is_download else OPEN_RANGE_BYTES
    return parse_range(header, opened.size_bytes, limit_bytes=limit)


def _answer(request: HttpRequest, served: Served, opened: _Opened, part: ByteRange | None) -> HttpResponseBase:
    chosen = part or ByteRange(0, opened.size_bytes)
    response: HttpResponseBase
    if request.method == "HEAD":
        opened.file.close()
        response = HttpResponse(content_type=served.content_type)
    else:
        is_long = served.may_be_held and chosen.num_bytes > LONG_BYTES
        has_place = is_long and long_answers().acquire(blocking=False)
        if is_long and not has_place and part is None:
            opened.file.close()
            return busy()
        if is_long and not has_place:
            chosen = ByteRange(chosen.start, chosen.start + LONG_BYTES)  # the client asks for the rest
        response = _streamed(request, served, opened.file, chosen, long_answers().release if has_place else None)
    for name, value in opened.headers.items():
        response[name] = value
    response["Content-Length"] = str(chosen.num_bytes)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {chosen.start}-{chosen.end - 1}/{opened.size_bytes}"
    return response


def _streamed(
    request: HttpRequest, served: Served, file: BinaryIO, chosen: ByteRange, when_closed: Callable[[], None] | None
) -> FileResponse:
    file.seek(chosen.start)
    response = FileResponse(_Part(file, chosen.num_bytes, when_closed), content_type=served.content_type)
    response.block_size = 2**16
    limit_stalls(request)
    return response


def busy() -> HttpResponse:
    sentence = "Many large files are being fetched just now; try again in half a minute.\n"
    return HttpResponse(sentence, status=503, content_type="text/plain", headers={"Retry-After": "30"})


def _is_unchanged(request: HttpRequest, opened: _Opened) -> bool:
    known = request.headers.get("If-None-Match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or opened.etag in tags
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and int(opened.modified) <= since


def _if_range_holds(request: HttpRequest, opened: _Opened) -> bool:
    """Return whether the part a client holds is of this very file, so that a range may be sent."""
    validator = request.headers.get("If-Range", "").strip()
    if not validator:
        return True
    if validator.startswith(('"', "W/")):
        return validator == opened.etag  # only a strong tag counts
    return parse_http_date_safe(validator) == int(opened.modified)


def limit_stalls(request: HttpRequest) -> None:
    """Let gunicorn's socket give up on a client that stopped reading; other servers have limits of their own."""
    connection = request.META.get("gunicorn.socket")
    if isinstance(connection, socket.socket):
        connection.settimeout(STALL_SECONDS)
