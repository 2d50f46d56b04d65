"""Keys for `/api/v1`. The secret is shown once; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from kinora.errors import InputError
from kinora.library.models import ApiKey, User

_PREFIX = "kin_"
_SEEN_EVERY = timedelta(minutes=1)  # so that a busy client does not write a row for every request


def make_key(user: User, name: str) -> tuple[ApiKey, str]:
    """Make a key for this person and return it with its secret, which can't be shown again."""
    name = name.strip()
    if not name or len(name) > 120:
        raise InputError("a key needs a name of 1 to 120 characters", hint="name the program that will use it")
    secret = _PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(user=user, name=name, prefix=secret[:12], sha256=_digest(secret))
    return key, secret


def user_of_key(secret: str) -> User | None:
    """Return whose key this is, or None for an unknown key or a closed account."""
    if not secret.startswith(_PREFIX) or len(secret) > 200:
        return None
    key = ApiKey.objects.select_related("user").filter(sha256=_digest(secret), user__is_active=True).first()
    if key is None:
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > _SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key.user


def keys_of(user: User) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(user=user).order_by("-created_at")


def delete_key(user: User, key_id: int) -> bool:
    """Delete one of the person's own keys; False when there is no such key of theirs."""
    num_deleted, _ = ApiKey.objects.filter(user=user, pk=key_id).delete()
    return num_deleted > 0


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", errors="replace")).hexdigest()
