"""The rows of what people keep and follow: playlists, likes, subscriptions, and how they are told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinora.library.models import Channel, User, Video, new_public_id, new_token


class PlaylistKind(models.TextChoices):
    ORDINARY = "", _("Playlist")
    LATER = "later", _("Watch later")


class PlaylistVisibility(models.TextChoices):
    PUBLIC = "public", _("Public")
    UNLISTED = "unlisted", _("Whoever has the link")
    PRIVATE = "private", _("Only me")


class Playlist(models.Model):
    """Videos in an order that a person chose. *Watch later* is private for good, one a person."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="playlists")
    kind = models.CharField(max_length=8, choices=PlaylistKind, default=PlaylistKind.ORDINARY, blank=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    visibility = models.CharField(max_length=10, choices=PlaylistVisibility, default=PlaylistVisibility.PRIVATE)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-updated_at"], name="playlist_of_owner")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "kind"], condition=~models.Q(kind=""), name="one_list_of_each_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="") | models.Q(visibility="private"), name="own_lists_are_private"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """Return the title as pages show it: *watch later* in the reader's language."""
        return str(PlaylistKind(self.kind).label) if self.kind else self.title


class PlaylistItem(models.Model):
    """A video's place in a playlist; places grow and may have gaps."""

    playlist = models.ForeignKey(Playlist, on_delete=models.CASCADE, related_name="items")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="playlist_items")
    place = models.IntegerField()
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["place", "id"]
        indexes: ClassVar = [models.Index(fields=["playlist", "place"], name="item_in_playlist")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["playlist", "video"], name="once_in_a_playlist")]


class Like(models.Model):
    """A person likes a video; the number is everybody's to see, the names are nobody's."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="likes")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "video"], name="one_like_per_person")]
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="likes_of_person")]


class Subscription(models.Model):
    """A person follows a channel; with `is_told` the bell rings for each new video."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="subscriptions")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="subscriptions")
    is_told = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "channel"], name="one_subscription_each")]


class Announced(models.Model):
    """A video whose channel's followers were told of it: once, however often it becomes private and public again."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="announced")
    at = models.DateTimeField(default=timezone.now)


class DigestRhythm(models.TextChoices):
    NEVER = "", _("Never")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")


class WatchingChoices(models.Model):
    """What a person chose about being told and being recommended to; nobody has a row before they choose."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="watching_choices")
    digest = models.CharField(max_length=8, choices=DigestRhythm, default=DigestRhythm.NEVER, blank=True)
    digest_at = models.DateTimeField(null=True)  # until when the last one told
    unsubscribe_token = models.CharField(max_length=48, unique=True, default=new_token)
    is_recommending = models.BooleanField(default=True)


class Replays(models.Model):
    """How often each part of a video was watched, summed over people; who watched what is not kept."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="replays")
    of_sha256 = models.CharField(max_length=64)  # of the file that was watched: another one begins anew
    num_viewers = models.IntegerField(default=0)
    counts = models.JSONField(default=list)
