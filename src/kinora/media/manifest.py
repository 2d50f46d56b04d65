"""The main HLS manifest: which renditions there are so far.

The media manifests of the single renditions are written by the encoder, see `renditions.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kinora.media.cmaf import MEDIA_NAME
from kinora.media.ladder import H264, SOUND_HEIGHT, folder_of

MAIN_NAME = "main.m3u8"
_SOUND_GROUP = "sound"


@dataclass(frozen=True)
class Rendition:
    """One encoding that is ready in `hls/<height>p/`; height 0 is the sound.

    `bitrate_bps` is that of its busiest segment, as HLS asks for.
    """

    height: int
    width: int
    bitrate_bps: int
    codecs: str
    size_bytes: int
    average_bitrate_bps: int = 0
    frame_rate: float = 0.0
    codec: str = H264
    quality: dict[str, float] = field(default_factory=dict)  # what was aimed at and measured, where it was

    @property
    def folder_name(self) -> str:
        return folder_of(self.height, self.codec)


def write_main_manifest(hls_dir: Path, renditions: Iterable[Rendition]) -> Path:
    """Write `main.m3u8` for what is there so far, by rename: players see the old one or the new one."""
    hls_dir.mkdir(parents=True, exist_ok=True)
    unfinished = hls_dir / f".{MAIN_NAME}.part"
    unfinished.write_text(main_manifest(renditions), encoding="utf-8")
    os.replace(unfinished, hls_dir / MAIN_NAME)
    return hls_dir / MAIN_NAME


def main_manifest(renditions: Iterable[Rendition]) -> str:
    """Return the text of the main manifest: the pictures, lowest first, each with the one sound group.

    A player that knows AV1 keeps to its lines; H.264 comes first, so one that chooses nothing plays anyhow.
    """
    ordered = sorted(renditions, key=lambda rendition: (rendition.codec != H264, rendition.height))
    sound = next((one for one in ordered if one.height == SOUND_HEIGHT), None)
    pictures = [one for one in ordered if one.height != SOUND_HEIGHT]
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound and pictures:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_SOUND_GROUP}",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="2",URI="{sound.folder_name}/{MEDIA_NAME}"'
        )
    for picture in pictures:
        lines += _variant(picture, sound)
    if sound and not pictures:
        lines += _variant(sound, None)
    return "\n".join(lines) + "\n"


def _variant(rendition: Rendition, sound: Rendition | None) -> list[str]:
    parts = [rendition, sound] if sound else [rendition]
    average = sum(part.average_bitrate_bps or part.bitrate_bps for part in parts)
    attributes = [f"BANDWIDTH={sum(part.bitrate_bps for part in parts)}", f"AVERAGE-BANDWIDTH={average}"]
    attributes.append('CODECS="' + ",".join(part.codecs for part in parts) + '"')
    if rendition.height:
        attributes.append(f"RESOLUTION={rendition.width}x{rendition.height}")
    if rendition.frame_rate:
        attributes.append(f"FRAME-RATE={rendition.frame_rate:.3f}")
    if sound:
        attributes.append(f'AUDIO="{_SOUND_GROUP}"')
    return ["#EXT-X-STREAM-INF:" + ",".join(attributes), f"{rendition.folder_name}/{MEDIA_NAME}"]
