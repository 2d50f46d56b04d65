"""The real library in a home of its own. Run as a script by the tests; prints JSON.

real_library.py queue PATH…         add without waiting
real_library.py work                a worker, until idle
real_library.py report              rows, files, jobs, index
real_library.py refuse PATH         queue, work, report
real_library.py journey CLIP BAD    add, find, add again, encode, delete: what each step told
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import kinora
from kinora import config


def report() -> dict[str, Any]:
    from kinora.index.index import Index
    from kinora.library.models import Job, Video

    settings = config.current()
    videos = {}
    for video in Video.objects.all():
        files = sorted(str(path.relative_to(video.folder)) for path in video.folder.rglob("*") if path.is_file())
        videos[video.original_name] = {
            "state": video.state, "playback": video.playback, "error": video.error_kind, "files": files,
            "shots": video.shots.count(), "has_poster": video.has_poster, "has_scrub": video.has_scrub,
            "heights": list(video.renditions.values_list("height", flat=True)),
            "cues": [cue.text for track in video.subtitle_tracks.all() for cue in track.cues.all()],
            "screen": list(video.screen_texts.values_list("text", flat=True)),
            "is_indexed": Index.open(settings.index_dir, read_only=True).revisions().get(video.public_id)
            == video.indexed_revision == video.revision,
        }  # fmt: skip
    return {
        "videos": videos,
        "jobs": list(Job.objects.order_by("id").values_list("kind", "state", "error_message")),
        "folders": [path.name for path in settings.videos_dir.iterdir()],
        "work": [path.name for path in settings.work_dir.iterdir()],
        "indexed": sorted(Index.open(settings.index_dir, read_only=True).revisions()),
    }


def journey(library: kinora.Library, clip: str, bad: str) -> dict[str, Any]:
    """Add, find, add again, encode, delete: what each step told."""
    from django.utils import timezone

    from kinora.library.models import Job
    from kinora.library.worker import run_worker

    told: dict[str, Any] = {"added": [outcome.to_json() for outcome in library.add_all([clip, bad])]}
    told["found"] = library.find("lighthouse keeper").to_json()
    told["nonsense"] = library.find("zebra quartz").to_json()
    told["again"] = library.add_all(clip)[0].to_json()
    run_worker(library.settings, until_idle=True)
    Job.objects.filter(kind="maintain").update(run_after=timezone.now())
    run_worker(library.settings, until_idle=True)
    told["whole"] = report()
    told["still_found"] = library.find("lighthouse keeper").to_json()
    video_id = told["again"]["id"]
    poster = library.settings.videos_dir / video_id / "covers" / "0.jpg"
    told["look_alikes"] = library.look_alikes(poster).to_json()["hits"]
    library.delete(video_id)
    run_worker(library.settings, until_idle=True)
    told["gone"] = report()
    told["found_when_gone"] = library.find("lighthouse").to_json()
    return told


def main(verb: str, *arguments: str) -> None:
    with kinora.open() as library:
        from kinora.library.worker import run_worker

        result: Any = {}
        if verb in ("queue", "refuse"):
            result = [outcome.to_json() for outcome in library.add_all(list(map(Path, arguments)), wait=False)]
        if verb in ("work", "refuse"):
            print("working", flush=True)
            run_worker(library.settings, until_idle=True)
        if verb == "journey":
            result = journey(library, *arguments)
        if verb in ("report", "refuse"):
            result = report()
        print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
