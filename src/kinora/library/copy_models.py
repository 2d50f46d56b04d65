"""The rows of copies: which video holds stretches of which other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from kinora.library.models import Video


class VideoCopy(models.Model):
    """Two videos that share stretches; one row for both, written by the one that was looked at later.

    `stretches` are `Stretch`es as JSON, seconds of `video` first; `kind` tells what `video` is to `other`.
    """

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="copies_found")
    other = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="copies_of_it")
    kind = models.CharField(max_length=10)
    score = models.FloatField()
    stretches = models.JSONField(default=list)
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-score", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["video", "other"], name="one_copy_per_pair")]
