"""`encode`: the rest of the ladder, a run of rungs a job, lowest first; each run can be played once it is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kinora.config import Settings
from kinora.library.files import put_in_place
from kinora.library.models import Playback, Rendition, Video
from kinora.library.queue import Next
from kinora.library.stages.stage import Outcome, Work, facts_of
from kinora.library.studio.originals_plan import plan_originals
from kinora.media import manifest
from kinora.media.facts import MediaFile
from kinora.media.ladder import Rung, folder_of, plan_ladder, plan_runs
from kinora.media.manifest import write_main_manifest
from kinora.media.renditions import encode_rungs


def run(work: Work) -> Outcome:
    """Make the next run of rungs that are missing, or that are to be made again."""
    facts = facts_of(work.video)
    given_up = set(work.job.payload.get("given_up", ()))  # rungs whose stream holds nothing that can be decoded
    again = set(work.job.payload.get("again", ()))
    planned = ladder_of(facts, work.settings)
    missing = [rung for rung in _missing(work.video, planned, again) if rung.folder_name not in given_up]
    if not missing:
        return Outcome(write=lambda: _finish(work, planned), result={"renditions": []})
    batch = next_run(missing, facts, planned)
    renditions = encode_into(work, facts, batch)
    made = {rendition.folder_name for rendition in renditions}
    given_up |= {rung.folder_name for rung in batch} - made
    again -= {rung.folder_name for rung in batch}

    def write() -> Sequence[Next]:
        keep_renditions(work, renditions)
        if len(missing) > len(batch):
            return [Next("encode", payload={"given_up": sorted(given_up), "again": sorted(again)})]
        return _finish(work, planned)

    return Outcome(write=write, result={"renditions": sorted(made)})


def _finish(work: Work, planned: Sequence[Rung]) -> Sequence[Next]:
    """Play by the manifest from now on, without rungs that the settings no longer ask for."""
    video, wanted = work.video, {rung.folder_name for rung in planned}
    rows = list(Rendition.objects.filter(video=video))
    gone = [row for row in rows if folder_of(row.height, row.codec) not in wanted]
    if gone and len(gone) < len(rows):
        Rendition.objects.filter(pk__in=[row.pk for row in gone]).delete()
        _write_manifest(video)
        for row in gone:
            _throw_away(work, folder_of(row.height, row.codec))
    if rows:
        Video.objects.filter(pk=video.pk).exclude(playback=Playback.NONE).update(playback=Playback.HLS)
        plan_originals()
    return ()


def _throw_away(work: Work, name: str) -> None:
    folder = work.video.folder / "hls" / name
    if folder.exists():
        work.trash.mkdir(parents=True, exist_ok=True)
        folder.rename(work.trash / f"gone-{name}")


def next_run(missing: Sequence[Rung], facts: MediaFile, planned: Sequence[Rung]) -> list[Rung]:
    """Return the missing rungs of the first planned run that lacks any: they share one decode."""
    runs = plan_runs(planned, facts.duration_seconds)
    wanted = [[rung for rung in run if rung in missing] for run in runs]
    return next(run for run in wanted if run)


def ladder_of(facts: MediaFile, settings: Settings) -> tuple[Rung, ...]:
    """Return the rungs that the settings ask for."""
    return plan_ladder(facts, settings.heights(), settings.codecs())


def missing_rungs(video: Video, facts: MediaFile, settings: Settings) -> list[Rung]:
    """Return the rungs of the ladder that the video has no rendition of, in the order to make them."""
    return _missing(video, ladder_of(facts, settings), again=())


def _missing(video: Video, planned: Sequence[Rung], again: Collection[str]) -> list[Rung]:
    rows = Rendition.objects.filter(video=video).values_list("height", "codec")
    made = {folder_of(height, codec) for height, codec in rows} - set(again)
    return [rung for rung in planned if rung.folder_name not in made]


def encode_into(work: Work, facts: MediaFile, rungs: Sequence[Rung]) -> Sequence[manifest.Rendition]:
    """Encode rungs with one decode into the job's folder `hls/`."""
    names = " and ".join("sound" if rung.is_sound else rung.folder_name.replace("-", " ") for rung in rungs)
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
            codec=rendition.codec,
            defaults={
                "width": rendition.width,
                "bitrate_bps": rendition.bitrate_bps,
                "average_bitrate_bps": rendition.average_bitrate_bps,
                "frame_rate": rendition.frame_rate,
                "codecs": rendition.codecs,
                "size_bytes": rendition.size_bytes,
                "revision": video.revision,
                "quality": rendition.quality,
            },
        )
    _write_manifest(video)


def _write_manifest(video: Video) -> None:
    rows = Rendition.objects.filter(video=video)
    write_main_manifest(video.folder / "hls", [_from_row(row) for row in rows])


def _from_row(row: Rendition) -> manifest.Rendition:
    return manifest.Rendition(
        height=row.height,
        width=row.width,
        bitrate_bps=row.bitrate_bps,
        codecs=row.codecs,
        size_bytes=row.size_bytes,
        average_bitrate_bps=row.average_bitrate_bps,
        frame_rate=row.frame_rate,
        codec=row.codec,
    )
