"""What crosses the encoder's socket is a header and an array, or a refusal."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kinora.errors import WorkerLost
from kinora.moments.encoder_wire import receive_array, receive_header, send_message, socket_address
from kinora.moments.frame_encoder import FrameEncoderInfo


@pytest.fixture
def pair():
    left, right = socket.socketpair()
    left.settimeout(5)
    right.settimeout(5)
    with left, right:
        yield left, right


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_an_array_arrives_as_it_left(pair, dtype: type) -> None:
    array = np.random.default_rng(0).normal(size=(7, 384)).astype(dtype)
    send_message(pair[0], {"verb": "x", "text": "café 世界"}, array)
    header = receive_header(pair[1])
    assert header is not None and header["text"] == "café 世界"
    assert np.array_equal(receive_array(pair[1], header), array)


def test_a_closed_connection_is_an_end_and_a_broken_one_an_error(pair) -> None:
    pair[0].sendall(struct.pack(">I", 100) + b"{")
    pair[0].close()
    with pytest.raises(WorkerLost, match="middle of a message"):
        receive_header(pair[1])
    assert receive_header(pair[1]) is None


@pytest.mark.parametrize("sent", [b"\xff\xff\xff\xff", struct.pack(">I", 3) + b"abc", struct.pack(">I", 2) + b"[]"])
def test_what_is_no_message_of_ours_is_refused(pair, sent: bytes) -> None:
    pair[0].sendall(sent)
    with pytest.raises(WorkerLost):
        receive_header(pair[1])


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"dtype": "object", "shape": [1]},
        {"dtype": "float32", "shape": [2**40]},
        {"dtype": "float32", "shape": [-1]},
    ],
)
def test_an_array_that_claims_too_much_is_refused(pair, header: dict) -> None:
    with pytest.raises(WorkerLost):
        receive_array(pair[1], header)


def test_a_socket_in_a_deep_folder_has_a_short_address(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listener, socket_address(deep / "encoder.sock") as address:
        assert len(address) < 100
        listener.bind(address)
    assert (deep / "encoder.sock").is_socket()


def test_match_probability_is_the_papers_formula() -> None:
    info = FrameEncoderInfo("x", 4, np.log(100.0), -10.0)
    assert info.match_probability(0.1) == pytest.approx(0.5)
    assert info.match_probability(-1.0) == 0.0
    assert info.match_probability(0.2) > 0.99


def test_clients_load_no_torch() -> None:
    names = "encoder_client, subtitles, gather, descriptor, speech, weights, screen_words"
    heavy = "('torch', 'transformers', 'onnxruntime', 'av')"
    code = f"import sys\nfrom kinora.moments import {names}\nprint([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
