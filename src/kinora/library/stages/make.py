"""`make`: denoise and decode one take in a confined child; its folder stays, so that a killed one goes on."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.engine.sandbox import graphics_devices
from kinora.errors import Conflict, NotFound
from kinora.library.make import publish, request_in
from kinora.library.make_child import Made, make_clip, num_threads
from kinora.library.make_given import lay_out
from kinora.library.make_model import calibration_of, folder_of_model
from kinora.library.make_plan import measure, working_bytes_of
from kinora.library.models import Take, TakeState
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work
from kinora.library.takes import clear_state
from kinora.media.probe import probe

_MAX_HOURS = 72.0
_OUTPUT_BYTES = 8 * 2**30
_MAX_THREADS = 16
_AFTER_ALL = 94


def run(work: Work) -> Outcome:
    """Make the clip of the take, or publish one that is done."""
    take = Take.objects.select_related("owner").filter(public_id=work.job.payload.get("take", "")).first()
    if take is None:
        raise NotFound("the take was deleted")
    if work.job.payload.get("measure"):
        return _measured(take)
    if work.job.payload.get("publish"):
        return _published(take)
    if take.job_id != work.job.pk or take.state != TakeState.QUEUED:
        raise Conflict("the take goes by another job, or is over", hint="see: kinora takes")
    made = _made(work, take)
    facts = probe(take.clip_path, work.settings)
    size = (facts.video.width, facts.video.height) if facts.video else (0, 0)
    return Outcome(write=lambda: _write(take, made, size), result={"num_frames": made.num_frames})


def _made(work: Work, take: Take) -> Made:
    request = request_in(take)
    model = folder_of_model(request.model)
    work.report(0.0, "Opening the model")
    seconds = _MAX_HOURS * 3600
    return confined_call(
        make_clip,
        arguments={
            "request": request,
            "model": model,
            "out_dir": take.folder,
            "num_threads": num_threads(),
            "peak_bytes": working_bytes_of(request, model),
        },
        limits=Limits(
            cpu_seconds=seconds * _MAX_THREADS,
            wall_seconds=seconds,
            memory_bytes=work.settings.make_memory_bytes,
            output_bytes=_OUTPUT_BYTES,
            num_open_files=1024,
            opens_graphics=bool(graphics_devices()),
        ),
        read_paths=[model.resolve(), *lay_out(take)],
        write_dir=take.folder,
        on_progress=work.report,
        cancel=work.cancel,
    )


def _write(take: Take, made: Made, size: tuple[int, int]) -> Sequence[Next]:
    Take.objects.filter(pk=take.pk).update(
        state=TakeState.DONE, num_frames=made.num_frames, width=size[0], height=size[1],
        seconds_taken=made.seconds_taken, recipe=made.recipe, finished_at=timezone.now(),
    )  # fmt: skip
    clear_state(take)
    following = [Next("make", {"take": take.public_id, "publish": True})] if take.publish_as else []
    if calibration_of(folder_of_model(request_in(take).model)) is None:
        following.append(Next("make", {"take": take.public_id, "measure": True}, _AFTER_ALL, dedupe_key="measure"))
    return following


def _measured(take: Take) -> Outcome:
    """Time this machine with the take's model, so that bills can say seconds."""
    measure(request_in(take).model)
    return Outcome(write=lambda: ())


def _published(take: Take) -> Outcome:
    publish(take, take.owner, **take.publish_as)
    return Outcome(write=lambda: (), result={"video": take.video.public_id if take.video else ""})
