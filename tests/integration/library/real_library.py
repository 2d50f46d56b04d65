"""The real library in a home of its own. Run as a script by the tests; prints JSON.

real_library.py queue PATH…     add without waiting
real_library.py add PATH…       add and wait
real_library.py work            a worker, until idle
real_library.py find TEXT…      what each text finds
real_library.py delete ID       delete a video, then work until idle
real_library.py report          rows, files, jobs, index
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


def main(verb: str, *arguments: str) -> None:
    with kinora.open() as library:
        from kinora.library.worker import run_worker

        result: Any = {}
        if verb in ("add", "queue"):
            outcomes = library.add_all(list(map(Path, arguments)), wait=verb == "add")
            result = [outcome.to_json() for outcome in outcomes]
        elif verb == "work":
            print("working", flush=True)
            result = run_worker(library.settings, until_idle=True)
        elif verb == "find":
            result = {text: library.find(text).to_json() for text in arguments}
        elif verb == "delete":
            library.delete(arguments[0])
            run_worker(library.settings, until_idle=True)
        elif verb == "report":
            result = report()
        print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
