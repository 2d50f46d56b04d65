"""The exception tree. An error's class decides exit code, HTTP status and whether a job is retried.

    KinoraError
    ├── InputError                the caller's fault                     exit 2   HTTP 400   never retried
    │   ├── UnreadableMedia       not a video or sound file we can read       3        422
    │   ├── UnsupportedMedia      readable, but encrypted or no decoder       3        422
    │   ├── MediaTooLarge         over a stated limit                         3        413
    │   ├── SubtitlesRefused      a text file that is no subtitle file        3        422
    │   ├── ConditionRefused      the chosen video model can't make this        2        400
    │   ├── QueryRefused          a search that can't be understood           2        400
    │   ├── SettingRefused        an unknown or impossible setting            2        400
    │   ├── AddressRefused        leads to this machine or a private network  2        400
    │   ├── NotFound              no such thing, or not for this person       4        404
    │   ├── NotAllowed            signed in, but may not                      5        403
    │   └── Conflict              the thing changed or exists already         6        409
    ├── ResourceError             the machine's fault                         7        503   retried
    │   ├── DiskFull                                                          8        507   retried
    │   ├── WorkerLost            a process died or stopped answering         7        503   retried
    │   ├── LimitExceeded         a confined process ran out of its limits    7        503   never retried
    │   ├── ToolFailed            FFmpeg or another program failed            7        500   retried
    │   ├── Unreachable           the other side did not answer               7        503   retried
    │   ├── TooManyRequests       over a limit; says when to come again       7        429   retried
    │   ├── WeightsMissing        model weights that are not on this machine  9        503   never retried
    │   ├── IndexDamaged          the search index can't be read              7        503   never retried
    │   └── BackupDamaged         a backup can't be read whole                7        500   never retried
    ├── Cancelled                 a person stopped it                       130        409   never retried
    └── Bug                       ours; please report it                     70        500   never retried

The sentence says what was given, what is accepted and what to do.
"""

from __future__ import annotations

from typing import Any, ClassVar


class KinoraError(Exception):
    """Base of every error that Kinora raises on purpose."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    is_retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def kind(self) -> str:
        """Return the stable name of the error's class, as JSON prints it."""
        return type(self).__name__

    def to_json(self) -> dict[str, Any]:
        """Return the one error shape: `{"error": {"kind", "message", "hint"}}`."""
        return {"error": {"kind": self.kind, "message": self.message, "hint": self.hint}}


class InputError(KinoraError):
    """What was given can't be used; giving the same again can't help."""

    exit_code = 2
    http_status = 400


class UnreadableMedia(InputError):
    """The bytes are no video or sound file that can be read."""

    exit_code = 3
    http_status = 422


class UnsupportedMedia(InputError):
    """The file is understood, but it is encrypted or has no decoder here."""

    exit_code = 3
    http_status = 422


class MediaTooLarge(InputError):
    """The file is over a stated limit of bytes, pixels, streams or length."""

    exit_code = 3
    http_status = 413


class SubtitlesRefused(InputError):
    """The text file is no subtitle file that can be read."""

    exit_code = 3
    http_status = 422


class ConditionRefused(InputError):
    """The chosen video model can't take a condition, size or length; the hint names one that can."""


class QueryRefused(InputError):
    """The search can't be understood; `position` is the character at fault, counted from 1, where there is one."""

    def __init__(self, message: str, *, hint: str = "", position: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.position = position


class SettingRefused(InputError):
    """A setting is unknown or its value impossible."""


class AddressRefused(InputError):
    """The address leads to this machine or a private network."""


class NotFound(InputError):
    """There is no such thing, or this person may not know of it."""

    exit_code = 4
    http_status = 404


class NotAllowed(InputError):
    """The person is known, but may not do this."""

    exit_code = 5
    http_status = 403


class Conflict(InputError):
    """The thing changed meanwhile, or exists already."""

    exit_code = 6
    http_status = 409


class ResourceError(KinoraError):
    """The machine could not do it now; the same may work later."""

    exit_code = 7
    http_status = 503
    is_retryable = True


class DiskFull(ResourceError):
    """No room is left where the library keeps its files."""

    exit_code = 8
    http_status = 507


class WorkerLost(ResourceError):
    """A process died or stopped answering."""


class LimitExceeded(ResourceError):
    """A confined process ran out of time, memory or output."""

    is_retryable = False


class ToolFailed(ResourceError):
    """FFmpeg or another program failed."""

    http_status = 500


class Unreachable(ResourceError):
    """The other side did not answer."""


class TooManyRequests(ResourceError):
    """Somebody did something too often; `retry_after_seconds` says when the next one is let through."""

    http_status = 429

    def __init__(self, message: str, *, hint: str = "", retry_after_seconds: int = 60) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class WeightsMissing(ResourceError):
    """Model weights are not on this machine."""

    exit_code = 9
    is_retryable = False


class IndexDamaged(ResourceError):
    """The search index on disk can't be read; it can be rebuilt from the library."""

    is_retryable = False


class BackupDamaged(ResourceError):
    """A backup can't be read whole, or holds other bytes than were saved."""

    http_status = 500
    is_retryable = False


class Cancelled(KinoraError):
    """A person stopped the work."""

    exit_code = 130
    http_status = 409


class Bug(KinoraError):
    """Kinora is wrong; the message is for a report."""

    exit_code = 70


_NAMED = {
    cls.__name__: cls
    for cls in (
        KinoraError, InputError, UnreadableMedia, UnsupportedMedia, MediaTooLarge, SubtitlesRefused,
        ConditionRefused, QueryRefused, SettingRefused, AddressRefused, NotFound, NotAllowed, Conflict,
        ResourceError, DiskFull, WorkerLost, LimitExceeded, ToolFailed, Unreachable, TooManyRequests, WeightsMissing,
        IndexDamaged, BackupDamaged, Cancelled, Bug,
    )
}  # fmt: skip


def error_named(kind: str, message: str, *, hint: str = "") -> KinoraError:
    """Rebuild an error that crossed a process boundary as JSON; an unknown kind becomes a `Bug`."""
    return _NAMED.get(kind, Bug)(message, hint=hint)
