"""Read a file's facts: the work that `probe` does in a confined child."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinora.errors import MediaTooLarge, UnreadableMedia, UnsupportedMedia
from kinora.media import colour
from kinora.media.demux import is_film, main_audio, main_video, open_media, zero_seconds
from kinora.media.facts import AudioTrack, Chapter, MediaFile, SubtitleTrack, VideoTrack
from kinora.media.timing import Timing, packets, read_timing
from kinora.media.upright import Turn, plausible_aspect, shown_size, turn_of

_TEXT_SUBTITLES = {"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text", "ttml", "subviewer", "microdvd"}
_PICTURE_SUBTITLES = {"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"}
_STILL_BRANDS = ("heic", "heix", "mif1", "avif")
_LOOK_FRAMES = 12
_LOOK_PACKETS = 600
_LOOK_SECONDS = 8.0
_MOST_TAGS, _MOST_TAG_LETTERS, _MOST_CHAPTERS = 40, 1000, 500


@dataclass(frozen=True)
class FactLimits:
    """The parts of the settings that a file may not exceed."""

    max_pixels: int
    max_duration_seconds: int
    max_streams: int


def read_facts(path: Path, limits: FactLimits) -> MediaFile:
    """Return the facts of a file, having decoded its first picture or sound.

    Raises:
        UnreadableMedia, UnsupportedMedia, MediaTooLarge: one sentence on why it can't be taken.
    """
    try:
        with open_media(path, max_pixels=limits.max_pixels) as container:
            return _facts(path, container, limits)
    except UnreadableMedia:
        if _looks_encrypted(path):
            raise _encrypted(path) from None
        raise
    except av.FFmpegError as error:
        raise UnreadableMedia(f"{path.name} is damaged: it can't be read ({error.strerror})") from error


def _facts(path: Path, container: InputContainer, limits: FactLimits) -> MediaFile:
    _check_streams(path, container, limits)
    video, audio = main_video(container), main_audio(container)
    warnings = _warnings(container)
    main = video or audio
    if main is None:
        raise _nothing_to_play(path, container)
    others = tuple(stream for stream in (audio,) if stream is not None and stream is not main)
    timing = read_timing(container, main, others)
    if timing.duration_seconds > limits.max_duration_seconds:
        raise MediaTooLarge(
            f"{path.name} is {timing.duration_seconds / 3600:.1f} hours long; at most"
            f" {limits.max_duration_seconds / 3600:g} hours are accepted",
            hint="KINORA_MAX_DURATION_SECONDS sets the limit",
        )
    track = None
    if video is not None:
        frames = _first_frames(path, video, limits)
        if timing.is_counted and any(frame.interlaced_frame for frame in frames):
            timing = _counted_in_frames(path, video, timing)
        track = _video_track(video, frames, timing)
        _refuse_still(path, container, timing)
    else:
        _look_at_sound(path, main)
    if timing.duration_seconds <= 0:
        raise UnreadableMedia(f"{path.name} is damaged: none of its {main.type} can be read")
    if timing.is_cut_short:
        warnings.append(f"the file is cut short: it ends after {timing.duration_seconds:.1f} s")
    return MediaFile(
        format_name=container.format.name,
        size_bytes=path.stat().st_size,
        duration_seconds=round(timing.duration_seconds, 6),
        video=track,
        audio=tuple(filter(None, map(_audio_track, container.streams.audio))),
        subtitles=tuple(filter(None, map(_subtitle_track, container.streams.subtitles))),
        chapters=_chapters(container, timing.duration_seconds),
        tags=_tags(container.metadata),
        warnings=tuple(warnings),
    )


def _check_streams(path: Path, container: InputContainer, limits: FactLimits) -> None:
    if len(container.streams) > limits.max_streams:
        raise MediaTooLarge(
            f"{path.name} holds {len(container.streams)} streams; at most {limits.max_streams} are accepted",
            hint="KINORA_MAX_STREAMS sets the limit",
        )
    for stream in container.streams.video:
        context = stream.codec_context
        if is_film(stream) and context.width * context.height > limits.max_pixels:
            raise MediaTooLarge(
                f"{path.name} is {context.width}×{context.height}; at most {limits.max_pixels / 1e6:.1f} megapixels"
                " are accepted",
                hint="KINORA_MAX_PIXELS sets the limit",
            )


def _nothing_to_play(path: Path, container: InputContainer) -> UnreadableMedia | UnsupportedMedia:
    if any(stream.type in ("video", "audio") and stream.codec_context is None for stream in container.streams):
        return UnsupportedMedia(f"{path.name} uses a picture or sound format that this machine has no decoder for")
    return UnreadableMedia(f"{path.name} holds neither moving pictures nor sound")


def _warnings(container: InputContainer) -> list[str]:
    missing = [s.index for s in container.streams if s.type in ("video", "audio") and s.codec_context is None]
    films = [stream for stream in container.streams.video if is_film(stream)]
    made = [f"stream {index} has no decoder here and is left out" for index in missing]
    if len(films) > 1:
        made.append(f"of {len(films)} picture streams only the largest is used")
    return made


def _refuse_still(path: Path, container: InputContainer, timing: Timing) -> None:
    """Refuse a photograph: HEIF and AVIF files are MP4 boxes too."""
    brands = container.metadata.get("major_brand", "") + container.metadata.get("compatible_brands", "")
    if timing.num_frames == 1 and any(brand in brands for brand in _STILL_BRANDS):
        raise UnreadableMedia(f"{path.name} is a still picture, not a video or sound file")


def _counted_in_frames(path: Path, stream: VideoStream, timing: Timing) -> Timing:
    """Correct the length of a raw stream of fields, where two packets make one frame, by decoding it."""
    num_frames = num_packets = 0
    give_up = time.monotonic() + _LOOK_SECONDS
    with open_media(path) as container:
        own = container.streams[stream.index]
        assert isinstance(own, VideoStream)
        for packet in packets(container, (own,)):
            num_packets += bool(packet.size)
            num_frames += len(_decoded(packet))
            if time.monotonic() > give_up:
                break
        num_frames += len(_flushed(own))
    if not num_frames or not timing.num_frames or not num_packets:
        return timing
    share = Fraction(num_frames, num_packets)
    return replace(
        timing,
        duration_seconds=float(timing.duration_seconds * share),
        num_frames=round(timing.num_frames * share),
    )


def _decoded(packet: Packet[Any]) -> list[Any]:
    try:
        return list(packet.decode())
    except (av.FFmpegError, ValueError):
        return []


def _video_track(stream: VideoStream, frames: list[VideoFrame], timing: Timing) -> VideoTrack:
    first, context = frames[0], stream.codec_context
    turn = turn_of(first)
    aspect = plausible_aspect(stream.sample_aspect_ratio)
    width, height = shown_size(first.width, first.height, aspect, turn)
    base = _coloured(stream, frames, turn)
    return replace(
        base,
        width=width,
        height=height,
        sample_aspect_ratio=aspect,
        frame_rate=timing.frame_rate,
        is_variable_frame_rate=timing.is_variable_frame_rate,
        num_frames=timing.num_frames,
        bitrate_bps=context.bit_rate or None,
    )


def _coloured(stream: VideoStream, frames: list[VideoFrame], turn: Turn) -> VideoTrack:
    first, context = frames[0], stream.codec_context
    components = first.format.components
    return VideoTrack(
        stream_index=stream.index,
        codec=context.codec.canonical_name,
        width=0,
        height=0,
        coded_width=first.width,
        coded_height=first.height,
        sample_aspect_ratio=Fraction(1),
        rotation_degrees=turn.clockwise_degrees,
        frame_rate=None,
        is_variable_frame_rate=False,
        pixel_format=first.format.name,
        bit_depth=max(component.bits for component in components),
        color_primaries=colour.PRIMARIES.get(first.color_primaries, ""),
        color_transfer=colour.TRANSFERS.get(first.color_trc, ""),
        color_space=colour.SPACES.get(first.colorspace, ""),
        color_range=colour.RANGES.get(first.color_range, ""),
        is_hdr=first.color_trc in colour.HDR_TRANSFERS,
        is_interlaced=4 * sum(frame.interlaced_frame for frame in frames) >= len(frames),
        has_alpha=any(component.is_alpha for component in components) or stream.metadata.get("alpha_mode") == "1",
        profile=stream.profile or "",
        level=context.level if context.level and context.level > 0 else None,
    )


def _first_frames(path: Path, stream: VideoStream, limits: FactLimits) -> list[VideoFrame]:
    """Decode the first few frames in a reading of their own; damaged ones are passed over."""
    frames: list[VideoFrame] = []
    give_up = time.monotonic() + _LOOK_SECONDS
    with open_media(path, max_pixels=limits.max_pixels) as container:
        own = container.streams[stream.index]
        assert isinstance(own, VideoStream)
        own.codec_context.options = {"max_pixels": str(limits.max_pixels)}
        own.codec_context.thread_type = "SLICE"
        for count, packet in enumerate(packets(container, (own,))):
            if packet.has_sidedata("encryption_info"):
                raise _encrypted(path)
            frames += _decoded(packet)
            if len(frames) >= _LOOK_FRAMES or count >= _LOOK_PACKETS or time.monotonic() > give_up:
                break
        if not frames:
            frames += _flushed(own)
    if not frames:
        name = stream.codec_context.codec.canonical_name
        raise UnsupportedMedia(f"{path.name}: its {name} pictures can't be decoded; the file is damaged or encrypted")
    return frames


def _flushed(stream: VideoStream) -> list[VideoFrame]:
    try:
        return list(stream.codec_context.decode(None))
    except (av.FFmpegError, ValueError):
        return []


def _look_at_sound(path: Path, stream: Stream) -> None:
    """Decode a little of a file that is only sound."""
    with open_media(path) as container:
        own = container.streams[stream.index]
        for count, packet in enumerate(packets(container, (own,))):
            if packet.has_sidedata("encryption_info"):
                raise _encrypted(path)
            if _decoded(packet):
                return
            if count >= _LOOK_PACKETS:
                break
    raise UnsupportedMedia(f"{path.name}: its sound can't be decoded; the file is damaged or encrypted")


def _audio_track(stream: AudioStream) -> AudioTrack | None:
    context = stream.codec_context
    if context is None or not context.sample_rate or not context.channels:
        return None
    return AudioTrack(
        stream_index=stream.index,
        codec=context.codec.canonical_name,
        sample_rate_hz=context.sample_rate,
        num_channels=context.channels,
        language=_language(stream),
        title=stream.metadata.get("title", "")[:_MOST_TAG_LETTERS],
        bitrate_bps=context.bit_rate or None,
    )


def _subtitle_track(stream: Stream) -> SubtitleTrack | None:
    context = stream.codec_context
    codec = context.codec.canonical_name if context is not None else "webvtt" if _is_matroska(stream) else ""
    if codec not in _TEXT_SUBTITLES | _PICTURE_SUBTITLES:
        return None
    title = stream.metadata.get("title", "")[:_MOST_TAG_LETTERS]
    return SubtitleTrack(stream.index, codec, codec in _TEXT_SUBTITLES, _language(stream), title)


def _is_matroska(stream: Stream) -> bool:
    # FFmpeg knows no codec for WebVTT as Matroska files of the web keep it (D_WEBVTT), but its packets are text.
    return "matroska" in stream.container.format.name


def _language(stream: Stream) -> str:
    language = (stream.metadata.get("language") or "").strip().lower()
    return "" if language in ("und", "unk", "```") else language[:35]


def _chapters(container: InputContainer, duration_seconds: float) -> tuple[Chapter, ...]:
    zero, made = zero_seconds(container), []
    for chapter in container.chapters()[:_MOST_CHAPTERS]:
        base = chapter["time_base"] or Fraction(1)
        start = max(0.0, float(chapter["start"] * base) - zero)
        end = min(float(chapter["end"] * base) - zero, duration_seconds)
        if start < end:
            title = chapter["metadata"].get("title", "")[:_MOST_TAG_LETTERS]
            made.append(Chapter(round(start, 6), round(end, 6), title))
    return tuple(made)


def _tags(metadata: dict[str, str]) -> dict[str, str]:
    kept = list(metadata.items())[:_MOST_TAGS]
    return {key[:80]: text[:_MOST_TAG_LETTERS] for key, text in kept}


def _encrypted(path: Path) -> UnsupportedMedia:
    return UnsupportedMedia(
        f"{path.name} is encrypted; only files without copy protection are accepted",
        hint="export it without protection, or ask whoever made it for an open copy",
    )


def _looks_encrypted(path: Path) -> bool:
    """Return whether an MP4 that can't be opened says in its first mebibyte that it is encrypted."""
    with path.open("rb") as file:
        head = file.read(1 << 20)
    return head[4:8] == b"ftyp" and (b"encv" in head or b"enca" in head) and b"sinf" in head
