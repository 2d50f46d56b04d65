"""Copies made by FFmpeg: 12 edits at 3 strengths, most between pieces of another clip, and edited clips of none.

Two splits share no clip and no strength: what is tuned is tuned on `tune`, what is reported is measured on `report`.
The clips of the other split are what copies lie between, and the distractors: edited like copies, in no library.
"""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

EDITS = ("encode", "scale", "crop", "borders", "mirror", "overlay", "speed", "colour", "grey", "picture_in_picture",
         "short", "sound")  # fmt: skip
SPLITS = {
    "tune": {
        "clips": ("chrome_hammock/chrome.mp4", "city/motorway_traffic.mp4", "animals/dog_eating.mp4",
                  "cuts/tears_of_steel_16s_vp9.webm", "cuts/testvideo_fades.mp4", "city/london_rooftop_pan.mp4"),
        "sounds": ("ableplayer_audio/paulallen.mp3", "mdn_audio/voices-around-a-fire.mp3", "chrome_hammock/chrome.mp4"),
    },
    "report": {
        "clips": ("sintel_trailer/sintel_trailer_480p.mp4", "cuts/big_buck_bunny_trailer.mp4",
                  "traffic/car-detection.mp4", "city/rooftop_skyline_360p.mp4", "nasa_webb/nasa_13013.mp4",
                  "people/chaplin_and_policeman_bw.mp4", "people/meeting_room_two_men.webm",
                  "nature/moon_through_clouds.mp4", "nature/flower_opening.mp4", "animals/bug_on_flower_greyscale.mp4"),
        "sounds": ("multilingual_audio/apollo11.mp3", "mdn_audio/countdown.mp3", "mdn_audio/guitar.mp3",
                   "sintel_trailer/sintel_trailer_480p.mp4", "people/chaplin_and_policeman_bw.mp4"),
    },
}  # fmt: skip
# Weak, middle, strong; the report's values are drawn around these, the tuning's lie at their own places.
_STRENGTHS = {
    "encode": ((30, 35, 40), (32, 37, 43)), "scale": ((240, 160, 110), (220, 144, 96)),
    "crop": ((0.88, 0.75, 0.62), (0.85, 0.7, 0.55)), "borders": ((0.1, 0.2, 0.3), (0.12, 0.22, 0.34)),
    "mirror": ((28, 33, 38), (29, 34, 39)), "overlay": ((0.08, 0.15, 0.25), (0.1, 0.18, 0.3)),
    "speed": ((1.03, 0.94, 1.09), (0.96, 1.07, 0.91)), "colour": ((0.1, 0.2, 0.3), (0.12, 0.22, 0.35)),
    "grey": ((4, 9, 15), (5, 11, 18)), "picture_in_picture": ((0.62, 0.5, 0.4), (0.6, 0.45, 0.35)),
    "short": ((6, 4.5, 3.2), (5, 4, 3)), "sound": ((96, 56, 32), (80, 48, 24)),
}  # fmt: skip
_HEIGHT, _RATE = 360, 25


@dataclass(frozen=True)
class Copy:
    """One made file. `source` is "" for a distractor; seconds in the made file, then in the source."""

    name: str
    edit: str
    strength: int
    source: str
    start_seconds: float
    end_seconds: float
    source_start_seconds: float
    source_end_seconds: float


@dataclass(frozen=True)
class _Cut:
    """A stretch of a clip, and what it lies between."""

    path: Path
    start: float
    length: float
    host: Path
    lead: float
    has_sound: bool
    host_has_sound: bool


def make(media: Path, split: str, out: Path, facts: dict[str, tuple[float, bool, bool]], *, copies: int) -> list[Copy]:
    """Make what is not made yet, `copies` of each edit and strength, and two distractors for each; return their truths.

    `facts` gives of each clip its seconds, whether it has a picture, and sound.
    """
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"copies {split}")
    own, foreign = SPLITS[split], SPLITS["report" if split == "tune" else "tune"]
    made: list[Copy] = []
    for edit in EDITS:
        kind = "sounds" if edit == "sound" else "clips"
        for strength in range(3):
            for number in range(copies + 1):
                is_distractor = number == copies
                pool = (foreign if is_distractor else own)[kind]
                clip = pool[(number * 3 + strength + EDITS.index(edit)) % len(pool)]
                hosts = [name for name in foreign["clips"] if name != clip]
                copy = _one(media, out, _asked(split, edit, strength, number), (clip, rng.choice(hosts)), facts, rng)
                made.append(copy if not is_distractor else Copy(copy.name, edit, strength, "", 0, 0, 0, 0))
    return made


def _asked(split: str, edit: str, strength: int, number: int) -> tuple[str, str, int, float]:
    value = float(_STRENGTHS[edit][split == "report"][strength])
    return f"{edit}-{strength}-{number}.mp4", edit, strength, value


def _one(
    media: Path, out: Path, asked: tuple[str, str, int, float], names: tuple[str, str],
    facts: dict[str, tuple[float, bool, bool]], rng: random.Random,
) -> Copy:  # fmt: skip
    name, edit, strength, value = asked
    clip, host = names
    seconds, _, has_sound = facts[clip]
    if edit not in ("encode", "scale", "short", "speed", "sound"):
        value *= rng.uniform(0.97, 1.03)
    length = min(value if edit == "short" else rng.uniform(5.0, 12.0), seconds - 0.2)
    start = rng.uniform(0.0, max(0.0, seconds - length - 0.1))
    lead = 0.0 if edit in ("picture_in_picture", "sound") or rng.random() < 0.35 else rng.uniform(2.0, 5.0)
    cut = _Cut(media / clip, start, length, media / host, min(lead, facts[host][0] / 2), has_sound, facts[host][2])
    chance = rng.random()  # drawn whether the file is there or not: the truths stay
    if not (out / name).exists():
        _run(cut, edit, value, out / name, chance)
    made_length = length / value if edit == "speed" else length
    return Copy(name, edit, strength, clip, cut.lead, cut.lead + made_length, start, start + length)


def _run(cut: _Cut, edit: str, value: float, target: Path, chance: float) -> None:
    crf = value if edit in ("encode", "mirror") else 27
    inputs = ["-ss", f"{cut.start:.3f}", "-t", f"{cut.length:.3f}", "-i", str(cut.path)]
    inputs += ["-stream_loop", "-1", "-i", str(cut.host)]
    made = cut.length / value if edit == "speed" else cut.length
    graph = _picture(cut, edit, value, chance, made) + ";" + _sound(cut, edit, value, made)
    draft = target.with_suffix(".part.mp4")
    rate = f"{value:.0f}k" if edit == "sound" else "96k"
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-y", "-v", "error", *inputs, "-filter_complex", graph, "-map", "[v]",  # noqa: E501
         "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast", "-crf", f"{crf:.0f}", "-pix_fmt", "yuv420p",
         "-c:a", "libmp3lame" if edit == "sound" else "aac", "-ar", "32000", "-b:a", rate, str(draft)],
        check=True,
    )  # fmt: skip
    draft.rename(target)


def _picture(cut: _Cut, edit: str, value: float, chance: float, made: float) -> str:
    wide = f"scale=-2:{_HEIGHT},setsar=1,fps={_RATE},format=yuv420p"
    fit = f"scale=640:{_HEIGHT}:force_original_aspect_ratio=decrease,pad=640:{_HEIGHT}:(ow-iw)/2:(oh-ih)/2,setsar=1,fps={_RATE}"  # noqa: E501
    around = f"[1:v]{fit},format=yuv420p"
    if edit == "sound":
        return f"{around},trim=0:{made},setpts=PTS-STARTPTS[v]"
    if edit == "picture_in_picture":
        width = round(640 * value / 2) * 2
        x, y = round((640 - width) * chance), round((_HEIGHT - width * 9 // 16) * (1 - chance))
        return (f"{around},trim=0:{made},setpts=PTS-STARTPTS[h];[0:v]scale={width}:-2,setsar=1,fps={_RATE}[p];"
                f"[h][p]overlay={x}:{y}:shortest=1,format=yuv420p[v]")  # fmt: skip
    edited = f"[0:v]{wide},{_FILTERS[edit](value, chance)},{fit},format=yuv420p[e]"
    if not cut.lead:
        return edited.replace("[e]", ",setpts=PTS-STARTPTS[v]")
    return (f"{edited};{around},split[h1][h2];[h1]trim=0:{cut.lead},setpts=PTS-STARTPTS[b];"
            f"[h2]trim={cut.lead}:{2 * cut.lead},setpts=PTS-STARTPTS[c];[b][e][c]concat=n=3:v=1[v]")  # fmt: skip


_FILTERS = {
    "encode": lambda value, chance: "null",
    "short": lambda value, chance: "null",
    "scale": lambda value, chance: f"scale=-2:{value:.0f}",
    "crop": lambda value, chance: f"crop=iw*{value:.3f}:ih*{value:.3f}:(iw-ow)*{chance:.3f}:(ih-oh)*{1 - chance:.3f}",
    "borders": lambda value, chance: (
        f"pad=iw:ih*{1 + value:.3f}:0:(oh-ih)/2:black"
        if chance < 0.5
        else f"pad=iw*{1 + value:.3f}:ih:(ow-iw)/2:0:0x202040"
    ),
    "mirror": lambda value, chance: "hflip",
    "overlay": lambda value, chance: (
        f"drawbox=x=iw*{0.02 + 0.3 * chance:.3f}:y=ih*{0.95 - value:.3f}:w=iw*0.6:h=ih*{value:.3f}:color=navy@0.9:t=fill,"  # noqa: E501
        f"drawtext=text='KINORA NEWS TODAY':fontcolor=yellow:fontsize=h*{value * 0.6:.3f}:x=w*{0.04 + 0.3 * chance:.3f}:"  # noqa: E501
        f"y=h*{0.97 - value:.3f},drawbox=x=iw*0.85:y=ih*0.05:w=iw*{value / 2:.3f}:h=ih*{value / 2:.3f}:color=red:t=fill"
    ),
    "speed": lambda value, chance: f"setpts=PTS/{value}",
    "colour": lambda value, chance: (
        f"eq=brightness={value * (chance - 0.5):.3f}:contrast={1 + value * (1 if chance < 0.5 else -1):.3f}:"
        f"saturation={1 + 2 * value:.3f}:gamma={1 + value:.3f},hue=h={value * 120 * (chance - 0.5):.0f}"
    ),
    "grey": lambda value, chance: f"hue=s=0,noise=alls={value:.0f}:allf=t",
}


def _sound(cut: _Cut, edit: str, value: float, made: float) -> str:
    shape = "aformat=sample_rates=32000:channel_layouts=mono"
    own = (
        f"[0:a]{shape},apad,atrim=0:{cut.length}" if cut.has_sound else f"anullsrc=r=32000:cl=mono,atrim=0:{cut.length}"
    )
    if edit == "speed":
        own += f",atempo={value}" if cut.start % 1 < 0.5 else f",asetrate={32000 * value:.0f},aresample=32000"
    if edit == "sound":
        own += f",volume={0.4 + 0.4 * (cut.start % 1):.2f},lowpass=f={2500 + 40 * value:.0f}"
    if not cut.lead or not cut.host_has_sound:
        silence = f"anullsrc=r=32000:cl=mono,atrim=0:{max(cut.lead, 0.01)}"
        return f"{silence},asplit[s1][s2];{own},asetpts=PTS-STARTPTS[o];[s1][o][s2]concat=n=3:v=0:a=1[a]"
    return (f"{own},asetpts=PTS-STARTPTS[o];[1:a]{shape},asplit[s1][s2];[s1]atrim=0:{cut.lead},asetpts=PTS-STARTPTS[b];"
            f"[s2]atrim={cut.lead}:{2 * cut.lead},asetpts=PTS-STARTPTS[c];[b][o][c]concat=n=3:v=0:a=1[a]")  # fmt: skip
