"""The rows of light-boxes: moments that a person collects, in their order, and what is exported of them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinora import config
from kinora.library.models import Job, User, Video, new_public_id


class Lightbox(models.Model):
    """A named list of moments; with a share token, whoever has the link may look at it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lightboxes")
    name = models.CharField(max_length=120)
    share_token = models.CharField(max_length=64, null=True, unique=True)  # None: private
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-updated_at", "-id"]

    def __str__(self) -> str:
        return self.name


class LightboxItem(models.Model):
    """One moment `[start_seconds, end_seconds)` of a light-box, at its place."""

    lightbox = models.ForeignKey(Lightbox, on_delete=models.CASCADE, related_name="items")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="lightbox_items")
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    place = models.IntegerField()
    note = models.TextField(blank=True, default="")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["place", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lightbox", "video", "start_seconds", "end_seconds"], name="one_item_per_moment"
            )
        ]


class ExportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")  # or running: its job says how far
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class LightboxExport(models.Model):
    """The clips of a light-box as one zip: being made, or lying in `exports/<public_id>/`."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    lightbox = models.ForeignKey(Lightbox, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="lightbox_exports")
    videos = models.ManyToManyField(Video, related_name="lightbox_exports")  # whose pictures are in the zip
    num_clips = models.IntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    @property
    def path(self) -> Path:
        return config.current().exports_dir / f"{self.public_id}.zip"
