"""What a webhook is told of a video or a report: made when it is sent, from what its owner may know by then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kinora import config
from kinora.library.access import can_edit
from kinora.library.messages import Message
from kinora.library.models import Video, VideoState, Visibility
from kinora.library.moderation.models import Report
from kinora.library.notify_models import Delivery
from kinora.library.webhooks.events import FAILED, PROCESSED, PUBLISHED, REPORTED, TEST


def video_to_json(video: Video) -> dict[str, Any]:
    """Return what is told of a video."""
    return {
        "id": video.public_id, "title": video.title, "url": f"{config.current().site_url}/watch/{video.public_id}",
        "description": video.description, "tags": video.tags, "language": video.language, "licence": video.licence,
        "channel": {"handle": video.channel.handle, "name": video.channel.name}, "owner": video.owner.username,
        "visibility": video.visibility, "state": video.state, "duration_seconds": video.duration_seconds,
        "published_at": video.first_public_at.isoformat() if video.first_public_at else None,
        "created_at": video.created_at.isoformat(),
    }  # fmt: skip


def _message_of_video(delivery: Delivery) -> Message | None:
    video = _video_for(delivery)
    if video is None:
        return None
    if delivery.event == PUBLISHED and (video.visibility != Visibility.PUBLIC or video.state != VideoState.READY):
        return None
    body: dict[str, Any] = {"video": video_to_json(video)}
    if delivery.event == FAILED:
        body["error"] = {name: delivery.about.get(name, "") for name in ("kind", "message")}
    return Message(f"{delivery.event}: {video.title}", video.title, body)


def _video_for(delivery: Delivery) -> Video | None:
    """Return the video that it tells of, where the webhook's owner may change it: the site everything."""
    rows = Video.objects.select_related("channel", "owner").exclude(state=VideoState.TRASHED)
    video = rows.filter(public_id=delivery.about["video"]).first()
    if video is None or (delivery.owner is not None and not can_edit(delivery.owner, video)):
        return None
    return video


def _message_of_report(delivery: Delivery) -> Message | None:
    """Return what was reported and why; who did stays with the moderators."""
    report = Report.objects.select_related("case__against").filter(pk=delivery.about["report"]).first()
    if report is None or delivery.owner is not None:
        return None
    case, site = report.case, config.current().site_url
    told = {
        "case": case.public_id, "url": f"{site}/moderation/cases/{case.public_id}", "reason": report.reason,
        "text": report.text, "num_reports": case.num_reports, "target_kind": case.target_kind,
        "title": case.snapshot.get("title", ""), "target_url": f"{site}{case.snapshot.get('path', '')}",
        "against": case.against.username if case.against else "", "made_at": report.created_at.isoformat(),
    }  # fmt: skip
    return Message(f"Reported: {told['title']}", report.text, {"report": told})


def _message_of_test(delivery: Delivery) -> Message | None:
    return Message("A test", "A test", {"message": "This is a test: the address and the secret are right."})


MAKERS: dict[str, Callable[[Delivery], Message | None]] = {
    PUBLISHED: _message_of_video, PROCESSED: _message_of_video, FAILED: _message_of_video,
    REPORTED: _message_of_report, TEST: _message_of_test,
}  # fmt: skip
