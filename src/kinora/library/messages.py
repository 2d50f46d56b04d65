"""What an event says, by event: made when it is sent; None when nothing is left to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kinora.library.notify_models import Delivery


@dataclass(frozen=True)
class Message:
    """An event in words for people and as JSON for programs."""

    subject: str
    text: str
    body: dict[str, Any]
    stop_url: str = ""  # where one ends such e-mails without signing in; /saved where none is given


def message_of(delivery: Delivery) -> Message | None:
    """Return what is to be said now."""
    from kinora.library.community.tell import message_of_reply
    from kinora.library.saved_told import message_of_matches
    from kinora.library.watching.announce import DIGEST_EVENT, message_of_digest
    from kinora.library.webhooks.told import MAKERS

    makers: dict[str, Callable[[Delivery], Message | None]] = {
        "moment.found": message_of_matches,
        "comment.reply": message_of_reply,
        DIGEST_EVENT: message_of_digest,
        **MAKERS,
    }
    return makers[delivery.event](delivery)
