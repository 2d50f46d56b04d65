"""A trained network → the folder that `kinora models use frames` takes: weights, calibration, log."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.moments.kinora_frames.encoder import save_frame_network
from kinora.moments.kinora_frames.network import FrameNetwork
from kinora.moments.train_frames.calibrate import Calibration, background_captions, fit
from kinora.moments.train_frames.check import picture_vectors, text_vectors
from kinora.moments.train_frames.pictures import open_pictures
from kinora.moments.train_frames.program import FrameTraining
from kinora.moments.train_frames.said import say, vectors_of

_NUM_BACKGROUND = 1500  # captions of pictures that are not here
_NUM_STRANGERS = 300_000  # pairs of such a caption and a picture that the curve is fitted to
BACKGROUND_FILE = "background_captions.tsv"


def finish(
    network: FrameNetwork, training: FrameTraining, *, name: str, report: Callable[[float, str], None]
) -> tuple[Path, FrameEncoderInfo]:
    """Calibrate on validation pictures, and write the folder `encoder` beside the training's state."""
    folder = training.out_dir / "encoder"
    report(1.0, "fitting when nothing matches")
    found = _calibration(network, training)
    info = FrameEncoderInfo(name, network.config.dimension, found.logit_scale, found.logit_bias)
    save_frame_network(network, info, folder)
    shutil.copy(training.out_dir / "log.jsonl", folder / "log.jsonl")
    return folder, info


def _calibration(network: FrameNetwork, training: FrameTraining) -> Calibration:
    cache = training.out_dir / "cache"
    pictures = open_pictures(training.data, cache, report=lambda done, message: None)
    said = say(pictures, cache, report=lambda done, message: None)
    positions = pictures.positions("validation")
    vectors = picture_vectors(network, pictures, positions, network.config.image_side)
    own = np.concatenate([said.texts_of[position] for position in positions])
    of_picture = np.repeat(np.arange(len(positions)), [len(said.texts_of[position]) for position in positions])
    matching = (text_vectors(network, said.vectors_TS[own]) * vectors[of_picture]).sum(axis=1)
    strangers = background_captions(training.data / BACKGROUND_FILE)[:_NUM_BACKGROUND]
    queries = text_vectors(network, vectors_of(strangers, cache / "background", report=lambda done, message: None))
    others = (queries @ vectors.T).ravel()
    step = max(1, len(others) // _NUM_STRANGERS)
    return fit(matching, others[::step])
