"""yt-dlp, a program of its own: what an address holds, and its film as a file.

It runs confined: it reads and writes its own folder alone, starts no other program (so no FFmpeg, no external
downloader), keeps no cookies and no configuration, and reaches the network by `PublicProxy` only, at one port.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinora.config import Settings
from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.engine.public_proxy import PublicProxy
from kinora.engine.sandbox import Target, run_to_end
from kinora.errors import InputError, SettingRefused, ToolFailed
from kinora.library.files import printable

MAX_LISTED = 500
_ABSENT = "yt-dlp is not on this machine: pages of other sites can't be imported, addresses of files can"
_MOST_JSON = 32 * 2**20


@dataclass(frozen=True)
class Listed:
    """One film of a page, a list or a channel."""

    address: str
    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True)
class Fetching:
    """Where yt-dlp works and who may stop it."""

    program: Path
    folder: Path
    settings: Settings
    cancel: CancelToken | None = None
    report: Callable[[float, str], None] | None = None


def find_ytdlp(settings: Settings) -> Path | None:
    """Return the program; None where there is none or the setting is off.

    Raises:
        SettingRefused: the setting names no program.
    """
    if settings.yt_dlp == "off":
        return None
    if settings.yt_dlp:
        named = Path(settings.yt_dlp).expanduser()
        if not named.is_file():
            raise SettingRefused(f"KINORA_YT_DLP is {settings.yt_dlp!r}; expected the path of a yt-dlp program, or off")
        return named.absolute()
    beside = Path(sys.executable).parent / "yt-dlp"
    found = str(beside) if beside.is_file() else shutil.which("yt-dlp")
    return Path(found) if found else None


def needed_ytdlp(settings: Settings) -> Path:
    """Return the program.

    Raises:
        InputError: there is none, in the sentence to show.
    """
    found = find_ytdlp(settings)
    if found is None:
        raise InputError(_ABSENT, hint="install yt-dlp, or set KINORA_YT_DLP to it")
    return found


def listed_at(fetching: Fetching, address: str) -> list[Listed]:
    """Return the films that an address holds, at most 500: one for a page, many for a channel or list.

    Raises:
        InputError: nothing there. AddressRefused: it leads inside. ToolFailed: what yt-dlp said.
    """
    said = _run(fetching, ["--dump-single-json", "--flat-playlist", "--playlist-end", str(MAX_LISTED), address])
    try:
        told = json.loads(said)
    except ValueError as error:
        raise ToolFailed("yt-dlp answered with something that is no JSON") from error
    entries = told.get("entries") if isinstance(told, dict) else None
    rows = entries if isinstance(entries, list) else [told]
    found = [one for row in rows if (one := _listed(row, address if entries is None else ""))]
    if not found:
        raise InputError(f"yt-dlp found no film at {address[:100]}")
    return found


def fetch(fetching: Fetching, address: str) -> list[Path]:
    """Download one film and return its files: one, or the picture and then the sound.

    Raises:
        AddressRefused: it leads inside. ToolFailed: what yt-dlp said. LimitExceeded, DiskFull, Cancelled.
    """
    height = max(fetching.settings.heights(), default=1080)
    forms = f"bv*[height<={height}][acodec=none],ba[vcodec=none]/b[height<={height}]/b"
    _run(fetching, ["--no-playlist", "-f", forms, "-o", "%(autonumber)s.%(ext)s", "--newline", address])
    return sorted(
        path for path in fetching.folder.iterdir() if path.is_file() and path.suffix not in (".part", ".ytdl")
    )


def _run(fetching: Fetching, arguments: Sequence[str]) -> bytes:
    limits = Limits(
        cpu_seconds=3600, wall_seconds=6 * 3600, memory_bytes=2 * 2**30,
        output_bytes=fetching.settings.max_upload_bytes, num_open_files=512,
    )  # fmt: skip
    with PublicProxy() as proxy:
        always = [
            "--ignore-config", "--no-cache-dir", "--no-plugin-dirs", "--no-mtime", "--no-colors", "--no-exec",
            "--no-update", "--fixup", "never", "--downloader", "native",
            "--socket-timeout", "30", "--retries", "3", "--proxy", f"http://127.0.0.1:{proxy.port}",
            "--max-filesize", str(fetching.settings.max_upload_bytes),
        ]  # fmt: skip
        argv = [*_interpreter(fetching.program), *always, *arguments[:-1], "--", arguments[-1]]
        target = Target(argv, read_paths=_read_by(fetching.program), write_dir=fetching.folder, proxy_port=proxy.port)
        finished = run_to_end(target, limits, cancel=fetching.cancel, on_line=_progress(fetching.report))
        if finished.exit_status == 0:
            return finished.stdout[:_MOST_JSON]
        if proxy.refusal is not None:
            raise proxy.refusal
    lines = [line for line in finished.stderr_tail.splitlines() if line.startswith("ERROR:")]
    raise ToolFailed(f"yt-dlp: {printable((lines or ['it ended with an error'])[-1].removeprefix('ERROR:'))[:400]}")


def _interpreter(program: Path) -> list[str]:
    """Return how the program is started; ours is a script of this very Python."""
    is_ours = program.parent == Path(sys.executable).parent
    return [sys.executable, "-I", "-m", "yt_dlp"] if is_ours else [str(program)]


def _read_by(program: Path) -> list[Path]:
    certificates = [Path("/etc/ssl"), Path("/etc/pki"), Path("/etc/hosts"), Path("/etc/nsswitch.conf")]
    return [program, Path(sys.prefix), Path(sys.base_prefix), *(path for path in certificates if path.exists())]


def _progress(report: Callable[[float, str], None] | None) -> Callable[[str], None]:
    def take(line: str) -> None:
        _, _, rest = line.partition("[download]")
        share = rest.strip().partition("%")[0]
        if report and share.replace(".", "", 1).isdigit():
            report(min(1.0, float(share) / 100), "Fetching")

    return take


def _listed(row: Any, fallback: str) -> Listed | None:
    if not isinstance(row, dict):
        return None
    address = str(row.get("webpage_url") or row.get("url") or fallback)[:2000]
    if not address.startswith(("http://", "https://")):
        return None
    given = row.get("tags")
    tags = tuple(str(tag)[:60] for tag in given[:40]) if isinstance(given, list) else ()
    title, description, licence = (str(row.get(name) or "") for name in ("title", "description", "license"))
    return Listed(address, printable(title)[:300], description[:20_000], tags, printable(licence)[:60])
