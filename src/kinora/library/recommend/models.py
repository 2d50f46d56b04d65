"""The rows of recommendations: who is whose neighbour, and what a person does not want."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from kinora.library.models import Channel, User, Video


class NeighbourKind(models.TextChoices):
    PICTURE = "picture", "Looks alike"
    WORDS = "words", "About the same"
    VIEWERS = "viewers", "Watched by the same people"


class Neighbour(models.Model):
    """Another video that is near to one, in one way; found ahead of time. Who may see it is asked when it is shown."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="neighbours")
    other = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="neighbour_of")
    kind = models.CharField(max_length=8, choices=NeighbourKind)
    score = models.FloatField()  # in [0, 1], comparable within a kind
    at_seconds = models.FloatField(default=0.0)  # where in `video` the two are nearest
    other_seconds = models.FloatField(default=0.0)  # and where in `other`
    num_people = models.IntegerField(default=0)  # who watched both, for `viewers`

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "other", "kind"], name="one_neighbour_per_kind")
        ]


class WatchedLately(models.Model):
    """A public video that many watch: its views, older ones worth less; summed up a few times a day, for the first."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="watched_lately")
    strength = models.FloatField(db_index=True)  # in [0, 1], 1 for the most watched


class NotWanted(models.Model):
    """What a person wants less of: a video and what is like it, or a whole channel."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="not_wanted")
    video = models.ForeignKey(Video, null=True, on_delete=models.CASCADE, related_name="not_wanted_by")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="not_wanted_by")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(channel=None, video__isnull=False) | models.Q(channel__isnull=False, video=None),
                name="not_wanted_is_one_thing",
            ),
            models.UniqueConstraint(fields=["user", "video"], name="video_not_wanted_once"),
            models.UniqueConstraint(fields=["user", "channel"], name="channel_not_wanted_once"),
        ]
