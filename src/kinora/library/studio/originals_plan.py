"""When originals are moved or reduced: the job that looks, where the operator wants it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from kinora import config
from kinora.errors import SettingRefused
from kinora.library.models import Job, JobState
from kinora.library.queue import enqueue

_PRIORITY = 95  # after all that makes videos watchable and findable
_SLACK_SECONDS = 120.0  # what follows the last quality comes first


def plan_originals(*, delay_seconds: float = _SLACK_SECONDS) -> None:
    """Queue a look at the originals; none where they are kept, or the settings can't be followed."""
    try:
        is_wanted = config.current().originals_policy() != "kept"
    except SettingRefused:
        return
    if is_wanted and not Job.objects.filter(kind="originals", state=JobState.QUEUED).exists():
        due = timezone.now() + timedelta(seconds=delay_seconds)  # in its key: a job that runs now holds its own
        key = f"originals:{due:%Y%m%d%H%M}"
        enqueue("originals", priority=_PRIORITY, dedupe_key=key, delay_seconds=delay_seconds)
