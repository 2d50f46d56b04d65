"""A library whose stages are small and leave rows and files that can be counted. Run as a script by the tests.

toy_library.py fill N      N videos with a `probe` job each
toy_library.py work [SECONDS_A_STAGE]   a real worker with toy stages, until idle
toy_library.py count       JSON of what is there
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence

from kinora import config
from kinora.library.setup import set_up_django

set_up_django()

from kinora.library import queue  # noqa: E402
from kinora.library.accounts import channel_of, system_owner  # noqa: E402
from kinora.library.files import put_in_place  # noqa: E402
from kinora.library.models import Chapter, Job, Video, VideoState  # noqa: E402
from kinora.library.queue import Next  # noqa: E402
from kinora.library.stages.stage import Outcome, Stage, Work  # noqa: E402
from kinora.library.worker import run_worker  # noqa: E402

FOLLOWS = {"probe": ("preview", "analyse"), "preview": (), "analyse": ("read",), "read": ("index",), "index": ()}


def fill(number: int) -> None:
    owner = system_owner()
    for n in range(number):
        video = Video.objects.create(
            owner=owner, channel=channel_of(owner), title=f"v{n}", sha256=f"{n:064x}", size_bytes=1, original_name="x"
        )
        video.folder.mkdir()
        queue.enqueue("probe", video=video)


def toy_stage(kind: str, seconds: float) -> Stage:
    """A stage that writes a file of two parts slowly, then moves it and adds one row."""

    def run(work: Work) -> Outcome:
        print("stage", flush=True)
        made = work.folder / f"{kind}.txt"
        with made.open("w") as file:
            for half in range(2):
                file.write(f"half {half}\n")
                file.flush()
                work.report(half / 2, f"half {half}")
                time.sleep(seconds * random.random())

        def write() -> Sequence[Next]:
            put_in_place(made, work.video.folder / made.name, trash=work.trash)
            if seconds:
                time.sleep(0.01 * random.random())  # so that some kills fall between the move and the commit
            if kind == "index":
                Video.objects.filter(pk=work.video.pk).update(state=VideoState.READY)
            Chapter.objects.create(video=work.video, start_seconds=0, end_seconds=1, title=kind)
            return [Next(name) for name in FOLLOWS[kind]]

        return Outcome(write=write)

    return run


def count() -> None:
    videos = {
        video.title: {
            "rows": sorted(video.chapters.values_list("title", flat=True)),
            "files": {path.name: path.read_text() for path in sorted(video.folder.iterdir())},
        }
        for video in Video.objects.all()
    }
    jobs = list(Job.objects.order_by("id").values_list("kind", "state", "video__title"))
    work = [entry.name for entry in config.current().work_dir.iterdir()]
    print(json.dumps({"videos": videos, "jobs": jobs, "work": work}))


def main(verb: str, *arguments: str) -> None:
    if verb == "fill":
        fill(int(arguments[0]))
    elif verb == "work":
        random.seed(os.getpid())
        seconds = float(arguments[0]) if arguments else 0.0
        stages: Callable[[str], Stage] = lambda kind: toy_stage(kind, seconds)  # noqa: E731
        print(run_worker(config.current(), until_idle=True, stages=stages), flush=True)
    else:
        count()


if __name__ == "__main__":
    main(*sys.argv[1:])
