"""How far a video is, stage by stage, and what is off on this machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_noop

from kinora.config import Settings
from kinora.library.lifecycle import NEEDED_KINDS
from kinora.library.models import Job, JobState, Video, VideoState
from kinora.moments.weights import EMBEDDED_FRAMES, describe_models

_LABELS = {
    "probe": gettext_noop("Reading the file"),
    "preview": gettext_noop("Making it playable"),
    "analyse": gettext_noop("Finding shots and covers"),
    "read": gettext_noop("Reading subtitles and on-screen words"),
    "index": gettext_noop("Making it findable"),
    "transcribe": gettext_noop("Recognising speech"),
    "encode": gettext_noop("Encoding for every connection"),
    "remove": gettext_noop("Removing it"),
    "maintain": gettext_noop("Tidying the index"),
    "make": gettext_noop("Making a clip"),
    "alert": gettext_noop("Looking for saved searches that it answers"),
    "deliver": gettext_noop("Telling somebody"),
    "clips": gettext_noop("Cutting clips"),
    "copies": gettext_noop("Looking for copies"),
    "peaks": gettext_noop("Drawing the sound wave"),
    "fetch": gettext_noop("Importing from an address"),
    "cut": gettext_noop("Cutting it"),
    "announce": gettext_noop("Telling who follows the channel"),
    "digest": gettext_noop("E-mails of new videos"),
    "relate": gettext_noop("Looking for what is alike"),
    "publish": gettext_noop("Becoming public at its time"),
    "leave": gettext_noop("Deleting an account"),
    "account_out": gettext_noop("Packing an account"),
    "account_in": gettext_noop("Bringing an account in"),
    "trash": gettext_noop("Emptying the trash"),
    "originals": gettext_noop("Moving or reducing originals"),
}


@dataclass(frozen=True)
class StageStatus:
    """One stage of a video's way; `state` is a job's state, or `waiting` before the job exists."""

    kind: str
    label: str
    state: str
    progress: float  # in [0, 1]
    message: str
    error: str
    job_id: int | None = None

    @property
    def is_active(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING, "waiting")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def label_of(kind: str) -> str:
    """Return what a person reads for a kind of job."""
    return _LABELS.get(kind, kind)


def stages_of(video: Video) -> list[StageStatus]:
    """Return the stages of a video in their order, each by its newest job since the file was last read."""
    newest: dict[str, Job] = {}
    for job in Job.objects.filter(video=video).order_by("id"):
        if job.kind == "probe":
            newest.clear()
        newest[job.kind] = job
    stages = []
    for kind, label in _LABELS.items():
        if kind in newest:
            stages.append(_status_of(newest[kind], label))
        elif kind in NEEDED_KINDS and video.state == VideoState.PROCESSING:
            stages.append(StageStatus(kind, label, "waiting", 0.0, "", ""))
    return stages


def _status_of(job: Job, label: str) -> StageStatus:
    return StageStatus(job.kind, label, job.state, job.progress, job.message, job.error_message, job.pk)


def overall_progress(video: Video) -> float:
    """Return how much of the way to being watched and found is done, in [0, 1]."""
    if video.state == VideoState.READY:
        return 1.0
    stages = [stage for stage in stages_of(video) if stage.kind in NEEDED_KINDS]
    return sum(stage.progress for stage in stages) / max(1, len(stages))


def notices(settings: Settings) -> list[str]:
    """Return one sentence for each ability that is off on this machine."""
    told = []
    if settings.speech_model == "off":
        told.append("Speech is not recognised: no speech model is set (KINORA_SPEECH_MODEL). Subtitles are searched.")
    if settings.frame_encoder == "off":
        told.append("Pictures are not searched by words: no frame encoder is set (KINORA_FRAME_ENCODER).")
    if settings.frame_encoder == EMBEDDED_FRAMES:
        told.append(
            "Pictures are searched by words with the small encoder that comes with Kinora: places, animals, things and"
            " plain actions. A larger one sees more: kinora models get frames siglip2-base-patch16-224"
        )
    if settings.text_encoder == "off":
        told.append("Search goes by words only, not by meaning: the sentence encoder is off (KINORA_TEXT_ENCODER).")
    if not settings.ocr:
        told.append("Words in the picture are not read (KINORA_OCR is off).")
    return told + _missing_weights(settings)


def _missing_weights(settings: Settings) -> list[str]:
    """Return a sentence for each network that is chosen but not on this machine, nor to be fetched."""
    may_fetch = {"speech": settings.speech_model_download, "frames": settings.frame_encoder_download}
    effects = {"speech": "speech is not recognised", "frames": "pictures are not searched by words"}
    return [
        f"The weights of {model.name} are not on this machine: {effects[model.kind]}. "
        f"Get them: kinora models get {model.kind} {model.name}"
        for model in describe_models(settings)
        if model.kind in effects and model.is_in_use and not model.is_at_hand and not may_fetch[model.kind]
    ]
