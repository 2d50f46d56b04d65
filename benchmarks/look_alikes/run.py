"""Measure the picture descriptor under edits; see README.md."""

from __future__ import annotations

import argparse
import io
import json
import platform
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from kinora.errors import KinoraError
from kinora.media.demux import main_video, open_media
from kinora.moments.descriptor import DESCRIPTOR_DIM, DESCRIPTOR_NAME, WEIGHTS, joined, parts_of, picture_descriptor

SAME_CONTENT = {
    "chrome_hammock": "hammock", "autocut_bilingual": "autocut", "asl_gestures": "signing", "grid_faces": "faces",
    "whiteboard_meeting.webm": "meeting", "meeting_room_two_men.webm": "meeting",
    "tears_of_steel_16s_av1.webm": "tears", "tears_of_steel_16s_vp9.webm": "tears",
    "flower_opening.mp4": "flower", "flower_opening.webm": "flower",
}  # fmt: skip
COPIES = ("chrome.webm", "tears_of_steel_16s_av1.webm", "flower_opening.webm", "test002.mov", "test003.mkv")
SUFFIXES = {".mp4", ".webm", ".mkv", ".mov", ".mpg", ".gif"}
HEIGHT = 270
OTHER_WEIGHTS = {
    "edges alone": (1.0, 0.0, 0.0), "layout alone": (0.0, 1.0, 0.0), "colours alone": (0.0, 0.0, 1.0),
    "equal": (0.577, 0.577, 0.577), "more edges": (0.74, 0.52, 0.42), "more layout": (0.52, 0.74, 0.42),
    "fewer colours": (0.67, 0.67, 0.32), "chosen": WEIGHTS,
}  # fmt: skip


def frames_of(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    with open_media(path) as container:
        stream = main_video(container)
        next_seconds = 0.0
        for frame in container.decode(stream) if stream else ():
            if (frame.time or 0.0) + 1e-6 >= next_seconds:
                width = max(16, round(frame.width * HEIGHT / frame.height))
                small = frame.reformat(width, HEIGHT, "rgb24", interpolation="AREA")
                yield float(frame.time or 0.0), small.to_ndarray()
                next_seconds += 1.0


def edits_of(rgb: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    picture = Image.fromarray(rgb)
    width, height = picture.size
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=25)
    captioned = picture.copy()
    draw = ImageDraw.Draw(captioned)
    draw.rectangle((0, int(height * 0.8), width, int(height * 0.93)), fill=(20, 20, 60))
    draw.rectangle((int(width * 0.85), 8, width - 8, int(height * 0.15)), fill=(255, 255, 255))
    draw.text((20, int(height * 0.84)), "Some caption that is shown here", fill=(255, 255, 255))
    boxed = Image.new("RGB", (width, int(height * 1.3)))
    boxed.paste(picture, (0, int(height * 0.15)))
    edited = {
        "JPEG quality 25": Image.open(encoded),
        "a quarter of the size": picture.resize((width // 4, height // 4)).resize((width * 2, height * 2)),
        "cropped by 14 %": picture.crop((int(width * 0.1), int(height * 0.04), int(width * 0.96), int(height * 0.9))),
        "cropped by 20 %": picture.crop((int(width * 0.12), int(height * 0.12), int(width * 0.92), int(height * 0.92))),
        "brightness x 0.65": ImageEnhance.Brightness(picture).enhance(0.65),
        "brightness x 1.35": ImageEnhance.Brightness(picture).enhance(1.35),
        "contrast x 0.6": ImageEnhance.Contrast(picture).enhance(0.6),
        "colour x 0.4": ImageEnhance.Color(picture).enhance(0.4),
        "band and logo over it": captioned,
        "letterboxed": boxed,
        "blurred by 3 px": picture.filter(ImageFilter.GaussianBlur(3)),
        "turned by 3 degrees": picture.rotate(3, resample=Image.Resampling.BILINEAR),
    }
    for name, image in edited.items():
        yield name, np.asarray(image.convert("RGB"))


def similarities(left: list, right: list, weights: tuple[float, float, float]) -> np.ndarray:
    vectors = [np.stack([joined(parts, weights) for parts in side]).astype(np.float32) for side in (left, right)]
    return vectors[0] @ vectors[1].T


def measure(parts: list, edited: list, labels: dict, weights: tuple[float, float, float]) -> dict:
    among = similarities(parts, parts, weights)
    textured = ~labels["is_flat"]
    unrelated = (labels["content"][:, None] != labels["content"][None, :]) & textured[:, None] & textured[None, :]
    quantiles = np.quantile(among[unrelated], [0.5, 0.9, 0.99, 0.999])
    found = similarities([each["parts"] for each in edited], parts, weights)
    rows: dict[str, list] = {}
    for each, row in zip(edited, found, strict=True):
        best, source = int(row.argmax()), each["source"]
        is_near = labels["clip"][best] == labels["clip"][source]
        is_near &= abs(labels["seconds"][best] - labels["seconds"][source]) <= 1.01
        own = row[source]
        same = labels["content"][best] == labels["content"][source]
        rows.setdefault(each["edit"], []).append((same, is_near, own, own > quantiles[2]))
    names = ("finds_content", "finds_second", "similarity", "above_cutoff")
    means = {edit: np.mean(np.array(of, float), 0).round(4).tolist() for edit, of in rows.items()}
    per_edit = {edit: dict(zip(names, of, strict=True)) for edit, of in means.items()}
    overall = np.mean([list(of.values()) for of in per_edit.values()], 0).round(4).tolist()
    return {
        "unrelated": dict(zip(("median", "90%", "99%", "99.9%"), quantiles.round(4).tolist(), strict=True)),
        "overall": dict(zip(names, overall, strict=True)),
        "edits": per_edit,
    }


def milliseconds_of(frames: list[np.ndarray]) -> float:
    taken = []
    for rgb in frames[:: max(1, len(frames) // 50)]:
        started = time.perf_counter()
        picture_descriptor(rgb)
        taken.append(1000 * (time.perf_counter() - started))
    return round(float(np.median(taken)), 2)


def commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return asked.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).resolve().parents[3] / "shared" / "media"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--num-frames", type=int, default=120, help="frames that are edited")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    clips, seconds, frames = [], [], []
    for path in sorted(given.folder.rglob("*")):
        if path.suffix in SUFFIXES and path.name not in COPIES:
            try:
                for at, rgb in frames_of(path):
                    clips.append(str(path.relative_to(given.folder)))
                    seconds.append(at)
                    frames.append(rgb)
            except KinoraError as error:
                print(f"left out {path.name}: {error}")
    contents = [SAME_CONTENT.get(Path(clip).name, SAME_CONTENT.get(clip.split("/")[0], clip)) for clip in clips]
    labels = {"clip": np.array(clips), "seconds": np.array(seconds), "content": np.array(contents)}
    labels["is_flat"] = np.array([frame.std() < 8 for frame in frames])
    chosen = np.random.default_rng(0).choice(np.flatnonzero(~labels["is_flat"]), given.num_frames, replace=False)
    edited = [
        {"source": int(at), "edit": edit, "parts": parts_of(rgb)} for at in chosen for edit, rgb in edits_of(frames[at])
    ]
    parts = [parts_of(frame) for frame in frames]
    weights = {name: measure(parts, edited, labels, each) for name, each in OTHER_WEIGHTS.items()}
    result = {
        "descriptor": DESCRIPTOR_NAME, "dimension": DESCRIPTOR_DIM, "num_frames": len(frames),
        "num_contents": len(set(contents)), "num_flat": int(labels["is_flat"].sum()), "num_edited": len(edited),
        "milliseconds_a_picture": milliseconds_of(frames), "machine": f"{platform.machine()}, {platform.processor()}",
        "commit": commit(),
        "chosen": weights["chosen"],
        "weights": {name: {key: each[key] for key in ("unrelated", "overall")} for name, each in weights.items()},
    }  # fmt: skip
    text = json.dumps(result, indent=1)
    if given.out:
        given.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
