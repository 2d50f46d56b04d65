"""The verbs of the Python API for webhooks: `Library` has them. See docs/webhooks.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kinora.errors import NotFound
from kinora.library.accounts import person_named
from kinora.library.models import User
from kinora.library.notify_models import Webhook
from kinora.library.webhooks import hooks


class WebhookVerbs:
    """A person's webhooks (the library's own account when none is named), or the site's."""

    def webhooks(self, *, username: str = "", site: bool = False) -> list[dict[str, Any]]:
        """Return the webhooks, newest first, as the documented JSON."""
        return [hooks.webhook_to_json(row) for row in hooks.webhooks_of(_owner(username, site=site))]

    def add_webhook(
        self, url: str, events: Sequence[str], *, name: str = "", username: str = "", site: bool = False
    ) -> dict[str, Any]:
        """Make a webhook and return it, its secret included.

        Raises:
            AddressRefused, InputError: no usable address or event.
        """
        changes = hooks.HookChanges(url=url, name=name, events=events)
        return hooks.webhook_to_json(hooks.make_webhook(_owner(username, site=site), changes, by=None))

    def change_webhook(
        self, hook_id: int, *, url: str | None = None, name: str | None = None, events: Sequence[str] | None = None,
        is_active: bool | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Change what is given of any webhook.

        Raises:
            NotFound: no such webhook. AddressRefused, InputError: as `add_webhook`.
        """
        changes = hooks.HookChanges(url=url, name=name, events=events, is_active=is_active)
        return hooks.webhook_to_json(hooks.change_webhook(_hook(hook_id), changes, by=None))

    def remove_webhook(self, hook_id: int) -> dict[str, Any]:
        """Delete a webhook with its log; return what it was."""
        hook = _hook(hook_id)
        told = hooks.webhook_to_json(hook)
        hooks.delete_webhook(hook, by=None)
        return told

    def test_webhook(self, hook_id: int) -> dict[str, Any]:
        """Queue a test; the worker sends it."""
        return hooks.delivery_to_json(hooks.send_test(_hook(hook_id)))

    def webhook_log(self, hook_id: int, *, limit: int = 50) -> list[dict[str, Any]]:
        """Return what was sent to a webhook and how it went, newest first."""
        return [hooks.delivery_to_json(row) for row in hooks.log_of(_hook(hook_id))[:limit]]

    def send_webhook_again(self, hook_id: int, delivery_id: str) -> dict[str, Any]:
        """Send one message of its log again."""
        return hooks.delivery_to_json(hooks.send_again(_hook(hook_id), delivery_id))


def _owner(username: str, *, site: bool) -> User | None:
    return None if site else person_named(username)


def _hook(hook_id: int) -> Webhook:
    row = Webhook.objects.select_related("owner").filter(pk=hook_id).first()
    if row is None:
        raise NotFound(f"there is no webhook {hook_id}", hint="kinora webhooks lists them")
    return row
