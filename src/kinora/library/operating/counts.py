"""Counts of the requests that this process answered, and the state of the library, in Prometheus' text format."""

from __future__ import annotations

import shutil
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Count

from kinora.config import Settings
from kinora.library.models import Job, Video
from kinora.library.workers import alive_workers

BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class RequestCounts:
    """Sums of requests by method, route and status, and how long they took; kept in memory, begun anew by a start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered: dict[tuple[str, str, int], int] = defaultdict(int)
        self._within = [0] * (len(BUCKETS_SECONDS) + 1)
        self._seconds = 0.0

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is the address's pattern, so that there are few of them."""
        place = next((n for n, bound in enumerate(BUCKETS_SECONDS) if seconds <= bound), len(BUCKETS_SECONDS))
        with self._lock:
            self._answered[method, route, status] += 1
            self._within[place] += 1
            self._seconds += seconds

    def lines(self) -> Iterator[str]:
        with self._lock:
            answered, within, seconds = dict(self._answered), list(self._within), self._seconds
        rows = (
            (f'{{method="{method}",route="{_safe(route)}",status="{status}"}}', number)
            for (method, route, status), number in sorted(answered.items())
        )
        yield from _metric("kinora_requests_total", "counter", "Requests answered.", rows)
        yield "# HELP kinora_request_seconds How long requests took.\n# TYPE kinora_request_seconds histogram\n"
        so_far = 0
        for bound, number in zip([*map(str, BUCKETS_SECONDS), "+Inf"], within, strict=True):
            so_far += number
            yield f'kinora_request_seconds_bucket{{le="{bound}"}} {so_far}\n'
        yield f"kinora_request_seconds_sum {seconds:.6f}\nkinora_request_seconds_count {so_far}\n"


requests = RequestCounts()


def exposition(settings: Settings) -> str:
    """Return everything that is measured; four database questions."""
    return "".join((*requests.lines(), *_library_lines(settings)))


def _library_lines(settings: Settings) -> Iterator[str]:
    jobs = Job.objects.order_by().values_list("kind", "state").annotate(number=Count("id"))
    rows = sorted((f'{{kind="{kind}",state="{state}"}}', number) for kind, state, number in jobs)
    yield from _metric("kinora_jobs", "gauge", "Jobs by kind and state.", rows)
    videos = Video.objects.order_by().values_list("state").annotate(number=Count("id"))
    rows = sorted((f'{{state="{state}"}}', number) for state, number in videos)
    yield from _metric("kinora_videos", "gauge", "Videos by state.", rows)
    yield from _metric("kinora_workers", "gauge", "Workers alive.", [("", len(alive_workers()))])
    free = shutil.disk_usage(settings.home).free
    yield from _metric("kinora_disk_free_bytes", "gauge", "Bytes free on the disk of the library.", [("", free)])


def _metric(name: str, kind: str, about: str, rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f"# HELP {name} {about}\n# TYPE {name} {kind}\n"
    for labels, number in rows:
        yield f"{name}{labels} {number}\n"


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
