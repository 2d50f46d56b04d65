"""What FFmpeg is told to make rungs: one decode, one picture chain, as many outputs as rungs.

The picture is turned upright, deinterlaced, laid over black, made 8-bit BT.709 and scaled to the largest rung; smaller
rungs are scaled from larger ones. Every rung and the sound begin at 0 and share the file's clock: the first frame is
held from 0, so nothing has to be signalled in an edit list, which players read differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import Bug
from kinora.media.cmaf import INIT_NAME, MEDIA_NAME
from kinora.media.facts import MediaFile, VideoTrack
from kinora.media.ladder import AV1, H264, MAX_FRAME_RATE, Rung

SEGMENT_SECONDS = 4
CRF = {H264: 23, AV1: 35}  # what looks about alike to VMAF, where nothing is measured
_SAMPLE_RATE_HZ = 48_000
# FFmpeg's AAC encoder begins with this many samples of its own; as many of the sound are left out for them.
_AAC_PRIMING_SAMPLES = 1024


@dataclass(frozen=True)
class Output:
    """A rung and how it is made: `is_copied` repackages the file's own H.264."""

    rung: Rung
    is_copied: bool = False
    crf: int | None = None  # the encoder's own scale, lower is better; None: the usual one


def rung_arguments(facts: MediaFile, outputs: Sequence[Output], original: Path, out_dir: Path) -> list[str]:
    """Return FFmpeg's arguments from the input on; each rung goes to `out_dir/<height>p/`."""
    pictures = [output.rung for output in outputs if not output.rung.is_sound and not output.is_copied]
    arguments = ["-max_error_rate", "1", *decoder_arguments(facts), "-i", str(original)]
    if pictures:
        if facts.video is None:
            raise Bug(f"a picture rung was asked of {original.name}, which has no picture")
        arguments += ["-filter_complex", picture_graph(facts.video, pictures)]
    for output in outputs:
        arguments += _maps(facts, output) + _segmenting(out_dir / output.rung.folder_name)
    return arguments


def picture_graph(video: VideoTrack, rungs: Sequence[Rung]) -> str:
    """Return the filter graph from the file's picture to one pad `p<height>` a rung, scaled from large to small."""
    ordered = sorted(rungs, key=lambda rung: rung.height, reverse=True)
    top = ordered[0]
    parts = [f"[0:{video.stream_index}]" + ",".join([*_to_upright(video), *to_bt709(video, top)])]
    for place, rung in enumerate(ordered):
        is_last = place == len(ordered) - 1
        parts[-1] += f"[p{rung.height}]" if is_last else f",split[p{rung.height}][larger{place}]"
        if not is_last:
            smaller = ordered[place + 1]
            parts.append(f"[larger{place}]scale={smaller.width}:{smaller.height}:flags=bicubic,setsar=1")
    return ";".join(parts)


def decoder_arguments(facts: MediaFile) -> list[str]:
    """Return the decoder to name: FFmpeg's own VP8 and VP9 decoders drop the transparency."""
    if facts.video and facts.video.has_alpha and facts.video.codec in ("vp8", "vp9"):
        return ["-c:v", {"vp8": "libvpx", "vp9": "libvpx-vp9"}[facts.video.codec]]
    return []


def _to_upright(video: VideoTrack) -> list[str]:
    """Return the filters of time and shape; FFmpeg itself turns the picture before them."""
    filters = []
    if video.is_interlaced:
        filters.append("bwdif=mode=send_frame:deint=interlaced")
    if video.is_variable_frame_rate or (video.frame_rate or 0) > MAX_FRAME_RATE + 1:
        # Lets go of frames that come sooner than 1/60 s after the last one kept, whatever the rate just there.
        filters.append(f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,1/{MAX_FRAME_RATE + 1})'")
    filters.append("setpts='if(eq(N,0),0,PTS)'")
    if video.has_alpha:
        filters.append("format=gbrap,premultiply=inplace=1,format=gbrp")
    return filters


def to_bt709(video: VideoTrack, rung: Rung) -> list[str]:
    """Return the filters to the rung's size and 8-bit BT.709, in which browsers show all colours alike."""
    size = f"scale={rung.width}:{rung.height}:flags=bicubic"
    if video.is_hdr:
        chain = [size, "format=yuv420p10le", *_tone_mapping(video)]
    else:
        chain = [f"{size}{_matrix_in(video)}:out_color_matrix=bt709:out_range=tv"]
    tags = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
    return [*chain, "format=yuv420p", tags, "setsar=1"]


def _matrix_in(video: VideoTrack) -> str:
    """Return the matrix to assume where the file names none: as televisions do, by size."""
    is_named = video.color_space not in ("", "unknown", "unspecified", "reserved")
    if is_named or not video.pixel_format.startswith(("yuv", "nv", "p0")):
        return ""
    return f":in_color_matrix={'bt709' if video.coded_height >= 720 else 'bt601'}"


def _tone_mapping(video: VideoTrack) -> list[str]:
    """Return the filters from PQ or HLG to ordinary light; 203 cd/m² is white (ITU-R BT.2408)."""
    transfer = "arib-std-b67" if video.color_transfer == "arib-std-b67" else "smpte2084"
    range_in = "full" if video.color_range in ("pc", "jpeg", "full") else "limited"
    return [
        f"zscale=tin={transfer}:pin=bt2020:min=bt2020nc:rin={range_in}:t=linear:npl=203",
        "format=gbrpf32le",
        "zscale=p=bt709",
        "tonemap=tonemap=mobius:desat=0",
        "zscale=t=bt709:m=bt709:r=limited",
    ]


def _maps(facts: MediaFile, output: Output) -> list[str]:
    rung = output.rung
    if rung.is_sound:
        return ["-map", f"0:{facts.audio[0].stream_index}", *_sound(rung)]
    if output.is_copied and facts.video is not None:
        return ["-map", f"0:{facts.video.stream_index}", "-c:v", "copy"]
    return ["-map", f"[p{rung.height}]", *picture_arguments(output)]


def picture_arguments(output: Output) -> list[str]:
    """Return the picture encoder's options for a rung."""
    return _av1(output) if output.rung.codec == AV1 else _h264(output)


def _h264(output: Output) -> list[str]:
    """Return the encoder's options: even quality below a cap, a sync frame every segment by time, not by number."""
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", str(output.crf or CRF[H264])),
        *_capped(output.rung),
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})", "-forced-idr", "1", "-g", "600"),
        *("-fps_mode", "vfr"),
    ]


def _av1(output: Output) -> list[str]:
    """Return SVT-AV1's options: the same even quality below a cap, sync frames forced at the same instants."""
    return [
        *("-c:v", "libsvtav1", "-preset", "8", "-crf", str(output.crf or CRF[AV1])),
        *_capped(output.rung),
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})", "-g", "600"),
        *("-svtav1-params", "tune=0:enable-overlays=0:scd=0", "-fps_mode", "vfr"),
    ]


def _capped(rung: Rung) -> list[str]:
    return ["-maxrate", str(rung.video_bitrate_bps), "-bufsize", str(2 * rung.video_bitrate_bps)]


def _sound(rung: Rung) -> list[str]:
    in_step = f"aresample={_SAMPLE_RATE_HZ}:async=1:first_pts=0,aformat=channel_layouts=stereo"
    unprimed = f"atrim=start_sample={_AAC_PRIMING_SAMPLES},asetpts=PTS-STARTPTS"
    return ["-af", f"{in_step},{unprimed}", "-c:a", "aac", "-b:a", str(rung.audio_bitrate_bps)]


def _segmenting(folder: Path) -> list[str]:
    """Return the options of one CMAF output: none of the file's metadata, no edit list, signed composition offsets."""
    return [
        *("-map_metadata", "-1", "-map_chapters", "-1", "-f", "hls", "-hls_time", str(SEGMENT_SECONDS)),
        *("-hls_playlist_type", "vod", "-hls_list_size", "0", "-start_number", "1"),
        *("-hls_flags", "independent_segments", "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", INIT_NAME),
        *("-hls_segment_options", "movflags=+negative_cts_offsets:use_editlist=0"),
        *("-hls_segment_filename", str(folder / "%05d.m4s"), str(folder / MEDIA_NAME)),
    ]
