"""`kinora probe FILE`: the facts of a media file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kinora import config
from kinora.cli.output import out, print_json
from kinora.media.facts import MediaFile, VideoTrack
from kinora.timebase import format_timecode


@click.command("probe")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    """Print what FILE holds: streams, length, rotation, colour, chapters, subtitles."""
    from pydantic import TypeAdapter

    from kinora.media.probe import probe

    facts = probe(file, config.current())
    if as_json:
        print_json({"file": str(file), **TypeAdapter(MediaFile).dump_python(facts, mode="json")})
        return
    for line in describe(facts):
        out.print(line, markup=False)


def describe(facts: MediaFile) -> list[str]:
    """Return the facts as lines for a person."""
    lines = [f"{facts.format_name}, {format_timecode(facts.duration_seconds)}, {facts.size_bytes:,} bytes"]
    if facts.video:
        lines.append(f"picture: {_describe_video(facts.video)}")
    lines += [
        f"sound: {track.codec}, {track.sample_rate_hz} Hz, {track.num_channels} channels{_named(track)}"
        for track in facts.audio
    ]
    lines += [
        f"subtitles: {track.codec}{' (pictures)' if not track.is_text else ''}{_named(track)}"
        for track in facts.subtitles
    ]
    lines += [f"chapter {format_timecode(chapter.start_seconds)} {chapter.title}" for chapter in facts.chapters]
    return lines + [f"note: {warning}" for warning in facts.warnings]


def _describe_video(video: VideoTrack) -> str:
    rate = f"{float(video.frame_rate):.3f} frames/s" if video.frame_rate else "no frame rate"
    traits = [
        ("variable frame rate", video.is_variable_frame_rate),
        (f"turned {video.rotation_degrees}°", bool(video.rotation_degrees)),
        ("HDR", video.is_hdr),
        ("interlaced", video.is_interlaced),
        ("alpha", video.has_alpha),
        (f"{video.bit_depth} bit", video.bit_depth != 8),
    ]
    words = [f"{video.codec} {video.width}x{video.height}", rate, *(name for name, holds in traits if holds)]
    return ", ".join(words)


def _named(track: Any) -> str:
    return "".join(f", {part}" for part in (track.language, track.title) if part)
