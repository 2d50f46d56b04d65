"""The verbs of the Python API for moderation and the trash: `Library` has them. See docs/moderation.md."""

from __future__ import annotations

from typing import Any

from kinora.errors import NotFound
from kinora.library.accounts import person_named
from kinora.library.community.listing import comment_to_json, held_for
from kinora.library.community.models import Comment
from kinora.library.models import User, Video, VideoState
from kinora.library.moderation import cases as case_verbs
from kinora.library.moderation.audit import Wanted, entries, entry_to_json
from kinora.library.moderation.filters import export_filters, import_filters
from kinora.library.moderation.measures import all_of_person, num_done, undo
from kinora.library.moderation.models import BulkAction
from kinora.library.moderation.standing import lift_suspension, suspend
from kinora.library.moderation.trash import empty_trash, gone_at, restore_video, trash_for, trash_video


class ModerationVerbs:
    """What an operator does about reports, people, filters and deleted videos; the log names `kinora` as who did it."""

    def cases(self, *, state: str = "open", limit: int = 100) -> list[dict[str, Any]]:
        """Return what was reported, most reported first, as the documented JSON."""
        return [case_verbs.case_to_json(row) for row in case_verbs.queue(state=state)[:limit]]

    def decide(self, case_id: str, decision: str, *, explanation: str = "", days: int | None = None) -> dict[str, Any]:
        """Decide a case: dismiss, hold, remove or suspend; both sides are told."""
        case = case_verbs.case_named(case_id)
        case_verbs.decide(case, by=None, decision=decision, explanation=explanation, days=days)
        return case_verbs.case_to_json(case_verbs.case_named(case_id))

    def held_comments(self, *, limit: int = 100) -> list[dict[str, Any]]:
        """Return the comments that wait for review anywhere, newest first."""
        rows = held_for(User(is_staff=True), limit=limit)
        return [comment_to_json(row, for_reviewer=True) for row in rows]

    def comments_of(self, username: str, *, limit: int = 100) -> list[dict[str, Any]]:
        """Return what a person said, newest first, in any state."""
        rows = Comment.objects.filter(author=person_named(username)).select_related("author", "channel").order_by("-id")
        return [comment_to_json(row, for_reviewer=True) for row in rows[:limit]]

    def suspend(self, username: str, reason: str, *, days: int | None = None) -> None:
        """Let a person read but not write, for so many days or for good."""
        suspend(person_named(username), by=None, reason=reason, days=days)

    def lift_suspension(self, username: str) -> bool:
        """Let a person write again; return whether they could not."""
        return lift_suspension(person_named(username), by=None)

    def all_of(self, username: str, verb: str) -> dict[str, Any]:
        """Hold or remove everything of a person at once; the `id` undoes it."""
        action = all_of_person(person_named(username), verb=verb, by=None)
        return {"id": action.public_id, **num_done(action)}

    def undo(self, action_id: str) -> dict[str, Any]:
        """Bring back what a bulk action took away."""
        action = BulkAction.objects.filter(public_id=action_id[:16]).first()
        if action is None:
            raise NotFound(f"there is no bulk action {action_id[:16]!r}")
        undo(action, by=None)
        return {"id": action.public_id, **num_done(action)}

    def log(self, *, actor: str = "", person: str = "", verb: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """Return who did what when, newest first."""
        rows = entries(Wanted(actor=actor, person=person, verb=verb))[:limit]
        return [entry_to_json(row) for row in rows]

    def filters(self) -> dict[str, Any]:
        """Return the site's word and link filters as a document that `take_filters` takes."""
        return export_filters(None)

    def take_filters(self, document: Any) -> int:
        """Add the filters of a document to the site's, all or none; return how many it names."""
        return import_filters(None, document)

    def trash(self, *, limit: int = 100) -> list[dict[str, Any]]:
        """Return the deleted videos that can still be brought back, latest first."""
        return [
            {
                "id": row.video.public_id,
                "title": row.video.title,
                "owner": row.video.owner.username,
                "deleted_at": row.deleted_at.isoformat(),
                "gone_at": gone_at(row).isoformat(),
                "is_by_staff": row.is_by_staff,
            }
            for row in trash_for(User(is_staff=True))[:limit]
        ]

    def move_to_trash(self, video_id: str) -> None:
        """Delete a video so that it can be brought back."""
        trash_video(_video(video_id), by=None)

    def bring_back(self, video_id: str) -> None:
        """Bring a deleted video back with everything."""
        video = Video.objects.filter(public_id=video_id[:16], state=VideoState.TRASHED).first()
        if video is None:
            raise NotFound(f"there is no video {video_id[:16]!r} in the trash")
        restore_video(video, by=None, is_by_staff=True)

    def empty_trash(self) -> dict[str, int]:
        """Delete for good what has lain in the trash long enough; return how many of each kind."""
        return empty_trash()


def _video(video_id: str) -> Video:
    video = Video.objects.filter(public_id=video_id[:16]).first()
    if video is None:
        raise NotFound(f"there is no video {video_id[:16]!r}")
    return video
