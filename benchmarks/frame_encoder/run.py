"""Measure the shipped frame encoder on pictures and clips that it never saw; see README.md."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from duplicates import duplicates
from moments import Clip, measure_moments, read_clips, read_queries

from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.moments.kinora_frames.encoder import WEIGHTS_FOLDER, KinoraFrameEncoder, load_frame_network
from kinora.moments.kinora_frames.network import FrameNetwork
from kinora.moments.sentence_encoder import EMBEDDED_NAME, SentenceEncoder
from kinora.moments.train_frames.check import label_of_picture, text_vectors, words_to_picture
from kinora.moments.train_frames.crops import whole_squares
from kinora.moments.train_frames.pictures import CaptionedPictures, open_pictures
from kinora.moments.train_frames.said import Said, say

SHARED = Path(__file__).resolve().parents[3] / "shared"
CAPTIONED = {"Flickr8k": ("flickr8k",), "COCO": ("coco_captioned_cc", "coco_captioned_nc")}
LABELLED = {"6 scenes": "intel_scenes", "100 places": "miniplaces100", "100 objects": "mini_imagenet100",
            "Caltech objects": "caltech101"}  # fmt: skip
CUT_OFFS = (1, 5, 10)
NONE = np.zeros(0, dtype=np.int64)
NOTHING = Path(__file__).with_name("nothing.tsv")
NUM_SPEED_PICTURES = 1024


def rounded(scores: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in scores.items()}


def heldout(pictures: CaptionedPictures, sources: Sequence[str], but: np.ndarray) -> np.ndarray:
    positions = np.concatenate([pictures.positions("heldout", source) for source in sources])
    return positions[~np.isin(positions, but)]


def measure_pictures(
    network: FrameNetwork, pictures: CaptionedPictures, said: Said, but: np.ndarray = NONE
) -> dict[str, dict]:
    """Return every score on held-out pictures, in percent, some of them left out."""
    side = network.config.image_side
    found: dict[str, dict] = {}
    for name, sources in CAPTIONED.items():
        positions = heldout(pictures, sources, but)
        found[f"{name}: words to picture"] = rounded(words_to_picture(network, pictures, said, positions, side))
    for name, source in LABELLED.items():
        positions = heldout(pictures, [source], but)
        found[f"{name}: picture to label"] = rounded(label_of_picture(network, pictures, said, positions, side))
    return found


def chance(pictures: CaptionedPictures) -> dict[str, dict]:
    """Return what guessing scores on the same tasks, in percent."""
    found: dict[str, dict] = {}
    for name, sources in CAPTIONED.items():
        num = len(heldout(pictures, sources, NONE))
        among = {f"R@{k}": 100.0 * k / num for k in CUT_OFFS}
        found[f"{name}: words to picture"] = rounded({**among, "median_rank": (num + 1) / 2})
    for name, source in LABELLED.items():
        labels = {texts[0] for texts, own in zip(pictures.texts, pictures.sources, strict=True) if own == source}
        found[f"{name}: picture to label"] = rounded(
            {"top-1": 100 / len(labels), "top-5": 500 / len(labels), "labels": len(labels)}
        )
    return found


def measure_nothing(
    network: FrameNetwork, info: FrameEncoderInfo, clips: Sequence[Clip], encoder: KinoraFrameEncoder
) -> dict:
    """Return which queries find something among the clips' seconds: some have no right answer, some have one."""
    rows = [line.split("\t") for line in NOTHING.read_text(encoding="utf-8").splitlines() if line]
    vectors = np.concatenate([clip.vectors for clip in clips])
    found: dict[str, list[str]] = {}
    totals: dict[str, int] = {}
    for kind, text in rows:
        best = float((encoder.embed_texts([text]) @ vectors.T).max())
        totals[kind] = totals.get(kind, 0) + 1
        if info.match_probability(best) >= 0.1:
            found.setdefault(kind, []).append(f"{text} ({info.match_probability(best):.2f})")
    return {kind: {"queries": num, "found_something": found.get(kind, [])} for kind, num in totals.items()}


def frames_a_second(num_processes: int) -> dict[str, float]:
    """Return how many decoded frames of 480×270 are embedded a second by that many processes of one thread each."""
    with ProcessPoolExecutor(num_processes) as pool:
        list(pool.map(_embed_some, [64] * num_processes))  # the networks load
        started = time.perf_counter()
        processor = list(pool.map(_embed_some, [NUM_SPEED_PICTURES // num_processes] * num_processes))
        seconds = time.perf_counter() - started
    return {
        "processes": num_processes,
        "frames_a_second": round(NUM_SPEED_PICTURES / seconds, 1),
        "frames_a_processor_second": round(NUM_SPEED_PICTURES / sum(processor), 1),
    }


_held: list[KinoraFrameEncoder] = []


def _embed_some(num: int) -> float:
    """Embed so many frames, and return the processor time."""
    torch.set_num_threads(1)
    if not _held:
        _held.append(KinoraFrameEncoder(lambda texts: np.zeros((len(texts), 384))))
    frames = list(np.random.default_rng(0).integers(0, 256, (32, 270, 480, 3), dtype=np.uint8))
    started = time.process_time()
    for _ in range(num // len(frames)):
        _held[0].embed_images(frames)
    return time.process_time() - started


def commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return asked.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "train")
    parser.add_argument("--media", type=Path, default=SHARED / "media")
    parser.add_argument(
        "--encoder", type=Path, default=WEIGHTS_FOLDER, help="a folder that `kinora train frames` wrote"
    )
    parser.add_argument("--cache", type=Path, required=True, help="pixels and sentence vectors go here, 2 GB")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    told: Callable[[float, str], None] = lambda done, message: print(f"{done:.2f} {message}")  # noqa: E731
    pictures = open_pictures(given.data, given.cache, report=told)
    said = say(pictures, given.cache, report=told)
    network, info = load_frame_network(given.encoder)
    torch.manual_seed(0)
    networks = {"shipped": network, "untrained": FrameNetwork(network.config).eval()}
    result: dict = {"chance": chance(pictures)}
    for name, one in networks.items():
        result[name] = measure_pictures(one, pictures, said)
    twice = duplicates(pictures, given.cache)
    result["duplicates"] = {
        "pictures": dict(Counter(pictures.sources[position] for position in twice)),
        "shipped without them": measure_pictures(network, pictures, said, twice),
    }
    sentences = SentenceEncoder.from_setting(EMBEDDED_NAME)
    queries = read_queries(given.media)
    encoder = KinoraFrameEncoder(sentences.embed, given.encoder)
    read = read_clips(given.media, given.cache)
    clips = [replace(clip, vectors=encoder.embed_images(list(clip.squares))) for clip in read]
    result["shipped"]["moments by words"] = measure_moments(clips, encoder.embed_texts(queries.texts), queries)
    untrained = networks["untrained"]
    side = network.config.image_side
    strange = [replace(clip, vectors=_embedded(untrained, clip.squares, side)) for clip in clips]
    own = text_vectors(untrained, sentences.embed(queries.texts))
    result["untrained"]["moments by words"] = measure_moments(strange, own, queries)
    result["chance"]["moments by words"] = measure_moments(clips, None, queries)
    result["nothing"] = measure_nothing(network, info, clips, encoder)
    result["speed"] = [frames_a_second(num) for num in (1, 2)]
    result["encoder"] = {"name": info.name, "weights": sum(w.numel() for w in network.parameters()),
                         "bytes": (given.encoder / "model.safetensors").stat().st_size}  # fmt: skip
    result["run"] = {"commit": commit(), "machine": platform.processor() or platform.machine(),
                     "torch": torch.__version__, "seconds": round(time.process_time())}  # fmt: skip
    print(json.dumps(result, indent=2, ensure_ascii=False))
    if given.json:
        given.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@torch.inference_mode()
def _embedded(network: FrameNetwork, squares: np.ndarray, side: int) -> np.ndarray:
    return network.image(whole_squares(squares, side)).numpy()


if __name__ == "__main__":
    main()
