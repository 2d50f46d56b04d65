"""`encode`: the rest of the ladder, a run of rungs a job, lowest first; each run can be played once it is done."""

from __future__ import annotations

from collections.abc import Sequence

from kinora.library.files import put_in_place
from kinora.library.models import Playback, Rendition, Video
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work, facts_of
from kinora.media import manifest
from kinora.media.facts import MediaFile
from kinora.media.ladder import Rung, plan_ladder, plan_runs
from kinora.media.manifest import write_main_manifest
from kinora.media.renditions import encode_rungs


def run(work: Work) -> Outcome:
    """Make the next run of rungs that are missing."""
    facts = facts_of(work.video)
    given_up = set(work.job.payload.get("given_up", ()))  # heights whose stream holds nothing that can be decoded
    missing = [
        rung for rung in missing_rungs(work.video, facts, work.settings.heights()) if rung.height not in given_up
    ]
    if not missing:
        return Outcome(write=lambda: (), result={"heights": []})
    batch = next_run(missing, facts, work.settings.heights())
    renditions = encode_into(work, facts, batch)
    made = {rendition.height for rendition in renditions}
    given_up |= {rung.height for rung in batch} - made

    def write() -> Sequence[Next]:
        keep_renditions(work, renditions)
        if len(missing) > len(batch):
            return [Next("encode", payload={"given_up": sorted(given_up)})]
        if Rendition.objects.filter(video=work.video).exists():
            Video.objects.filter(pk=work.video.pk).exclude(playback=Playback.NONE).update(playback=Playback.HLS)
        return ()

    return Outcome(write=write, result={"heights": sorted(made)})


def next_run(missing: Sequence[Rung], facts: MediaFile, heights: Sequence[int]) -> list[Rung]:
    """Return the missing rungs of the first planned run that lacks any: they share one decode."""
    runs = plan_runs(plan_ladder(facts, heights), facts.duration_seconds)
    wanted = [[rung for rung in run if rung in missing] for run in runs]
    return next(run for run in wanted if run)


def missing_rungs(video: Video, facts: MediaFile, heights: Sequence[int]) -> list[Rung]:
    """Return the rungs of the ladder that the video has no rendition of, in the order to make them."""
    made = set(Rendition.objects.filter(video=video).values_list("height", flat=True))
    return [rung for rung in plan_ladder(facts, heights) if rung.height not in made]


def encode_into(work: Work, facts: MediaFile, rungs: Sequence[Rung]) -> Sequence[manifest.Rendition]:
    """Encode rungs with one decode into the job's folder `hls/`."""
    names = " and ".join("sound" if rung.is_sound else f"{rung.height}p" for rung in rungs)
    out_dir = work.folder / "hls"
    out_dir.mkdir()
    return encode_rungs(
        work.video.original_path,
        facts,
        rungs,
        out_dir,
        work.settings,
        on_progress=lambda done, *_: work.report(done, f"Encoding {names}"),
        cancel=work.cancel,
    )


def keep_renditions(work: Work, renditions: Sequence[manifest.Rendition]) -> None:
    """Move encoded rungs into the video's folder, store their rows and write the main manifest anew."""
    video, hls_dir = work.video, work.video.folder / "hls"
    for rendition in renditions:
        made = work.folder / "hls" / rendition.folder_name
        if made.exists():  # absent only where an attempt was cut off between move and commit
            put_in_place(made, hls_dir / rendition.folder_name, trash=work.trash)
        Rendition.objects.update_or_create(
            video=video,
            height=rendition.height,
            defaults={
                "width": rendition.width,
                "bitrate_bps": rendition.bitrate_bps,
                "average_bitrate_bps": rendition.average_bitrate_bps,
                "frame_rate": rendition.frame_rate,
                "codecs": rendition.codecs,
                "size_bytes": rendition.size_bytes,
                "revision": video.revision,
            },
        )
    write_main_manifest(hls_dir, [_from_row(row) for row in Rendition.objects.filter(video=video)])


def _from_row(row: Rendition) -> manifest.Rendition:
    return manifest.Rendition(
        height=row.height,
        width=row.width,
        bitrate_bps=row.bitrate_bps,
        codecs=row.codecs,
        size_bytes=row.size_bytes,
        average_bitrate_bps=row.average_bitrate_bps,
        frame_rate=row.frame_rate,
    )
