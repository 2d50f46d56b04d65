"""Decode the film of a file: its frames in shown order with their seconds, from the start or from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinora.errors import UnreadableMedia
from kinora.media.deinterlace import deinterlaced
from kinora.media.demux import MAX_PIXELS, main_video, open_media
from kinora.media.timing import packets

_READ_ON_SECONDS = 2.0  # a target this close ahead is reached by decoding on, not by jumping
_LOOK_FRAMES = 12
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own ones drop the transparency of WebM


@dataclass(frozen=True)
class Shown:
    """A decoded frame and when it is shown."""

    seconds: float
    frame_index: int | None
    frame: VideoFrame


class Film:
    """The main picture stream of an open file; use it in a `with`."""

    def __init__(self, path: Path, *, only_sync_frames: bool = False) -> None:
        self._path = path
        self._only_sync_frames = only_sync_frames
        self._container = open_media(path)
        stream = main_video(self._container)
        if stream is None:
            self._container.close()
            raise UnreadableMedia(f"{path.name} holds no moving pictures")
        self.stream: VideoStream = stream
        self._stream_index = stream.index
        self._decoder = self._make_decoder()
        self._step = float(1 / (stream.guessed_rate or stream.average_rate or 25))
        self._zero: float | None = None
        self._is_interlaced = False
        self._running: Iterator[Shown] | None = None
        self._ahead: Shown | None = None
        self._now: Shown | None = None
        try:
            self.first = self._look()
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running = None
        self._container.close()

    def frames(self) -> Iterator[Shown]:
        """Yield every frame from the start."""
        self._rewind()
        yield from self._decode(index=0)

    def played_at(self, seconds: float) -> Shown:
        """Return the frame on the screen at that second: the last one that begins no later."""
        is_behind = self._now is None or seconds < self._now.seconds
        is_far = self._now is not None and seconds - self._now.seconds > _READ_ON_SECONDS
        if is_behind or (is_far and self.can_jump):
            self._start_before(seconds)
        while True:
            if self._ahead is None and self._running is not None:
                self._ahead = next(self._running, None)
            if self._ahead is None or (self._now is not None and self._ahead.seconds > seconds + 1e-6):
                break
            self._now, self._ahead = self._ahead, None
        return self._now or self.first

    def played_from(self, seconds: float) -> Iterator[Shown]:
        """Yield the frame on the screen at that second, and every later one."""
        yield self.played_at(seconds)
        while self._ahead is not None and self._running is not None:
            self._now, self._ahead = self._ahead, next(self._running, None)
            yield self._now

    @property
    def step_seconds(self) -> float:
        """Return how long a frame lasts by the file's own rate."""
        return self._step

    @property
    def zero_seconds(self) -> float:
        """Return the first frame's time on the file's own clock."""
        return self._zero or 0.0

    @property
    def can_jump(self) -> bool:
        return self.stream.start_time is not None  # raw streams have no times to jump to

    def _start_before(self, seconds: float) -> None:
        """Begin decoding at a sync frame no later than `seconds`; further back when a file jumps too far."""
        for back in (0.0, 5.0, 30.0):
            self._now = self._ahead = None
            if not self.can_jump or seconds - back <= 0 or not self._seek(seconds - back):
                self._rewind()
                self._running = self._decode(index=0)
                return
            self._running = self._decode(index=None)
            self._ahead = next(self._running, None)
            if self._ahead is not None and self._ahead.seconds <= seconds + 1e-6:
                return
        self._rewind()
        self._now = self._ahead = None
        self._running = self._decode(index=0)

    def _seek(self, seconds: float) -> bool:
        assert self.stream.time_base is not None
        at = round((seconds + (self._zero or 0.0)) / float(self.stream.time_base))
        try:
            self._container.seek(at, stream=self.stream, backward=True)
        except (av.FFmpegError, OverflowError):
            return False
        self._decoder.flush_buffers()
        return True

    def _rewind(self) -> None:
        """Go back to the very start; a container that can't is opened again."""
        if self._running is None and self._zero is None:
            return
        self._running = None
        self._container.close()  # from here on the old stream's memory is gone
        self._container = open_media(self._path)
        stream = self._container.streams[self._stream_index]
        assert isinstance(stream, VideoStream)
        self.stream = stream
        self._decoder = self._make_decoder()

    def _make_decoder(self) -> VideoCodecContext:
        own = self.stream.codec_context
        alpha = _ALPHA_DECODERS.get(own.codec.canonical_name)
        if alpha and self.stream.metadata.get("alpha_mode") == "1" and alpha in av.codecs_available:
            decoder = av.CodecContext.create(alpha, "r")
            assert isinstance(decoder, VideoCodecContext)
            decoder.extradata = own.extradata
        else:
            decoder = own
        decoder.options = {"max_pixels": str(MAX_PIXELS)}
        decoder.thread_type = "AUTO"
        if self._only_sync_frames:
            decoder.skip_frame = "NONKEY"
        return decoder

    def _look(self) -> Shown:
        """Decode the first frames: they give the zero of time and say whether pictures are interlaced."""
        frames: list[VideoFrame] = []
        for frame in self._raw_frames():
            frames.append(frame)
            if len(frames) >= (1 if self._only_sync_frames else _LOOK_FRAMES):
                break
        if not frames:
            raise UnreadableMedia(f"{self._path.name}: none of its pictures can be decoded")
        self._is_interlaced = 4 * sum(frame.interlaced_frame for frame in frames) >= len(frames)
        first = frames[0]
        has_time = first.pts is not None and first.time_base is not None
        self._zero = float(first.pts * first.time_base) if has_time else 0.0  # type: ignore[operator]
        return Shown(0.0, 0, first)

    def _decode(self, *, index: int | None) -> Iterator[Shown]:
        frames = self._raw_frames()
        if self._is_interlaced and not self._only_sync_frames:
            frames = deinterlaced(frames)
        previous = -self._step
        for frame in frames:
            if frame.pts is None or frame.time_base is None:
                seconds = previous + self._step
            else:
                seconds = float(frame.pts * frame.time_base) - (self._zero or 0.0)
            previous = seconds
            yield Shown(seconds, index, frame)
            index = None if index is None else index + 1

    def _raw_frames(self) -> Iterator[VideoFrame]:
        for packet in packets(self._container, (self.stream,)):
            yield from self._decoded(packet)
        yield from self._decoded(None)

    def _decoded(self, packet: Packet[Any] | None) -> list[VideoFrame]:
        try:
            frames = [frame for frame in self._decoder.decode(packet) if not frame.is_corrupt]
        except (av.FFmpegError, ValueError):
            return []
        for frame in frames:
            if frame.time_base is None and self.stream.time_base is not None:
                frame.time_base = self.stream.time_base  # the last ones, which no packet accompanies
        return frames
