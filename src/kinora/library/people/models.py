"""The rows of people: who belongs to a channel, who was invited, who waits to be let in, accounts taken along."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinora import config
from kinora.library.models import Channel, Job, User, new_public_id


class Role(models.TextChoices):
    """What a member of a channel may do, most first; whoever made the channel is its holder and needs no row."""

    OWNER = "owner", _("Owner: everything, the team included")
    EDITOR = "editor", _("Editor: publishes, changes and deletes videos")
    VIEWER = "viewer", _("Viewer: watches what is for members")


class Member(models.Model):
    """A person of a channel's team."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "user"], name="one_membership")]
        indexes: ClassVar = [models.Index(fields=["user", "role", "channel"], name="member_of")]


class ChannelInvitation(models.Model):
    """An open invitation to a channel's team, for one person by name or for whoever holds its link, once."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="channel_invitations")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]


class SignUpInvitation(models.Model):
    """An invitation to make one account on this site; only the SHA-256 of its token is kept."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=120, blank=True, default="")  # for whom, in the operator's words
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]


class PendingAccount(models.Model):
    """An account that waits for the operator; its person can't sign in until then."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="pending")
    reason = models.TextField(blank=True, default="")  # why they would like one
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["id"]


class ParcelState(models.TextChoices):
    QUEUED = "queued", _("Waiting")  # or running: its job says which
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class AccountExport(models.Model):
    """A zip of all that is a person's; fetched once, then gone."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="account_exports")
    state = models.CharField(max_length=10, choices=ParcelState, default=ParcelState.QUEUED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="account_exports")
    size_bytes = models.BigIntegerField(default=0)
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def path(self) -> Path:
        return config.current().exports_dir / f"account-{self.public_id}.zip"


class AccountImport(models.Model):
    """A zip that a person brought from another site; its bytes lie in `uploads/` until its job is done."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="account_imports")
    state = models.CharField(max_length=10, choices=ParcelState, default=ParcelState.QUEUED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="account_imports")
    report: Any = models.JSONField(default=dict)  # what was brought in, and what was not and why
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def path(self) -> Path:
        return config.current().uploads_dir / f"account-{self.public_id}.zip"
