"""The rows of what people say: threads of comments, earlier wordings, likes; posts of channels and polls."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinora import config
from kinora.library.models import Channel, Comments, User, Video, new_public_id


class CommentState(models.TextChoices):
    SHOWN = "shown", _("Shown")
    HELD = "held", _("Held for review")
    DELETED = "deleted", _("Deleted")  # by its writer, the channel or staff: `deleted_by` says who; kept for a while


class Post(models.Model):
    """What a channel tells its followers between videos: text, maybe a picture, maybe a poll."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="posts")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    text = models.TextField(blank=True, default="")
    picture = models.CharField(max_length=20, blank=True, default="")  # the file's name in `home/posts/<public_id>/`
    picture_alt = models.CharField(max_length=300, blank=True, default="")
    picture_width = models.IntegerField(default=0)
    picture_height = models.IntegerField(default=0)
    comments = models.CharField(max_length=6, choices=Comments, default=Comments.ON)
    state = models.CharField(max_length=8, choices=CommentState, default=CommentState.SHOWN)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    num_votes = models.IntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["channel", "state", "-id"], name="post_in_channel")]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def folder(self) -> Path:
        return config.current().home / "posts" / self.public_id


class PollOption(models.Model):
    """One answer that a post's poll offers."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="options")
    place = models.IntegerField()
    text = models.CharField(max_length=100)
    num_votes = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["place"]


class PollVote(models.Model):
    """What a person chose; one answer a poll, which may change."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="votes")
    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="poll_votes")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "user"], name="one_vote_per_person")]


class Thread(models.Model):
    """The comments under one video or one post, and how many are shown; made with the first one."""

    video = models.OneToOneField(Video, null=True, on_delete=models.CASCADE, related_name="thread")
    post = models.OneToOneField(Post, null=True, on_delete=models.CASCADE, related_name="thread")
    num_comments = models.IntegerField(default=0)  # shown ones, answers too

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(video=None, post__isnull=False) | models.Q(video__isnull=False, post=None),
                name="thread_of_one_thing",
            )
        ]


class Comment(models.Model):
    """What somebody said; an answer names the comment of the first level that it stands under."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="comments")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.SET_NULL, related_name="comments")  # speaks as
    text = models.TextField()
    state = models.CharField(max_length=8, choices=CommentState, default=CommentState.SHOWN)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    state_before = models.CharField(max_length=8, blank=True, default="")  # what it is again when brought back
    num_likes = models.IntegerField(default=0)
    num_replies = models.IntegerField(default=0)  # shown ones
    is_pinned = models.BooleanField(default=False)
    has_heart = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=16, blank=True, default="", db_index=True)  # alike: same words
    spam_score = models.FloatField(default=0.0)
    held_because: Any = models.JSONField(default=list)  # sentences for whoever reviews it

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["thread", "state", "-id"], condition=models.Q(parent=None), name="comment_newest"),
            models.Index(
                fields=["thread", "state", "-num_likes", "-id"], condition=models.Q(parent=None), name="comment_top"
            ),
            models.Index(fields=["parent", "state", "id"], name="comment_reply"),
            models.Index(fields=["thread"], condition=models.Q(is_pinned=True), name="comment_pinned"),
            models.Index(fields=["author", "-id"], name="comment_of_author"),
            models.Index(fields=["-id"], condition=models.Q(state="held"), name="comment_held"),
            models.Index(fields=["deleted_at"], condition=models.Q(state="deleted"), name="comment_deleted"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class CommentEdit(models.Model):
    """What a comment said until somebody changed it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="edits")
    text = models.TextField()
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-id"]


class CommentLike(models.Model):
    """A person likes a comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="likes")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="comment_likes")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "comment"], name="one_like_per_comment")]


class CommunityChoices(models.Model):
    """What a person chose about being told; nobody gets e-mail who did not ask for it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="community_choices")
    emails_replies = models.BooleanField(default=False)
