"""Measure the server time of home, search and watch with many videos; see README.md."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
WARM_UP = 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--videos", type=int, default=10_000)
    options.add_argument("--requests", type=int, default=200, help="of each page")
    options.add_argument("--comments", type=int, default=100_000, help="under one video")
    options.add_argument("--only", default="", help="pages whose name begins so, such as comments")
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    home = HERE / "work" / f"home-{chosen.videos}"
    port = make_ready(home, chosen.videos, chosen.comments)
    asked = {name: addresses for name, addresses in pages(chosen.requests).items() if name.startswith(chosen.only)}
    results = {
        "videos": chosen.videos,
        "comments": chosen.comments,
        "requests": chosen.requests,
        "fill_seconds": float((home / "filled").read_text()),
        "in_process": _measured(asked, _in_process()),
        "gunicorn": {},
        **circumstances(),
    }
    with serving(port) as get:
        results["gunicorn"] = _measured(asked, get)
    text = json.dumps(results, indent=2)
    print(text)
    if chosen.out:
        chosen.out.write_text(text + "\n", encoding="utf-8")


def make_ready(home: Path, num_videos: int, num_comments: int) -> int:
    """Set this process up on the home, fill it unless an earlier run did, and return the port to serve it on."""
    port = _free_port()
    # Limits off: one machine asks here for everybody.
    os.environ.update({"KINORA_RATE_SEARCH": "off", "KINORA_RATE_API": "off"})
    os.environ.update({"KINORA_HOME": str(home), "OMP_WAIT_POLICY": "passive", "KINORA_PORT": str(port)})
    from kinora.library.setup import set_up_django

    set_up_django()
    if not (home / "filled").exists():
        from benchmarks.site.library import fill

        (home / "filled").write_text(str(round(fill(num_videos, num_comments), 1)))
    return port


def pages(number: int) -> dict[str, list[str]]:
    """Return the addresses of each page, other ones each time so that nothing is answered from memory."""
    from benchmarks.site.library import PLACES, SUBJECTS, VERBS

    from kinora.library.models import Video

    chosen = random.Random(2)
    ids = list(Video.objects.filter(visibility="public").values_list("public_id", flat=True))
    number += WARM_UP
    queries = [f"{chosen.choice(SUBJECTS)} {chosen.choice(VERBS)} {chosen.choice(PLACES)}" for _ in range(number)]
    watched = [f"/watch/{chosen.choice(ids)}?t=65" for _ in range(number)]
    typed = [query[: len(query) - n % 5] for n, query in enumerate(queries)]
    return {
        "home": [f"/?offset={24 * (n % 20)}" if n % 2 else "/" for n in range(number)],
        "search": [f"/search?q={quote(query)}" for query in queries],
        "search_as_you_type": [f"/search/results?q={quote(query)}" for query in typed],
        "search_start": ["/search"] * number,
        "watch": watched,
        "transcript": [address.replace("?t=65", "/transcript") for address in watched],
        **_comment_pages(number),
    }


def _comment_pages(number: int) -> dict[str, list[str]]:
    """Return the pages of the video with all the comments: the first, ones deep inside, the watch page around them."""
    from kinora.library.community.models import Comment, Thread

    thread = Thread.objects.select_related("video").order_by("-num_comments").first()
    assert thread is not None and thread.video is not None
    chosen, watch = random.Random(6), f"/watch/{thread.video.public_id}"
    rows = list(Comment.objects.filter(thread=thread, parent=None).values_list("pk", "num_likes"))
    deep = [chosen.choice(rows) for _ in range(number)]
    return {
        "comments_watch_page": [watch] * number,
        "comments_first_top": [f"{watch}/comments"] * number,
        "comments_first_newest": [f"{watch}/comments?sort=newest"] * number,
        "comments_deep_top": [f"{watch}/comments?after={likes}-{pk}" for pk, likes in deep],
        "comments_deep_newest": [f"{watch}/comments?sort=newest&after={pk}" for pk, _ in deep],
    }


def _measured(pages: dict[str, list[str]], get: Callable[[str], int]) -> dict[str, Any]:
    return {name: _quantiles(get, addresses) for name, addresses in pages.items()}


def _quantiles(get: Callable[[str], int], addresses: list[str]) -> dict[str, float]:
    taken, began = [], time.process_time()
    for address in addresses:
        started = time.perf_counter()
        status = get(address)
        taken.append((time.perf_counter() - started) * 1e3)
        if status != 200:
            raise SystemExit(f"{address} was answered by {status}")
    kept = sorted(taken[WARM_UP:])
    return {
        "own_cpu_ms": round((time.process_time() - began) * 1e3 / len(addresses), 2),
        "p50_ms": round(kept[len(kept) // 2], 2),
        "p95_ms": round(kept[int(len(kept) * 0.95)], 2),
        "max_ms": round(kept[-1], 2),
    }


def _in_process() -> Callable[[str], int]:
    """Return a client of the WSGI application in this process, signed in: sessions and middleware included."""
    from django.test import Client

    from kinora.library.models import User

    client = Client(headers={"Host": "localhost"})
    client.force_login(User.objects.get(username="person0"))

    def get(address: str) -> int:
        response = client.get(address)
        return response.status_code

    return get


@contextmanager
def serving(port: int) -> Iterator[Callable[[str], int]]:
    """Serve the home as `kinora serve` does; the function given asks over one kept-alive connection, not signed in."""
    command = [sys.executable, "-m", "kinora", "serve", "--no-worker"]
    with (HERE / "work" / "serve.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(address: str) -> int:
        connection.request("GET", address)
        response = connection.getresponse()
        response.read()
        return response.status

    try:
        _wait_for(get, connection)
        yield get
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(get: Callable[[str], int], connection: http.client.HTTPConnection) -> None:
    for _ in range(300):
        try:
            if get("/healthz") == 200:
                return
        except OSError:
            connection.close()
            time.sleep(0.2)
    raise SystemExit("the site did not answer; see work/serve.log")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def circumstances() -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True).stdout.strip()
    return {
        "commit": commit,
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors",
        "load_average_1min": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    main()
