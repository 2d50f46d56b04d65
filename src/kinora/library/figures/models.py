"""The rows of figures: sums by day alone. Who watched what is in none of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kinora.library.models import Video


class Tally(models.TextChoices):
    """What is summed up. `name` and `at_seconds` say more of it."""

    VIEWS = "views", "Views"
    SECONDS = "seconds", "Seconds watched"
    SOURCE = "source", "Where viewers came from"  # `name`: search, home, … or another site's host name
    SEARCH = "search", "Searches that led here"  # `name`: the words; `at_seconds`: the second they led to


class DayTally(models.Model):
    """One sum of one video on one day (UTC)."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="tallies")
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Tally)
    name = models.CharField(max_length=120, blank=True, default="")
    at_seconds = models.IntegerField(default=0)
    total = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "day", "kind", "name", "at_seconds"], name="one_tally_a_day")
        ]
