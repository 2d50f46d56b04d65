"""The rows of saved searches: what is looked for, what was told already, since when a video can be found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from kinora.library.models import User, Video, new_public_id
from kinora.library.notify_models import Webhook


class SavedSearch(models.Model):
    """A search that a person keeps; new moments that answer it are told by the channels that are on."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=120)
    query = models.CharField(max_length=1000)
    is_paused = models.BooleanField(default=False)
    by_site = models.BooleanField(default=True)
    by_email = models.BooleanField(default=False)
    webhook = models.ForeignKey(Webhook, null=True, on_delete=models.SET_NULL, related_name="saved_searches")
    feed_token = models.CharField(max_length=64, null=True, unique=True)  # None: no feed
    since = models.DateTimeField(default=timezone.now)  # only videos that could be found later than this are new
    checked_at = models.DateTimeField(null=True)
    error_message = models.TextField(blank=True, default="")  # why the last check could not be made
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name


class SavedMatch(models.Model):
    """A moment that was told; what overlaps it in the same video is not told again."""

    saved = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="matches")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="saved_matches")
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    reason = models.CharField(max_length=300, blank=True, default="")
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["saved", "video"], name="match_of_saved")]


class VideoAppearance(models.Model):
    """Since when a video can be found: by its owner, and by everybody (None: not by everybody now)."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="appearance")
    searchable_at = models.DateTimeField(default=timezone.now)
    public_at = models.DateTimeField(null=True)
    checked_revision = models.IntegerField(default=0)  # saved searches have looked at this revision
