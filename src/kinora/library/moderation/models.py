"""The rows of moderation: cases and reports, notes, appeals, the audit log, suspensions, blocks, filters, the trash."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinora.errors import Bug
from kinora.library.models import Channel, User, Video, new_public_id


class TargetKind(models.TextChoices):
    VIDEO = "video", _("Video")
    COMMENT = "comment", "Comment"  # not marked, like the next: the buttons of these words are verbs
    POST = "post", "Post"
    CHANNEL = "channel", _("Channel")
    PERSON = "person", _("Person")


class ReportReason(models.TextChoices):
    SPAM = "spam", _("Spam or misleading")
    HARASSMENT = "harassment", _("Harassment or bullying")
    HATE = "hate", _("Hate")
    VIOLENCE = "violence", _("Violent or dangerous")
    SEXUAL = "sexual", _("Sexual content")
    CHILDREN = "children", _("Harms children")
    PRIVACY = "privacy", _("Shows somebody's private life")
    COPYRIGHT = "copyright", _("Copyright")
    OTHER = "other", _("Something else")


class CaseState(models.TextChoices):
    OPEN = "open", "Open"
    DECIDED = "decided", "Decided"


class Decision(models.TextChoices):
    DISMISS = "dismiss", _("Nothing wrong with it")
    HOLD = "hold", _("Hide it for now")
    REMOVE = "remove", _("Remove it")
    SUSPEND = "suspend", _("Remove it and suspend its writer")


class Case(models.Model):
    """Everything that was reported about one thing, until it is decided; a later report opens a new case."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    target_kind = models.CharField(max_length=8, choices=TargetKind)
    target_id = models.BigIntegerField()
    against = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="cases_against")
    snapshot: Any = models.JSONField(default=dict)  # what it said and whose it was when it was reported first
    num_reports = models.IntegerField(default=0)
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    claimed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="claimed_cases")
    claimed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=8, choices=Decision, blank=True, default="")
    explanation = models.TextField(blank=True, default="")  # told to both sides
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="decided_cases")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["target_kind", "target_id"], condition=models.Q(state="open"), name="one_open_case_per_thing"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-num_reports", "id"], name="case_queue"),
            models.Index(fields=["against", "-id"], name="case_against"),
        ]


class Report(models.Model):
    """One person's report; one a person and case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="reports")
    reason = models.CharField(max_length=12, choices=ReportReason)
    text = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "reporter"], name="one_report_per_person")]
        indexes: ClassVar = [models.Index(fields=["reporter", "-id"], name="report_of_person")]


class CaseNote(models.Model):
    """What moderators tell each other about a case; nobody else reads it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)


class AppealState(models.TextChoices):
    OPEN = "open", _("Waiting")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


class Appeal(models.Model):
    """The affected person asks that a decision be looked at again; once a case."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="appeal")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField()
    state = models.CharField(max_length=8, choices=AppealState, default=AppealState.OPEN)
    answer = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="appeal_queue")]


class _AppendOnly(models.QuerySet["AuditEntry"]):
    def update(self, **_: Any) -> NoReturn:
        raise Bug("the audit log can't be changed")

    def delete(self) -> NoReturn:
        raise Bug("the audit log can't be shortened")


class AuditEntry(models.Model):
    """Who did what when. Rows are added, never changed; names are kept as they were, so deleting people breaks none."""

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)  # the name that they sign in with; `kinora` for commands and rules
    verb = models.CharField(max_length=40)  # such as `comment.hold`
    target_kind = models.CharField(max_length=12, blank=True, default="")
    target_id = models.CharField(max_length=40, blank=True, default="")
    person_id = models.BigIntegerField(null=True)  # whom it concerns
    person = models.CharField(max_length=150, blank=True, default="")
    details: Any = models.JSONField(default=dict)

    objects = _AppendOnly.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person_id", "-id"], name="audit_of_person"),
            models.Index(fields=["actor_id", "-id"], name="audit_of_actor"),
            models.Index(fields=["verb", "-id"], name="audit_of_verb"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise Bug("the audit log can't be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Bug("the audit log can't be shortened")


class Suspension(models.Model):
    """A person who may read but not publish, comment or report, for a while or for good."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="suspension")
    reason = models.TextField()
    until = models.DateTimeField(null=True)  # none: for good
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="suspensions")
    created_at = models.DateTimeField(default=timezone.now)


class Mute(models.Model):
    """Somebody does not want to see a person's comments, or anything of a channel."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mutes")
    person = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="muted_by")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="muted_by")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "person"], name="one_mute_per_person"),
            models.UniqueConstraint(fields=["owner", "channel"], name="one_mute_per_channel"),
        ]


class Block(models.Model):
    """A channel does not want a person's comments under its videos and posts."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="blocks")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocked_on")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "person"], name="one_block_per_person")]


class FilterKind(models.TextChoices):
    WORDS = "words", _("Words")  # a word or phrase; `*` stands for any letters inside a word
    LINK = "link", _("Link")  # a host name, with everything under it


class FilterAction(models.TextChoices):
    HOLD = "hold", _("Hold for review")
    REFUSE = "refuse", _("Refuse, and say so")


class WordFilter(models.Model):
    """A word, phrase or host name that comments and posts are looked through for; of the site, or of one channel."""

    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="word_filters")
    kind = models.CharField(max_length=6, choices=FilterKind)
    text = models.CharField(max_length=120)
    action = models.CharField(max_length=8, choices=FilterAction, default=FilterAction.HOLD)
    note = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["kind", "text"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "text"], condition=models.Q(channel=None), name="one_filter_per_word_of_the_site"
            ),
            models.UniqueConstraint(fields=["channel", "kind", "text"], name="one_filter_per_word_of_a_channel"),
        ]


class TrashedVideo(models.Model):
    """A deleted video that can still be brought back; what it was before is kept here."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="trashed")
    state_before = models.CharField(max_length=12)
    deleted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    is_by_staff = models.BooleanField(default=False)  # then its owner can't bring it back
    deleted_at = models.DateTimeField(default=timezone.now, db_index=True)


class BulkAction(models.Model):
    """Everything of one person held or removed at once, with what it was before, so that it can be undone."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="bulk_actions")
    verb = models.CharField(max_length=10)  # `hold` or `remove`
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    done: Any = models.JSONField(default=dict)  # {"comments": {"shown": [ids], …}, "posts": …, "videos": [ids]}
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)


class PersonQuota(models.Model):
    """Room for one person other than the site's; 0: no limit."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="quota")
    total_bytes = models.BigIntegerField(null=True)
    day_bytes = models.BigIntegerField(null=True)
