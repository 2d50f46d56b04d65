"""How much room a person has: the bytes of their videos with all renditions, and what they sent in 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from kinora import config
from kinora.errors import InputError
from kinora.library.models import Rendition, Upload, User, Video
from kinora.library.moderation.models import PersonQuota

_DAY = timedelta(days=1)


class QuotaExceeded(InputError):
    """A person's room is used up."""

    http_status = 413


@dataclass(frozen=True)
class Usage:
    """What a person uses and may use, in bytes; a limit of 0 is none."""

    used_bytes: int
    day_bytes: int
    total_limit: int
    day_limit: int

    @property
    def left_bytes(self) -> int | None:
        """Return what may still be sent; None where nothing limits it."""
        left = [
            limit - used
            for limit, used in ((self.total_limit, self.used_bytes), (self.day_limit, self.day_bytes))
            if limit
        ]
        return max(0, min(left)) if left else None

    @property
    def used_fraction(self) -> float:
        return min(1.0, self.used_bytes / self.total_limit) if self.total_limit else 0.0


def usage_of(user: User) -> Usage:
    """Return what a person uses: originals, renditions, what is in the trash, what is on its way."""
    own = Video.objects.filter(owner=user)
    originals = own.aggregate(total=Sum("size_bytes"))["total"] or 0
    renditions = Rendition.objects.filter(video__owner=user).aggregate(total=Sum("size_bytes"))["total"] or 0
    waiting = Upload.objects.filter(owner=user, video=None, error_message="").aggregate(total=Sum("size_bytes"))
    on_the_way = waiting["total"] or 0
    recent = own.filter(created_at__gt=timezone.now() - _DAY).aggregate(total=Sum("size_bytes"))["total"] or 0
    total_limit, day_limit = limits_of(user)
    return Usage(originals + renditions + on_the_way, recent + on_the_way, total_limit, day_limit)


def limits_of(user: User) -> tuple[int, int]:
    """Return a person's limits in bytes, total and by day: their own, else the site's; administrators have none (0)."""
    if user.is_staff:
        return 0, 0
    settings = config.current()
    own = PersonQuota.objects.filter(person=user).first()
    total = settings.quota_bytes if own is None or own.total_bytes is None else own.total_bytes
    day = settings.quota_bytes_a_day if own is None or own.day_bytes is None else own.day_bytes
    return total, day


def require_room(user: User, size_bytes: int) -> None:
    """Refuse a file that a person has no room for, before its bytes are sent.

    Raises:
        QuotaExceeded: which limit, how much is left.
    """
    total_limit, day_limit = limits_of(user)
    if not total_limit and not day_limit:
        return
    usage = usage_of(user)
    if total_limit and usage.used_bytes + size_bytes > total_limit:
        left = max(0, total_limit - usage.used_bytes)
        raise QuotaExceeded(
            f"this file has {in_words(size_bytes)}, and {in_words(left)} of your {in_words(total_limit)} are left",
            hint="delete videos and empty your trash, or ask for more room",
        )
    if day_limit and usage.day_bytes + size_bytes > day_limit:
        left = max(0, day_limit - usage.day_bytes)
        raise QuotaExceeded(
            f"this file has {in_words(size_bytes)}, and {in_words(left)} of your {in_words(day_limit)} a day are left",
            hint="send it tomorrow",
        )


def set_quota(person: User, *, total_bytes: int | None, day_bytes: int | None) -> None:
    """Give one person room of their own; None: what the site gives everybody, 0: no limit."""
    for given in (total_bytes, day_bytes):
        if given is not None and not 0 <= given < 2**60:
            raise InputError(f"{given} bytes are no quota; accepted: 0 (no limit) or more")
    PersonQuota.objects.update_or_create(person=person, defaults={"total_bytes": total_bytes, "day_bytes": day_bytes})


def in_words(num_bytes: int) -> str:
    """Return a number of bytes as people read it: `1.5 GB`."""
    size = float(num_bytes)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{num_bytes} bytes"
