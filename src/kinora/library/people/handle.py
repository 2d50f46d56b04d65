"""The verbs of the Python API for people: `Library` has them. See docs/accounts.md."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kinora.errors import NotFound
from kinora.library.details import set_details
from kinora.library.models import Video
from kinora.library.people import sign_up


class PeopleVerbs:
    """Who may make an account, who waits to be let in, invitations; and who sees a video."""

    def sign_up_policy(self, chosen: str | None = None) -> str:
        """Return who may make an account, after choosing another policy where one is given."""
        return str((sign_up.set_policy(chosen) if chosen else sign_up.policy()).value)

    def pending_accounts(self) -> list[dict[str, Any]]:
        """Return the accounts that wait to be let in, the longest first."""
        return [pending_to_json(row) for row in sign_up.pending_accounts()]

    def approve_account(self, username: str) -> None:
        """Let an account in."""
        sign_up.approve(username)

    def reject_account(self, username: str) -> None:
        """Delete an account that waits."""
        sign_up.reject(username)

    def invite_account(self, note: str = "") -> str:
        """Return a link that makes one account within two weeks; it is shown this once."""
        return sign_up.make_invitation(None, note)[1]

    def set_visibility(
        self, video_id: str, visibility: str, *, password: str | None = None, publish_at: datetime | None = None
    ) -> None:
        """Say who sees a video; `password` needs one, `scheduled` a time with its zone.

        Raises:
            NotFound: there is no such video. InputError: see its sentence.
        """
        video = Video.objects.filter(public_id=video_id).first()
        if video is None:
            raise NotFound(f"there is no video {video_id!r}", hint="kinora videos lists them")
        set_details(video, visibility=visibility, password=password, publish_at=publish_at)


def pending_to_json(row: Any) -> dict[str, Any]:
    user = row.user
    return {"username": user.username, "email": user.email, "reason": row.reason, "since": row.created_at.isoformat()}
