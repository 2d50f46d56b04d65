"""Frames of two woven fields become whole pictures, with FFmpeg's bwdif; progressive frames pass unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import av
import av.filter
from av.filter.graph import Graph
from av.video.frame import VideoFrame


def deinterlaced(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """Yield one whole picture for each frame, at its time; a change of size starts anew."""
    graph: Graph | None = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        now = (frame.width, frame.height, frame.format.name)
        if graph is None or now != shape:
            if graph is not None:
                yield from _rest(graph)
            graph, shape = _graph(frame), now
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        yield from _rest(graph)


def _graph(frame: VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    weaver = graph.add("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
    sink = graph.add("buffersink")
    source.link_to(weaver)
    weaver.link_to(sink)
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, VideoFrame):
            yield frame


def _rest(graph: Graph) -> Iterator[VideoFrame]:
    graph.push(None)
    yield from _ready(graph)
