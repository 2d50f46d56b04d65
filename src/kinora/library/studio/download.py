"""Fetch a file by its own address, from public addresses only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.outbound import check_address, public_client
from kinora.errors import MediaTooLarge, Unreachable, UnreadableMedia
from kinora.library.files import check_room, clean_name, safe_suffix

_SECONDS = 6 * 3600.0
_MEDIA = ("video/", "audio/", "application/octet-stream", "application/mp4", "binary/octet-stream", "application/ogg")


def download(
    address: str, folder: Path, settings: Settings, report: Callable[[float, str], None], cancel: CancelToken
) -> Path | None:
    """Write the file that an address leads to into `folder`; None where it leads to a page instead.

    Raises:
        AddressRefused: it, or what it redirects to, leads inside. Unreachable: no answer, or an error.
        MediaTooLarge, DiskFull, Cancelled.
    """
    try:
        with (
            public_client(deadline_seconds=_SECONDS, timeout=httpx2.Timeout(30.0)) as client,
            client.stream("GET", check_address(address), headers={"Accept-Encoding": "identity"}) as answer,
        ):
            if answer.status_code >= 400:
                raise Unreachable(f"{answer.url.host} answered {answer.status_code}")
            name = _name_of(str(answer.url))
            kind = answer.headers.get("Content-Type", "").lower()
            if not kind.startswith(_MEDIA) and not (safe_suffix(name) and "html" not in kind):
                return None
            return _written(answer, folder / name, settings, report, cancel)
    except httpx2.HTTPError as error:
        raise Unreachable(f"{urlsplit(address).hostname} did not answer: {error or type(error).__name__}") from error


def _written(
    answer: httpx2.Response, path: Path, settings: Settings, report: Callable[[float, str], None], cancel: CancelToken
) -> Path:
    length = answer.headers.get("Content-Length", "")
    size_bytes = int(length) if length.isascii() and length.isdigit() else 0
    _check_size(size_bytes, settings)
    check_room(settings, for_bytes=size_bytes)
    done = 0
    with path.open("wb") as file:
        for piece in answer.iter_bytes(256 * 1024):
            cancel.raise_if_cancelled()
            file.write(piece)
            done += len(piece)
            _check_size(done, settings)
            report(min(1.0, done / size_bytes) if size_bytes else 0.0, "Fetching")
    if not done:
        raise UnreadableMedia("the address gave an empty file")
    return path


def _check_size(size_bytes: int, settings: Settings) -> None:
    if size_bytes > settings.max_upload_bytes:
        raise MediaTooLarge(
            f"the file has at least {size_bytes:,} bytes; at most {settings.max_upload_bytes:,} are accepted",
            hint="set KINORA_MAX_UPLOAD_BYTES to accept more",
        )


def _name_of(address: str) -> str:
    last = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    return clean_name(last)[-200:].lstrip(".") or "video" if last.strip() else "video"
