"""The rows of what people are told: on the site, by e-mail, by webhook; whatever it is about."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from kinora.library.models import Job, User, Video, new_public_id, new_token


class Notification(models.Model):
    """Something a person is told on the site; of a video that they may not see any more it is not shown."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30)  # the event, such as `moment.found`
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True, default="")
    path = models.CharField(max_length=300)  # on this site
    video = models.ForeignKey(Video, null=True, on_delete=models.CASCADE, related_name="notifications")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="notification_of_owner"),
            models.Index(fields=["owner"], condition=models.Q(read_at=None), name="notification_unread"),
        ]


class Webhook(models.Model):
    """An address of a person's own, or the site's, that is told of events; the secret signs every body."""

    owner = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="webhooks")  # None: the site
    name = models.CharField(max_length=120, blank=True, default="")
    url = models.CharField(max_length=500)
    events: Any = models.JSONField(default=list)  # names of `webhooks/events.py`, besides saved searches that name it
    secret = models.CharField(max_length=64, default=new_token)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "url"], name="one_webhook_per_address"),
            models.UniqueConstraint(
                fields=["url"], condition=models.Q(owner=None), name="one_webhook_of_the_site_per_address"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.url


class DeliveryState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    DROPPED = "dropped", "Not sent"  # nothing was left to tell: deleted, private now, or switched off


class Delivery(models.Model):
    """One message on its way out, and the log of it. Its text is made when it is sent, from what may be told then."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="deliveries")  # None: the site
    event = models.CharField(max_length=30)
    about: Any = models.JSONField(default=dict)  # what the event's message is made from
    channel = models.CharField(max_length=10)  # `email` or `webhook`
    target = models.CharField(max_length=500)
    webhook = models.ForeignKey(Webhook, null=True, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.IntegerField(default=0)
    status_code = models.IntegerField(null=True)
    error_message = models.TextField(blank=True, default="")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="deliveries")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="delivery_of_owner"),
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
        ]
