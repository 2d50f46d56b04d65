"""Measure requests a second and answer times at many connections at once; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CONNECTIONS = (1, 16, 64)
SEGMENT_BYTES = 400_000  # two seconds at 1.6 Mbit/s
NEEDED = 1_000  # different addresses of a page, asked for again and again


@dataclass
class Asked:
    """What a number of connections got in a stretch of time."""

    millis: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    num_bytes: int = 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--videos", type=int, default=10_000)
    options.add_argument("--comments", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=15.0, help="for each page and number of connections")
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    from benchmarks.site import run

    port = run.make_ready(HERE / "work" / f"home-{chosen.videos}", chosen.videos, chosen.comments)
    pages = _pages()
    results: dict[str, Any] = {"videos": chosen.videos, "comments": chosen.comments, "seconds": chosen.seconds}
    with run.serving(port):
        for name, addresses in pages.items():
            asyncio.run(_ask_all(port, addresses[:20], 1, 60.0, most=20))  # what is read once is read before
            results[name] = {}
            for connections in CONNECTIONS:
                results[name][str(connections)] = _summary(port, addresses, connections, chosen.seconds)
                print(f"{name} at {connections}: {results[name][str(connections)]}", flush=True)
    results |= run.circumstances()
    if chosen.out:
        chosen.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _pages() -> dict[str, list[str]]:
    from benchmarks.site import run

    pages = run.pages(NEEDED)
    kept = {name: pages[name] for name in ("home", "watch", "search", "comments_first_top")}
    return kept | {"segment": [_write_segment()]}


def _write_segment() -> str:
    """Give a public video one segment of a rendition, as the encoder would leave it; return its address."""
    from kinora.library.models import Video

    video = Video.objects.filter(visibility="public").order_by("pk").first()
    assert video is not None
    path = video.folder / "hls" / "360p" / "00000.m4s"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(SEGMENT_BYTES))
    return f"/media/{video.public_id}/hls/360p/00000.m4s"


def _summary(port: int, addresses: list[str], connections: int, seconds: float) -> dict[str, Any]:
    started = time.perf_counter()
    asked = asyncio.run(_ask_all(port, addresses, connections, seconds))
    took = time.perf_counter() - started
    millis = sorted(asked.millis)
    summary: dict[str, Any] = {
        "requests_a_second": round(len(millis) / took, 1),
        "p50_ms": round(millis[len(millis) // 2], 1),
        "p95_ms": round(millis[int(len(millis) * 0.95)], 1),
        "megabytes_a_second": round(asked.num_bytes / took / 1e6, 2),
    }
    refused = {str(status): number for status, number in asked.statuses.items() if status != 200}
    return summary | ({"not_200": refused} if refused else {})


async def _ask_all(
    port: int, addresses: list[str], connections: int, seconds: float, *, most: int = sys.maxsize
) -> Asked:
    """Ask over that many kept-alive connections, one request after another on each, until the time is over."""
    asked = Asked()
    give_up = time.perf_counter() + seconds
    turns = itertools.islice(itertools.cycle(addresses), most)
    await asyncio.gather(*(_ask(port, turns, give_up, asked) for _ in range(connections)))
    return asked


async def _ask(port: int, turns: Iterator[str], give_up: float, asked: Asked) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for address in turns:
        if (started := time.perf_counter()) >= give_up:
            break
        writer.write(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        num_bytes = await _read_body(reader, head)
        asked.num_bytes += num_bytes
        asked.millis.append((time.perf_counter() - started) * 1e3)
        asked.statuses[int(head.split(" ", 2)[1])] += 1
        if "connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def _read_body(reader: asyncio.StreamReader, head: str) -> int:
    if "transfer-encoding: chunked" in head:
        num_bytes = 0
        while size := int(await reader.readline(), 16):
            num_bytes += len(await reader.readexactly(size + 2)) - 2
        await reader.readline()
        return num_bytes
    length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
    return len(await reader.readexactly(length))


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    main()
