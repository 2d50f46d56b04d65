"""The rows: people, channels, videos and what was read from them, uploads, jobs, keys."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from kinora import config

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def new_public_id() -> str:
    """Return an unguessable identifier of 12 characters (about 70 bits), safe in addresses and file names."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def new_token() -> str:
    return secrets.token_urlsafe(32)


class User(AbstractUser):
    """A person who signs in. `is_staff` marks administrators."""

    pauses_history = models.BooleanField(default=False)
    age_confirmed_at = models.DateTimeField(null=True, blank=True)  # when they said that they are of age
    language = models.CharField(max_length=10, blank=True, default="")  # of pages and e-mails; empty: the browser's


class Channel(models.Model):
    """Where a person's videos are published."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="channels")
    handle = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    links: Any = models.JSONField(default=list)  # [{"title", "url"}]
    avatar = models.CharField(max_length=16, blank=True, default="")  # names the picture's file; empty: none
    banner = models.CharField(max_length=16, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Visibility(models.TextChoices):
    PUBLIC = "public", gettext_lazy("Public")
    UNLISTED = "unlisted", gettext_lazy("Unlisted")
    PRIVATE = "private", gettext_lazy("Private")
    PASSWORD = "password", gettext_lazy("Password")  # whoever has the address and the password
    MEMBERS = "members", gettext_lazy("Members")  # the channel's team, viewers included
    SCHEDULED = "scheduled", gettext_lazy("Scheduled")  # private until `publish_at`, then public


class VideoState(models.TextChoices):
    PROCESSING = "processing", gettext_lazy("Processing")
    READY = "ready", gettext_lazy("Ready")
    FAILED = "failed", gettext_lazy("Failed")
    TRASHED = "trashed", gettext_lazy("Deleted")  # until the trash is emptied: `moderation/trash.py`


class Comments(models.TextChoices):
    """Whether people may comment; held ones are shown once the owner let them through."""

    ON = "on", gettext_lazy("Everybody may comment")
    HELD = "held", gettext_lazy("Comments wait until you have read them")
    OFF = "off", gettext_lazy("No comments")


class MachineMark(models.TextChoices):
    """What part machines had in a video: what the ledger says, or, where it says nothing, the owner."""

    NONE = "", gettext_lazy("Filmed or drawn by people")
    MADE = "made", gettext_lazy("Made by AI")
    ALTERED = "altered", gettext_lazy("Altered by AI")
    DECLARED = "declared", gettext_lazy("Made or altered by AI, says its owner")


class OriginalState(models.TextChoices):
    """Where the file is that came first."""

    KEPT = "kept", gettext_lazy("Kept beside the renditions")
    MOVED = "moved", gettext_lazy("Moved to the folder for originals")
    REDUCED = "reduced", gettext_lazy("Dropped: its best rendition took its place")  # by `studio/originals.py`


class Playback(models.TextChoices):
    NONE = "", "Not playable yet"
    ORIGINAL = "original", "The file itself"
    HLS = "hls", "HLS manifest"


class Video(models.Model):
    """One clip in the library: its ledger entry, its facts and how it may be watched."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="videos")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="videos")
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list)
    language = models.CharField(max_length=16, blank=True, default="")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    password_hash = models.CharField(max_length=128, blank=True, default="")  # of `visibility` password
    publish_at = models.DateTimeField(null=True)  # of `visibility` scheduled
    first_public_at = models.DateTimeField(null=True)  # when it became public for the first time, whatever came after
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    published_at = models.DateTimeField(default=timezone.now, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)
    num_views = models.BigIntegerField(default=0, db_default=0)  # counted honestly: `figures/counting.py`
    category = models.CharField(max_length=20, blank=True, default="")
    is_age_restricted = models.BooleanField(default=False)
    comments = models.CharField(max_length=6, choices=Comments, default=Comments.ON)
    allows_download = models.BooleanField(default=True)
    thumbnail = models.CharField(max_length=40, blank=True, default="")  # how it was chosen; empty: by the machine

    # The ledger entry.
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.BigIntegerField()
    original_name = models.CharField(max_length=300)
    original_suffix = models.CharField(max_length=12, blank=True, default="")
    origin = models.CharField(max_length=12, default="upload")
    licence = models.CharField(max_length=60, blank=True, default="")  # a code of `studio/licences.py`, or free text
    licence_text = models.TextField(blank=True, default="")  # the terms in words, where the licence is its owner's own
    is_made_by_machine = models.BooleanField(default=False)
    machine_mark = models.CharField(max_length=10, choices=MachineMark, blank=True, default=MachineMark.NONE)
    original_state = models.CharField(max_length=10, choices=OriginalState, default=OriginalState.KEPT)
    recipe = models.JSONField(default=dict)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children", blank=True)

    # What reading the file gave.
    facts = models.JSONField(default=dict)
    duration_seconds = models.FloatField(default=0.0)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    has_poster = models.BooleanField(default=False)
    has_scrub = models.BooleanField(default=False)
    playback = models.CharField(max_length=10, choices=Playback, default=Playback.NONE, blank=True)
    state = models.CharField(max_length=12, choices=VideoState, default=VideoState.PROCESSING, db_index=True)
    error_kind = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    # `revision` grows when content or details change; search trusts index rows of `indexed_revision` only.
    revision = models.IntegerField(default=1)
    indexed_revision = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="one_video_per_owner_and_file")
        ]
        indexes: ClassVar = [
            models.Index(fields=["visibility", "state", "-published_at"], name="video_latest"),
            models.Index(fields=["state", "-published_at", "-id"], name="video_latest_of_all"),
            models.Index(fields=["channel", "visibility", "-published_at"], name="video_in_channel"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> Path:
        """Return the folder that holds the original and all that was made from it."""
        return config.current().videos_dir / self.public_id

    @property
    def original_path(self) -> Path:
        moved_to = config.current().originals_dir if self.original_state == OriginalState.MOVED else ""
        folder = Path(moved_to) / self.public_id if moved_to else self.folder
        return folder / f"original{self.original_suffix}"


class Shot(models.Model):
    """A shot as detected; its cover is `covers/<index>.jpg` in the video's folder."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="shots")
    index = models.IntegerField()
    start_frame = models.IntegerField()
    end_frame = models.IntegerField()
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    transition = models.CharField(max_length=10)
    transition_start_seconds = models.FloatField()
    transition_end_seconds = models.FloatField()
    cover_seconds = models.FloatField()

    class Meta:
        ordering: ClassVar = ["index"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["video", "index"], name="one_shot_per_index")]


class Chapter(models.Model):
    """A named range of a video, from the file or written by a person."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="chapters")
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    title = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["start_seconds"]


class SubtitleSource(models.TextChoices):
    SIDECAR = "sidecar", gettext_lazy("Subtitle file")
    EMBEDDED = "embedded", gettext_lazy("In the video file")
    SPEECH = "speech", gettext_lazy("Recognised speech")
    UPLOAD = "upload", gettext_lazy("Uploaded")
    STUDIO = "studio", gettext_lazy("Written in the editor")


class SubtitleTrack(models.Model):
    """A viewer's text track; served as WebVTT made from its cues."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="subtitle_tracks")
    language = models.CharField(max_length=16, blank=True, default="")
    label = models.CharField(max_length=120, blank=True, default="")
    source = models.CharField(max_length=10, choices=SubtitleSource)
    source_key = models.CharField(max_length=200)  # file name, stream index or model: re-reading replaces the track

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "source", "source_key"], name="one_track_per_source")
        ]


class Cue(models.Model):
    """A piece of a transcript."""

    track = models.ForeignKey(SubtitleTrack, on_delete=models.CASCADE, related_name="cues")
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    text = models.TextField()
    speaker = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["start_seconds", "id"]


class ScreenText(models.Model):
    """Words seen in the picture, with their box as fractions of the shown picture."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="screen_texts")
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    text = models.TextField()
    left = models.FloatField()
    top = models.FloatField()
    width = models.FloatField()
    height = models.FloatField()
    similarity = models.FloatField(default=0.0)

    class Meta:
        ordering: ClassVar = ["start_seconds", "id"]


class Rendition(models.Model):
    """One encoding of the ladder, ready to be played."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="renditions")
    height = models.IntegerField()  # 0: sound only
    codec = models.CharField(max_length=8, default="h264")  # h264, av1; of the sound rung it says nothing
    width = models.IntegerField()
    bitrate_bps = models.IntegerField()  # of the busiest segment
    average_bitrate_bps = models.IntegerField(default=0)
    frame_rate = models.FloatField(default=0.0)
    codecs = models.CharField(max_length=80)
    size_bytes = models.BigIntegerField()
    revision = models.IntegerField(default=1)
    quality = models.JSONField(default=dict)  # how its quality was aimed at and what was measured, where it was

    class Meta:
        ordering: ClassVar = ["height", "codec"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "height", "codec"], name="one_rendition_per_height_and_codec")
        ]


class Upload(models.Model):
    """A resumable upload (tus 1.0): the bytes received so far lie in `uploads/<public_id>`."""

    public_id = models.CharField(max_length=48, unique=True, default=new_token)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=300)
    size_bytes = models.BigIntegerField()
    received_bytes = models.BigIntegerField(default=0)
    options = models.JSONField(default=dict)  # title, visibility, channel as the page asked
    video = models.ForeignKey(Video, null=True, on_delete=models.SET_NULL, related_name="uploads")
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    @property
    def path(self) -> Path:
        return config.current().uploads_dir / self.public_id


class JobState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("Waiting")
    RUNNING = "running", gettext_lazy("Running")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Set aside")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


class Job(models.Model):
    """One piece of work. A worker holds it by a lease that it renews; a lost lease puts the job back."""

    kind = models.CharField(max_length=20, db_index=True)
    video = models.ForeignKey(Video, null=True, on_delete=models.CASCADE, related_name="jobs")
    payload = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=120, null=True, unique=True)  # held while queued or running
    priority = models.IntegerField(default=50)  # lower first
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempts = models.IntegerField(default=0)
    max_attempts = models.IntegerField(default=3)
    num_losses = models.IntegerField(default=0)  # workers that died while they held it
    run_after = models.DateTimeField(default=timezone.now)
    worker = models.CharField(max_length=80, blank=True, default="")
    lease_token = models.CharField(max_length=48, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    progress = models.FloatField(default=0.0)  # in [0, 1]
    message = models.CharField(max_length=300, blank=True, default="")
    result = models.JSONField(default=dict)
    error_kind = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "run_after", "priority", "id"], name="job_next"),
            models.Index(fields=["video", "id"], name="job_of_video"),
        ]


class TakeState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("Waiting")  # or running: its job says which
    PAUSED = "paused", gettext_lazy("Paused")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Failed")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


class Take(models.Model):
    """A clip to be made, or made: its request, how far it is, what lies in its folder. No video until published."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="takes")
    batch = models.CharField(max_length=16, db_index=True)  # takes that were asked for together
    request = models.JSONField(default=dict)  # `Request` as JSON; its paths are names in the folder's `given/`
    state = models.CharField(max_length=10, choices=TakeState, default=TakeState.QUEUED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="takes")
    video = models.ForeignKey(Video, null=True, on_delete=models.SET_NULL, related_name="takes")  # once published
    publish_as = models.JSONField(default=dict)  # when it is to be published as soon as it is done
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    num_frames = models.IntegerField(default=0)
    seconds_taken = models.FloatField(default=0.0)
    recipe = models.JSONField(default=dict)
    error_kind = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-id"], name="take_of_owner")]

    def __str__(self) -> str:
        return self.prompt[:80]

    @property
    def prompt(self) -> str:
        """Return the first words it is made from."""
        prompts = self.request.get("prompts") or [{}]
        return str(prompts[0].get("text", ""))

    @property
    def folder(self) -> Path:
        """Return the folder that keeps what is made between attempts, and the result."""
        return config.current().takes_dir / self.public_id

    @property
    def clip_path(self) -> Path:
        return self.folder / "clip.mp4"

    @property
    def preview_path(self) -> Path:
        return self.folder / "preview.webp"


class WatchProgress(models.Model):
    """Where a person stopped watching."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watch_progress")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="watch_progress")
    position_seconds = models.FloatField(default=0.0)
    is_finished = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "video"], name="one_progress_per_person")]
        indexes: ClassVar = [models.Index(fields=["user", "is_finished", "-updated_at"], name="continue_watching")]


class ApiKey(models.Model):
    """A person's key for `/api/v1`; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)


class Note(models.Model):
    """A small durable value of the installation, such as the first-run token or a change of encoder."""

    key = models.CharField(max_length=60, primary_key=True)
    value: Any = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)
