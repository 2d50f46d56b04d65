"""The rows of sharing: on whose pages videos may be embedded."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kinora.library.models import Channel, Video


class EmbedPlace(models.TextChoices):
    ANYWHERE = "anywhere", _("Anywhere")
    LISTED = "listed", _("Only on the sites listed")
    NOWHERE = "nowhere", _("Nowhere")


class EmbedRule(models.Model):
    """Where a video, or the videos of a channel, may be embedded; a video's own rule comes before its channel's."""

    channel = models.OneToOneField(Channel, null=True, on_delete=models.CASCADE, related_name="embed_rule")
    video = models.OneToOneField(Video, null=True, on_delete=models.CASCADE, related_name="embed_rule")
    place = models.CharField(max_length=10, choices=EmbedPlace, default=EmbedPlace.ANYWHERE)
    domains: Any = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(channel=None, video__isnull=False) | models.Q(channel__isnull=False, video=None),
                name="embed_rule_of_one",
            )
        ]
