"""The ladder: which renditions a video gets, and whether browsers can play the file as it is.

A rung is named by the box it fits in: a 16:9 box of a ladder height, lying for landscape pictures and standing for
portrait ones, so a portrait rung is counted by its shorter side. No rung is larger than the source. Sound is stored
once, in a rung of its own of height 0, and every picture rung plays with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from kinora.media.facts import AudioTrack, MediaFile, VideoTrack

SOUND_HEIGHT = 0
H264, AV1 = "h264", "av1"
_AV1_SHARE = 0.65  # of the bits that H.264 may take at most
SOUND_BITRATE_BPS = 128_000
MAX_FRAME_RATE = 60
_LONG_SECONDS = 20 * 60

_BOX_ASPECT = Fraction(16, 9)
# A rung this close to the top one stores the same picture twice.
_TOO_CLOSE = 0.9
_COPY_BITRATE_FACTOR = 1.5
# Most bits a second that H.264 at `veryfast` needs for a 16:9 picture of this height at up to 30 frames a second.
_BITRATES_BPS = ((240, 400_000), (360, 800_000), (480, 1_400_000), (720, 3_000_000), (1080, 6_000_000))


@dataclass(frozen=True)
class Rung:
    """One encoding to make; `height` and `width` are the pixels shown, both even, and 0 in the sound rung.

    `video_bitrate_bps` is the most the picture may take; the encoder aims at even quality below it.
    """

    height: int
    width: int
    video_bitrate_bps: int
    audio_bitrate_bps: int
    codec: str = H264

    @property
    def is_sound(self) -> bool:
        return self.height == SOUND_HEIGHT

    @property
    def folder_name(self) -> str:
        """Return the folder below `hls/` that holds this rung; it names the rung too."""
        return folder_of(self.height, self.codec)


def folder_of(height: int, codec: str) -> str:
    """Return the name of a rendition's folder: `0p`, `720p`, `720p-av1`."""
    return f"{height}p" if codec == H264 else f"{height}p-{codec}"


def plan_ladder(facts: MediaFile, heights: Sequence[int], codecs: Sequence[str] = (H264,)) -> tuple[Rung, ...]:
    """Return the rungs to make, in the order to make them.

    The sound (if any), then the pictures in H.264, lowest first, then the same in AV1 where it is among the codecs.
    """
    sound = (Rung(SOUND_HEIGHT, 0, 0, SOUND_BITRATE_BPS),) if facts.audio else ()
    if facts.video is None:
        return sound
    pictures = _picture_rungs(facts.video, heights)
    if AV1 not in codecs:
        return sound + pictures
    return sound + pictures + tuple(_as_av1(rung) for rung in pictures)


def _as_av1(rung: Rung) -> Rung:
    return replace(rung, codec=AV1, video_bitrate_bps=int(rung.video_bitrate_bps * _AV1_SHARE))


def first_playable(rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """Return the rungs that make a video playable soonest: the sound and the lowest picture, made in one run."""
    pictures = [rung for rung in rungs if not rung.is_sound and rung.codec == H264]
    return tuple(rung for rung in rungs if rung.is_sound) + tuple(pictures[:1])


def plan_runs(rungs: Sequence[Rung], duration_seconds: float) -> tuple[tuple[Rung, ...], ...]:
    """Return which rungs to make in one FFmpeg run each time: first what makes the video playable, then the rest.

    One decode for all the rest costs a fifth less; a long video goes rung by rung, so that each is published as it
    is done and a stopped worker loses one rung, not all. AV1 takes long, and goes rung by rung always.
    """
    first = first_playable(rungs)
    rest = tuple(rung for rung in rungs if rung not in first and rung.codec == H264)
    slow = tuple((rung,) for rung in rungs if rung.codec != H264)
    if duration_seconds > _LONG_SECONDS:
        return tuple(run for run in (first, *((rung,) for rung in rest), *slow) if run)
    return tuple(run for run in (first, rest, *slow) if run)


def _picture_rungs(video: VideoTrack, heights: Sequence[int]) -> tuple[Rung, ...]:
    scales = sorted({min(Fraction(1), _scale_to_box(video, height)) for height in heights})
    if not scales:
        return ()
    top = scales[-1]
    kept = [scale for scale in scales if scale == top or scale < top * Fraction(_TOO_CLOSE)]
    rungs = {rung.height: rung for rung in (_rung(video, scale) for scale in kept)}
    return tuple(rungs[height] for height in sorted(rungs))


def _scale_to_box(video: VideoTrack, height: int) -> Fraction:
    shorter, longer = sorted((max(1, video.width), max(1, video.height)))
    return min(Fraction(height, shorter), Fraction(height) * _BOX_ASPECT / longer)


def _rung(video: VideoTrack, scale: Fraction) -> Rung:
    width, height = _even(video.width * scale, video.width), _even(video.height * scale, video.height)
    return Rung(height, width, _bitrate_bps(width, height, video.frame_rate), 0)


def _even(length: Fraction, source_length: int) -> int:
    """Return the nearest even number of pixels that is no more than the source has, at least 2."""
    nearest = round(length / 2) * 2
    return max(2, nearest if nearest <= source_length else nearest - 2)


def _bitrate_bps(width: int, height: int, frame_rate: Fraction | None) -> int:
    """Return the most bits a second by pixels, by proportion between entries; 1.5 times above 30 frames a second."""
    pixels = width * height
    table_pixels = [float(box * box * _BOX_ASPECT) for box, _ in _BITRATES_BPS]
    bitrate = float(np.interp(pixels, table_pixels, [entry for _, entry in _BITRATES_BPS]))
    if pixels < table_pixels[0]:
        bitrate *= max(0.2, pixels / table_pixels[0])
    return int(bitrate * (1.5 if frame_rate and frame_rate > 31 else 1.0))


def is_web_playable(facts: MediaFile) -> bool:
    """Return whether current Chromium, Firefox and Safari all play the file itself, and show it right."""
    return why_not_web_playable(facts) == ""


def is_copyable(facts: MediaFile, rung: Rung) -> bool:
    """Return whether the file's own H.264 is fit to be this rung: its size, played anywhere, not far over its bits.

    Whether its sync frames are near enough to each other shows only when it is cut, see `renditions.py`.
    """
    video = facts.video
    if video is None or video.codec != "h264" or _why_not_picture(video) or video.rotation_degrees:
        return False
    bitrate_bps = video.bitrate_bps or (facts.size_bytes * 8 / facts.duration_seconds if facts.duration_seconds else 0)
    is_same_size = (rung.width, rung.height) == (video.coded_width, video.coded_height)
    is_container_indexed = _container_of(facts.format_name) in (_MP4, _WEBM)
    return is_same_size and is_container_indexed and 0 < bitrate_bps <= _COPY_BITRATE_FACTOR * rung.video_bitrate_bps


# What ffmpeg calls a container → the picture and sound codecs that browsers take in it.
_MP4, _WEBM = "mp4", "webm"
_PICTURE_CODECS = {_MP4: {"h264"}, _WEBM: {"vp8", "vp9", "av1"}}
_SOUND_CODECS = {_MP4: {"aac", "mp3"}, _WEBM: {"vorbis", "opus"}}
# Sound alone: Ogg is left out (Safari took it up late), PCM only as plain WAV.
_SOUND_FILES = {"mp3": {"mp3"}, "flac": {"flac"}, "wav": {"pcm_s16le"}, _MP4: {"aac", "mp3"}}
_H264_PROFILES = {"", "Baseline", "Constrained Baseline", "Main", "High"}
_MAX_H264_LEVEL = 52
_MAX_SIDE, _MAX_PIXELS, _MAX_ORIGINAL_FRAME_RATE = 4096, 4096 * 2304, 61
_MAX_BITRATE_BPS = 40_000_000


def why_not_web_playable(facts: MediaFile) -> str:
    """Return the reason that the file itself can't be given to every browser, "" when it can."""
    container = _container_of(facts.format_name)
    if facts.video is None:
        return _why_not_sound_alone(container, facts.audio)
    if container not in _PICTURE_CODECS:
        return f"browsers don't open the container {facts.format_name}"
    if facts.video.codec not in _PICTURE_CODECS[container]:
        return f"not every browser plays {facts.video.codec} in {container}"
    if facts.audio and facts.audio[0].codec not in _SOUND_CODECS[container]:
        return f"not every browser plays {facts.audio[0].codec} sound in {container}"
    if facts.duration_seconds > 0 and facts.size_bytes * 8 / facts.duration_seconds > _MAX_BITRATE_BPS:
        return "more bits a second than a connection carries"
    return _why_not_picture(facts.video)


def _container_of(format_name: str) -> str:
    names = format_name.split(",")
    if "mp4" in names or "mov" in names:
        return _MP4
    return _WEBM if "webm" in names else names[0]


def _why_not_sound_alone(container: str, audio: tuple[AudioTrack, ...]) -> str:
    if not audio:
        return "nothing to play"
    if audio[0].codec not in _SOUND_FILES.get(container, set()):
        return f"not every browser plays {audio[0].codec} sound in {container}"
    return ""


def _why_not_picture(video: VideoTrack) -> str:
    checks = (
        (video.codec == "h264" and video.profile not in _H264_PROFILES, f"H.264 {video.profile} has no browser"),
        (video.codec == "h264" and (video.level or 0) > _MAX_H264_LEVEL, "H.264 level above 5.2"),
        (video.bit_depth > 8, "more than 8 bits a sample"),
        (not _is_420(video.pixel_format), f"{video.pixel_format} is not 4:2:0"),
        (video.is_hdr, "HDR is shown washed out on ordinary screens"),
        (video.is_interlaced, "browsers don't deinterlace"),
        (video.has_alpha, "transparent parts would show the page"),
        (video.sample_aspect_ratio not in (0, 1), "browsers disagree about pixels that are not square"),
        (max(video.coded_width, video.coded_height) > _MAX_SIDE, "larger than decoders in phones take"),
        (video.coded_width * video.coded_height > _MAX_PIXELS, "more pixels than decoders in phones take"),
        ((video.frame_rate or 0) > _MAX_ORIGINAL_FRAME_RATE, "more than 60 frames a second"),
    )
    return next((reason for is_so, reason in checks if is_so), "")


def _is_420(pixel_format: str) -> bool:
    return pixel_format in ("yuv420p", "yuvj420p", "nv12", "")
