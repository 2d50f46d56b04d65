"""What webhooks can be told of, and whom an event concerns. Called in the transaction of what it tells."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinora.library.models import Video
from kinora.library.moderation.models import Report
from kinora.library.notify_models import Webhook
from kinora.library.people.models import Member, Role

PUBLISHED, PROCESSED, FAILED = "video.published", "video.processed", "video.failed"
REPORTED = "report.made"
FOUND = "moment.found"
TEST = "webhook.test"  # sent by a button alone

LABELS: dict[str, Any] = {
    PUBLISHED: _("A video becomes public"),
    PROCESSED: _("A video is ready to be watched and found"),
    FAILED: _("A video could not be processed"),
    FOUND: _("A saved search found new moments"),
    REPORTED: _("Somebody reported something"),
}
OF_A_PERSON = (PUBLISHED, PROCESSED, FAILED, FOUND)
OF_THE_SITE = (PUBLISHED, PROCESSED, FAILED, REPORTED)


def tell_of_video(event: str, video: Video, **about: Any) -> int:
    """Queue an event of a video to the webhooks of the channel's people and of the site; return to how many.

    Who may know of the video is asked again when it is sent.
    """
    hooks = _hooks_for(event, _concerns(video))
    return _send(hooks, event, {"video": video.public_id, **about})


def tell_of_report(report: Report) -> int:
    """Queue a report to the site's webhooks; return to how many."""
    return _send(_hooks_for(REPORTED, Q(owner=None)), REPORTED, {"report": report.pk})


def _concerns(video: Video) -> Q:
    editors = Member.objects.filter(channel=video.channel_id, role__in=(Role.OWNER, Role.EDITOR)).values("user")
    people = Q(owner=video.owner_id) | Q(owner=video.channel.owner_id) | Q(owner__in=editors)
    return Q(owner=None) | people


def _hooks_for(event: str, whose: Q) -> list[Webhook]:
    rows = Webhook.objects.filter(whose, is_active=True).select_related("owner")
    return [row for row in rows if event in row.events]


def _send(hooks: list[Webhook], event: str, about: dict[str, Any]) -> int:
    from kinora.library.notify import deliver  # here: it needs the queue, and what ends jobs calls this

    for hook in hooks:
        deliver(hook.owner, event, about, webhook=hook)
    return len(hooks)
