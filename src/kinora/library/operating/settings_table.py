"""What an operator changes while the site is there: each choice with its words, its type and what it may be."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinora.errors import InputError, SettingRefused
from kinora.library.models import Comments
from kinora.library.moderation.rates import parse_rates
from kinora.library.operating.byte_sizes import parse_bytes
from kinora.library.people.sign_up import Policy

TEXT, NUMBER, SWITCH, ONE_OF, SIZE, SECRET = "text", "number", "switch", "choice", "bytes", "secret"


@dataclass(frozen=True)
class Choice:
    """One setting that may be changed; `least` and `most` bound a number, or a text's characters."""

    name: str
    label: Any
    kind: str = TEXT
    options: tuple[tuple[str, Any], ...] = ()
    least: int = 0
    most: int = 200
    unit: Any = ""
    after: Any = ""  # what does not change at once; empty: everything does
    check: Callable[[str], object] | None = None

    def clean(self, given: object) -> Any:
        """Return a given value in the setting's type.

        Raises:
            InputError: it is none that this setting takes; says which it does.
        """
        return _CLEANERS[self.kind](self, given)

    def refuse(self, given: object, accepted: str) -> InputError:
        shown = "the given value" if self.kind == SECRET else repr(given)[:60]
        return InputError(f"{self.name} can't be {shown}; accepted: {accepted}")


def _text(choice: Choice, given: object) -> str:
    text = given.strip() if isinstance(given, str) else None
    accepted = f"{choice.least} to {choice.most} characters on one line"
    if text is None or not choice.least <= len(text) <= choice.most or not text.isprintable():
        raise choice.refuse(given, accepted)
    if choice.check is not None:
        try:
            choice.check(text)
        except (SettingRefused, ValueError) as error:
            said = error.message if isinstance(error, SettingRefused) else str(error)
            raise InputError(f"{choice.name}: {said}") from error
    return text


def _number(choice: Choice, given: object) -> int:
    accepted = f"a whole number from {choice.least} to {choice.most}"
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit():
        given = int(given.strip()[:19])
    if not isinstance(given, int) or isinstance(given, bool) or not choice.least <= given <= choice.most:
        raise choice.refuse(given, accepted)
    if choice.check is not None:
        try:
            choice.check(str(given))
        except ValueError as error:
            raise InputError(f"{choice.name}: {error}") from error
    return given


def _size(choice: Choice, given: object) -> int:
    if isinstance(given, str):
        given = parse_bytes(given)
    if not isinstance(given, int) or isinstance(given, bool) or not choice.least <= given <= choice.most:
        raise choice.refuse(given, f"bytes such as 20 GiB, from {choice.least} to {choice.most}")
    return given


def _switch(choice: Choice, given: object) -> bool:
    words = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
    if isinstance(given, str):
        given = words.get(given.strip().lower())
    if not isinstance(given, bool):
        raise choice.refuse(given, "on or off")
    return given


def _one_of(choice: Choice, given: object) -> str:
    accepted = [value for value, _label in choice.options]
    if not isinstance(given, str) or given not in accepted:
        raise choice.refuse(given, ", ".join(accepted))
    return given


_CLEANERS: dict[str, Callable[[Choice, object], Any]] = {
    TEXT: _text, SECRET: _text, NUMBER: _number, SIZE: _size, SWITCH: _switch, ONE_OF: _one_of,
}  # fmt: skip


def _heights(text: str) -> None:
    heights = [int(part) for part in text.split(",") if part.strip().isdigit()]
    if len(heights) != len(text.split(",")) or not all(144 <= height <= 4320 for height in heights):
        raise ValueError("accepted: heights from 144 to 4320 with commas between, such as 240,480,720")


def _vmaf(text: str) -> None:
    if int(text) and not 60 <= int(text) <= 99:
        raise ValueError("accepted: 0 for none, or 60 to 99")


def _folder(text: str) -> None:
    if text and not (Path(text).is_absolute() and Path(text).is_dir() and os.access(text, os.W_OK)):
        raise ValueError("accepted: the whole path of a folder that is there and may be written, or nothing")


def _rate(name: str, label: Any) -> Choice:
    return Choice(f"rate_{name}", label, most=60, check=parse_rates)


_SECURITY = (("starttls", "STARTTLS"), ("tls", "TLS"), ("none", _("None")))
_COMMENTS = ((Comments.ON, _("On")), (Comments.HELD, _("Held until the owner has read them")), (Comments.OFF, _("Off")))
_ORIGINALS = (
    ("kept", _("Kept beside the qualities")), ("moved", _("Moved to another folder")),
    ("reduced", _("Dropped: the best quality takes their place")),
)  # fmt: skip
_PiB = 2**50
_NEW = _("Counts for new videos.")

GROUPS: tuple[tuple[str, Any, tuple[Choice, ...]], ...] = (
    ("site", _("The site"), (
        Choice("site_name", _("Name"), least=1, most=60,
               after=_("Codes of authenticator apps name it after a restart.")),
        Choice("site_description", _("What it is, in one sentence"), most=300),
        Choice("sign_up", _("Who may make an account"), ONE_OF, tuple(Policy.choices)),
        Choice("new_video_comments", _("Comments of new videos"), ONE_OF, _COMMENTS),
    )),
    ("uploads", _("Uploads"), (
        Choice("max_upload_bytes", _("Largest file"), SIZE, least=2**20, most=_PiB),
        Choice("max_duration_seconds", _("Longest video"), NUMBER, least=1, most=30 * 86_400, unit=_("seconds")),
        Choice("quota_bytes", _("Room for each person's videos"), SIZE, most=_PiB, unit=_("0: no limit")),
        Choice("quota_bytes_a_day", _("Uploads of each person in a day"), SIZE, most=_PiB, unit=_("0: no limit")),
    )),
    ("encoding", _("Encoding"), (
        Choice("ladder_heights", _("Heights of the qualities"), least=3, check=_heights, after=_NEW),
        Choice("ladder_av1", _("AV1 beside H.264: fewer bits, much more work"), SWITCH, after=_NEW),
        Choice("ladder_vmaf", _("VMAF that each quality aims at"), NUMBER, most=99, check=_vmaf,
               unit=_("0: one strength for all"), after=_NEW),
    )),
    ("understanding", _("Reading and hearing"), (
        Choice("speech_model", _("Speech model: a folder, a name such as small, or off"), least=1, after=_NEW),
        Choice("speech_language", _("Language spoken, as a code; empty: recognised"), most=16),
        Choice("ocr", _("Read words in the picture"), SWITCH, after=_NEW),
    )),
    ("email", _("E-mail"), (
        Choice("email_host", _("Mail server; empty: no e-mail is sent"), most=253,
               after=_("Whether sign-up asks for an address changes after a restart.")),
        Choice("email_port", _("Port"), NUMBER, least=1, most=65_535),
        Choice("email_security", _("Security"), ONE_OF, _SECURITY),
        Choice("email_user", _("Name to sign in with"), most=254),
        Choice("email_password", _("Password"), SECRET, most=254),
        Choice("email_from", _("Sender, such as Films <films@example.org>"), most=254),
    )),
    ("keeping", _("How long things are kept"), (
        Choice("originals", _("Originals, once every quality is made"), ONE_OF, _ORIGINALS,
               after=_("What was dropped does not come back.")),
        Choice("originals_dir", _("Folder that they are moved to"), most=400, check=_folder),
        Choice("originals_keep_days", _("Originals stay at least"), NUMBER, most=3650, unit=_("days")),
        Choice("trash_keep_days", _("Deleted videos and comments"), NUMBER, least=0, most=3650, unit=_("days")),
        Choice("takes_keep_days", _("Takes of made clips"), NUMBER, least=0, most=3650, unit=_("days; 0: for ever")),
    )),
    ("limits", _("Limits, such as 20/h or 6/m,100/d, or off"), (
        _rate("sign_up", _("Accounts made from one address")),
        _rate("sign_in", _("Attempts to sign in from one address")),
        _rate("upload", _("Uploads of one person")), _rate("comment", _("Comments of one person")),
        _rate("search", _("Searches of one person or address")), _rate("report", _("Reports of one person")),
        _rate("api", _("Calls of the API by one person or address")),
    )),
)  # fmt: skip

CHOICES = {choice.name: choice for _key, _label, choices in GROUPS for choice in choices}
