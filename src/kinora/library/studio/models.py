"""The rows of the studio: subtitle drafts that are not saved yet, and imports from addresses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinora.library.models import Channel, Job, SubtitleTrack, User, Video, new_public_id


class SubtitleDraft(models.Model):
    """Subtitles as a person left them in the editor; they become a track when saved, and stay until then."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="subtitle_drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="subtitle_drafts")
    track = models.ForeignKey(SubtitleTrack, null=True, on_delete=models.SET_NULL, related_name="drafts")
    track_key = models.CharField(max_length=20)  # the track's id when begun, or "new"
    language = models.CharField(max_length=16, blank=True, default="")
    label = models.CharField(max_length=120, blank=True, default="")
    cues: Any = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "user", "track_key"], name="one_draft_per_person_and_track")
        ]


class ImportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")  # or running: its job says which
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class AddressImport(models.Model):
    """An address that is fetched into the library; one of a whole channel has one row more for each of its videos."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="address_imports")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="address_imports")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="parts")
    address = models.CharField(max_length=2000)
    is_list = models.BooleanField(default=False)
    title = models.CharField(max_length=300, blank=True, default="")
    visibility = models.CharField(max_length=12, default="private")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.QUEUED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="address_imports")
    video = models.ForeignKey(Video, null=True, on_delete=models.SET_NULL, related_name="address_imports")
    num_found = models.IntegerField(default=0)
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "parent", "-id"], name="import_of_owner")]
