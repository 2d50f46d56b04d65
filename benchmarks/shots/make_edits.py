"""Make edits with known cuts, dissolves and fades from single-shot clips; seeded, split by source clip.

    python benchmarks/shots/make_edits.py [--media ../shared/media] [--out benchmarks/shots/work] [--per-split 12]

Each edit is one H.264 file beside a JSON of what is in it. No clip of `train` is in another split. What is there stays.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

HEIGHT, WIDTH, RATE = 360, 640, 25
Pictures = list[NDArray[np.uint8]]

# (file, first usable second, last usable second): ranges without a cut.
TRAIN = [
    ("animals/dog_eating.mp4", 0, 13), ("city/motorway_traffic.mp4", 0, 22), ("city/rooftop_skyline_360p.mp4", 0, 16),
    ("lecture/whiteboard_meeting.webm", 0, 40), ("nature/moon_through_clouds.mp4", 0, 30),
    ("asl_gestures/bird.mkv", 0, 2), ("asl_gestures/book.mkv", 0, 3.5), ("grid_faces/bbaf2n.mpg", 0, 2.9),
    ("animated_gif/fruit-and-vegetable-detection.gif", 0, 6.5), ("animals/dog_wakes_man_in_bed.mp4", 0, 4.9),
]  # fmt: skip
HELD_OUT = [
    ("animals/bug_on_flower_greyscale.mp4", 0, 6.6), ("city/london_rooftop_pan.mp4", 0, 15),
    ("asl_gestures/eat.mkv", 0, 1.5), ("people/meeting_room_two_men.webm", 0, 45), ("nature/flower_opening.mp4", 0, 5),
    ("traffic/car-detection.mp4", 0, 30),
    ("people/chaplin_and_policeman_bw.mp4", 0, 9.5), ("asl_gestures/walk.mkv", 0, 2.9),
    ("grid_faces/swwp2s.mpg", 0, 2.9),
    ("animated_gif/worker-zone-detection.gif", 0, 4.6), ("cuts/tears_of_steel_16s_vp9.webm", 1.9, 8.0),
    ("sintel_trailer/sintel_trailer_480p.mp4", 36.0, 40.2), ("sintel_trailer/sintel_trailer_480p.mp4", 42.2, 45.8),
    ("cuts/big_buck_bunny_trailer.mp4", 4.4, 6.4), ("cuts/big_buck_bunny_trailer.mp4", 27.0, 29.9),
    ("chrome_hammock/chrome.mp4", 13.2, 14.3), ("chrome_hammock/chrome.mp4", 23.0, 26.0),
]  # fmt: skip


# More clips for `flashes`, in none of the others.
FLASHED = [
    ("sintel_trailer/sintel_trailer_480p.mp4", 23.9, 25.8), ("sintel_trailer/sintel_trailer_480p.mp4", 25.95, 27.3),
    ("sintel_trailer/sintel_trailer_480p.mp4", 29.3, 31.2), ("cuts/big_buck_bunny_trailer.mp4", 9.2, 11.1),
    ("cuts/big_buck_bunny_trailer.mp4", 11.3, 13.1), ("chrome_hammock/chrome.mp4", 0.2, 5.3),
    ("chrome_hammock/chrome.mp4", 16.3, 18.5),
]  # fmt: skip

# `held_out` was looked at while the detector was made; `final`, other edits of the same clips, was not.
SPLITS = {"train": TRAIN, "held_out": HELD_OUT, "final": HELD_OUT, "flashes": [*TRAIN, *FLASHED]}
FLASH_SHARE = {"flashes": 0.9}  # of long shots; in the others 0.35
BRIGHT_CUT_SHARE = {"flashes": 0.5}  # of cuts with a flash over their last or first frames; in the others none
CARD_COLOURS = [((0, 0, 0), (255, 255, 255)), ((255, 255, 255), (20, 20, 20)), ((20, 30, 90), (230, 220, 80))]
CARD_WORDS = ["LATER", "THAT", "NIGHT", "CHAPTER", "SEVEN", "THE END", "1912"]


@dataclass
class Truth:
    """What one edit holds; frames count from 0 as decoded. A cut's start is the first frame of the new shot."""

    name: str
    split: str
    num_frames: int = 0
    is_variable_frame_rate: bool = False
    transitions: list[dict[str, object]] = field(default_factory=list)
    flashes: list[list[int]] = field(default_factory=list)
    exposure_jumps: list[int] = field(default_factory=list)


def read_clip(path: Path, start: float, end: float, rng: random.Random, num_frames: int) -> Pictures:
    """Return frames from a random place of the usable range, sped up at times; fewer when the range is short."""
    step = rng.choice([1, 1, 1, 2, 3])
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        rate = float(stream.average_rate or 25)
        usable = int((end - start) * rate) - 2
        step = max(1, min(step, usable // max(1, num_frames)))
        skip = rng.randint(0, max(0, usable - num_frames * step)) + int(np.ceil(start * rate)) + 1
        frames: Pictures = []
        for index, frame in enumerate(container.decode(stream)):
            if index < skip or (index - skip) % step:
                continue
            if index > start * rate + usable or len(frames) == num_frames:
                break
            frames.append(frame.reformat(WIDTH, HEIGHT, "rgb24").to_ndarray())
    return frames


def move_camera(frames: Pictures, rng: random.Random) -> Pictures:
    """Pan, zoom or shake a window over the frames, fast."""
    zoom = rng.uniform(1.3, 2.0)
    width, height = int(WIDTH / zoom), int(HEIGHT / zoom)
    shake, speed = rng.choice([0, 0, 4, 12]), rng.uniform(2, 25)
    x, y, dx, dy = rng.uniform(0, WIDTH - width), rng.uniform(0, HEIGHT - height), speed, rng.uniform(-4, 4)
    moved: Pictures = []
    for frame in frames:
        if not 0 <= x + dx <= WIDTH - width:
            dx = -dx
        if not 0 <= y + dy <= HEIGHT - height:
            dy = -dy
        x, y = x + dx, y + dy
        left = int(np.clip(x + rng.uniform(-shake, shake), 0, WIDTH - width))
        top = int(np.clip(y + rng.uniform(-shake, shake), 0, HEIGHT - height))
        crop = Image.fromarray(frame[top : top + height, left : left + width])
        moved.append(np.asarray(crop.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)))
    return moved


def text_card(rng: random.Random, num_frames: int) -> Pictures:
    """Return a still card with a few words."""
    paper, ink = rng.choice(CARD_COLOURS)
    image = Image.new("RGB", (WIDTH, HEIGHT), paper)
    draw = ImageDraw.Draw(image)
    for line in range(rng.randint(1, 3)):
        words = " ".join(rng.choice(CARD_WORDS) for _ in range(2))
        draw.text((rng.randint(40, 200), 100 + 60 * line), words, fill=ink, font_size=rng.randint(24, 56))
    return [np.asarray(image)] * num_frames


def flash(frames: Pictures, rng: random.Random, at: int) -> int:
    """Whiten 1–4 frames from `at`, wholly or in part, in place; returns how many."""
    length = rng.randint(1, 4)
    strength, is_partial = rng.uniform(0.5, 1.0), rng.random() < 0.3
    for index in range(at, min(len(frames), at + length)):
        weight = np.full((HEIGHT, WIDTH, 1), strength * (1 - 0.2 * (index - at)), np.float32)
        if is_partial:
            weight[HEIGHT // 2 :] *= rng.uniform(0.0, 0.6)
        frames[index] = (frames[index] * (1 - weight) + 255 * weight).astype(np.uint8)
    return length


def mixed(first: NDArray[np.uint8], second: NDArray[np.uint8], alpha: float) -> NDArray[np.uint8]:
    return (first * np.float32(1 - alpha) + second * np.float32(alpha) + 0.5).astype(np.uint8)


@dataclass
class Segment:
    """One shot of an edit, with what happens in it."""

    frames: Pictures
    flashes: list[list[int]] = field(default_factory=list)
    jumps: list[int] = field(default_factory=list)


def make_segment(media: Path, split: str, rng: random.Random, last: str) -> tuple[Segment, str]:
    """Return a shot from another clip than the last one (cards may come at any time)."""
    sources = SPLITS[split]
    num_frames = rng.choice([rng.randint(1, 5), rng.randint(8, 25), rng.randint(30, 110), rng.randint(30, 110)])
    if rng.random() < 0.1:
        return Segment(text_card(rng, max(12, num_frames))), ""
    source = rng.choice([source for source in sources if source[0] != last])
    frames = read_clip(media / source[0], source[1], source[2], rng, num_frames)
    if len(frames) > 1 and rng.random() < 0.35:
        frames = move_camera(frames, rng)
    dimming = rng.choice([1.0] * 6 + [0.12, 0.25])
    if dimming < 1:
        frames = [(frame * np.float32(dimming)).astype(np.uint8) for frame in frames]
    segment = Segment(frames)
    if len(frames) >= 30:
        add_events(segment, rng, FLASH_SHARE.get(split, 0.35))
    return segment, source[0]


def add_events(segment: Segment, rng: random.Random, flash_share: float) -> None:
    """Add flashes or an exposure jump, which are no cuts, to a long shot."""
    kind = rng.random()
    middle = len(segment.frames) // 2
    if kind < flash_share:
        for at in sorted({rng.randint(12, middle), middle + rng.randint(0, middle - 13)}):
            if not segment.flashes or at > segment.flashes[-1][1] + 3:
                segment.flashes.append([at, at + flash(segment.frames, rng, at)])
    elif kind < flash_share + 0.1:
        gain = rng.choice([0.6, 1.35])
        for index in range(middle, len(segment.frames)):
            segment.frames[index] = np.clip(segment.frames[index] * np.float32(gain), 0, 255).astype(np.uint8)
        segment.jumps.append(middle)


def join(edit: Pictures, segment: Segment, truth: Truth, rng: random.Random) -> Pictures:
    """Append a shot by a cut, a dissolve or a fade, and write down which."""
    kind = rng.choice(["cut"] * 5 + ["dissolve"] * 3 + ["fade"] * 2)
    longest = min(len(edit) - (last_end(truth) + 10), len(segment.frames) - 12)
    if segment.flashes:
        longest = min(longest, segment.flashes[0][0] - 6)
    length = rng.randint(6, 50)
    if not edit or (kind == "cut" or longest < 6):
        if edit:
            truth.transitions.append({"kind": "cut", "start": len(edit), "end": len(edit)})
            if truth.split in BRIGHT_CUT_SHARE and rng.random() < BRIGHT_CUT_SHARE[truth.split]:
                brighten_cut(edit, segment.frames, rng)
        offset = len(edit)
        joined = edit + segment.frames
    elif kind == "dissolve":
        length = min(length, longest)
        offset = start = len(edit) - length
        alphas = [(index + 1) / (length + 1) for index in range(length)]
        blend = [mixed(edit[start + i], segment.frames[i], alpha) for i, alpha in enumerate(alphas)]
        truth.transitions.append({"kind": "dissolve", "start": start, "end": start + length})
        joined = edit[:start] + blend + segment.frames[length:]
    else:
        out, into, hold = min(rng.randint(4, 30), longest), min(rng.randint(4, 30), longest), rng.randint(0, 8)
        colour = np.full((HEIGHT, WIDTH, 3), rng.choice([0, 0, 255]), np.uint8)
        start = len(edit) - out
        fade_out = [mixed(edit[start + i], colour, (i + 1) / (out + 1)) for i in range(out)]
        fade_in = [mixed(colour, segment.frames[i], (i + 1) / (into + 1)) for i in range(into)]
        offset = len(edit) + hold
        truth.transitions.append({"kind": "fade", "start": start, "end": offset + into})
        joined = edit[:start] + fade_out + [colour] * hold + fade_in + segment.frames[into:]
    truth.flashes += [[offset + a, offset + b] for a, b in segment.flashes]
    truth.exposure_jumps += [offset + a for a in segment.jumps]
    return joined


def brighten_cut(edit: Pictures, new: Pictures, rng: random.Random) -> None:
    """Let a flash go off over the last frame or two of one shot, the first of the next, or both, in place."""
    where = rng.choice(["before", "after", "both"])
    for frames, first in ((edit, max(0, len(edit) - rng.randint(1, 2))), (new, 0)):
        if (frames is edit and where == "after") or (frames is new and (where == "before" or len(new) < 4)):
            continue
        strength = rng.uniform(0.5, 1.0)
        for index in range(first, min(len(frames), first + rng.randint(1, 2))):
            frames[index] = (frames[index] * (1 - strength) + 255 * strength).astype(np.uint8)


def last_end(truth: Truth) -> int:
    ends = [int(str(transition["end"])) for transition in truth.transitions] + [b for _, b in truth.flashes]
    return max(ends, default=0)


def frame_times(num_frames: int, rng: random.Random, *, is_variable: bool) -> Iterator[int]:
    """Yield timestamps in milliseconds."""
    milliseconds = 0
    for _ in range(num_frames):
        yield milliseconds
        milliseconds += rng.choice([20, 40, 40, 83, 120]) if is_variable else 1000 // RATE


def write_video(path: Path, frames: Pictures, rng: random.Random, *, is_variable: bool) -> None:
    quality = str(rng.choice([20, 26, 32]))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": quality, "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for pixels, pts in zip(frames, frame_times(len(frames), rng, is_variable=is_variable), strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts, frame.time_base = pts, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def make_edit(media: Path, out: Path, split: str, number: int) -> Truth:
    """Write one edit of about 40 s and its truth."""
    rng = random.Random(f"{split}-{number}")
    truth = Truth(f"{split}-{number:02d}", split, is_variable_frame_rate=number % 4 == 3)
    frames: Pictures = []
    last = ""
    while len(frames) < 900:
        segment, last = make_segment(media, split, rng, last)
        if segment.frames:
            frames = join(frames, segment, truth, rng)
    truth.num_frames = len(frames)
    write_video(out / f"{truth.name}.mp4", frames, rng, is_variable=truth.is_variable_frame_rate)
    (out / f"{truth.name}.json").write_text(json.dumps(asdict(truth), indent=1))
    return truth


def main() -> None:
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=here.parents[2] / "shared" / "media")
    parser.add_argument("--out", type=Path, default=here / "work")
    parser.add_argument("--per-split", type=int, default=12)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for split in SPLITS:
        for number in range(given.per_split):
            if (given.out / f"{split}-{number:02d}.json").exists():
                continue
            truth = make_edit(given.media, given.out, split, number)
            counts = f"{len(truth.transitions)} transitions, {len(truth.flashes)} flashes"
            print(f"{truth.name}: {truth.num_frames} frames, {counts}", flush=True)


if __name__ == "__main__":
    main()
