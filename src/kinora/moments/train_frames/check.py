"""Scores on pictures that were never trained on: words → picture, and a picture's label among its source's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from kinora.moments.kinora_frames.network import FrameNetwork
from kinora.moments.train_frames.crops import whole_squares
from kinora.moments.train_frames.pictures import CaptionedPictures
from kinora.moments.train_frames.said import Said

_BATCH = 128
Vectors = npt.NDArray[np.float32]


@torch.inference_mode()
def picture_vectors(
    network: FrameNetwork, pictures: CaptionedPictures, positions: npt.NDArray[np.int64], side: int
) -> Vectors:
    """Return (N, D) unit vectors of the pictures at those positions, squashed to `side` pixels."""
    network.eval()
    device = next(network.parameters()).device
    parts = [
        network.image(whole_squares(pictures.pixels_NHWC[positions[start : start + _BATCH]], side).to(device))
        .cpu()
        .numpy()
        for start in range(0, len(positions), _BATCH)
    ]
    return np.concatenate(parts)


@torch.inference_mode()
def text_vectors(network: FrameNetwork, sentences_TS: Vectors) -> Vectors:
    """Return (T, D) unit vectors of the texts that those sentence vectors are of."""
    network.eval()
    device = next(network.parameters()).device
    vectors: Vectors = network.text(torch.from_numpy(sentences_TS).to(device)).cpu().numpy()
    return vectors


def recall_at(ranks: npt.NDArray[np.int64], cut_offs: tuple[int, ...] = (1, 5, 10)) -> dict[str, float]:
    """Return the share of questions, in percent, whose answer is among the first so many; ranks count from 0."""
    found = {f"R@{cut_off}": 100.0 * float(np.mean(ranks < cut_off)) for cut_off in cut_offs}
    return {**found, "median_rank": float(np.median(ranks) + 1)}


def ranks_of(scores_QN: Vectors, answers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return how many stand before each question's answer; of equals, half do."""
    own_Q1 = np.take_along_axis(scores_QN, answers[:, None], axis=1)
    before = (scores_QN > own_Q1).sum(axis=1)
    equal = (scores_QN == own_Q1).sum(axis=1) - 1
    ranks: npt.NDArray[np.int64] = before + equal // 2
    return ranks


def words_to_picture(
    network: FrameNetwork, pictures: CaptionedPictures, said: Said, positions: npt.NDArray[np.int64], side: int
) -> dict[str, float]:
    """Return R@1/5/10 of each caption of those pictures, searched among them all."""
    vectors = picture_vectors(network, pictures, positions, side)
    texts = [said.texts_of[position] for position in positions]
    answers = np.repeat(np.arange(len(positions)), [len(own) for own in texts])
    queries = text_vectors(network, said.vectors_TS[np.concatenate(texts)])
    return recall_at(ranks_of(queries @ vectors.T, answers))


def label_of_picture(
    network: FrameNetwork, pictures: CaptionedPictures, said: Said, positions: npt.NDArray[np.int64], side: int
) -> dict[str, float]:
    """Return the share of pictures, in percent, whose own label is nearest of its source's labels, or among five."""
    vectors = picture_vectors(network, pictures, positions, side)
    source = pictures.sources[positions[0]]
    known = {
        texts[0]: own
        for texts, own, kind in zip(pictures.texts, said.texts_of, pictures.sources, strict=True)
        if kind == source
    }
    labels = sorted(known)
    towers = np.stack([text_vectors(network, said.vectors_TS[known[label]]).mean(axis=0) for label in labels])
    towers /= np.linalg.norm(towers, axis=1, keepdims=True)
    answers = np.array([labels.index(pictures.texts[position][0]) for position in positions])
    recalls = recall_at(ranks_of(vectors @ towers.T, answers), (1, 5))
    return {"top-1": recalls["R@1"], "top-5": recalls["R@5"], "labels": float(len(labels))}


def validation_scores(network: FrameNetwork, pictures: CaptionedPictures, said: Said) -> dict[str, float]:
    """Return the scores that a training logs, all on its validation split, in percent."""
    side = network.config.image_side
    scores: dict[str, float] = {}
    for source in sorted(set(pictures.sources)):
        positions = pictures.positions("validation", source)
        if len(positions) < 50:
            continue
        if len(pictures.texts[positions[0]]) > 1:
            found = words_to_picture(network, pictures, said, positions, side)
            scores |= {f"{source} {name} of {len(positions)}": found[name] for name in ("R@1", "R@10")}
        else:
            scores[f"{source} top-1"] = label_of_picture(network, pictures, said, positions, side)["top-1"]
    return {name: round(value, 2) for name, value in scores.items()}
