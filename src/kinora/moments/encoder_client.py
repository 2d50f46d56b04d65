"""Query vectors without torch in this process: asks the encoder service of the home, and starts it where it is absent.

Try it: `python -m kinora.moments.encoder_client "a dog on a beach"`
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinora.config import Settings, child_environment, current
from kinora.errors import KinoraError, ResourceError, WorkerLost, error_named
from kinora.moments.encoder_wire import Array, receive_array, receive_header, send_message, socket_address
from kinora.moments.frame_encoder import FrameEncoderInfo

_START_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 120.0  # the first answer waits for the weights to load
_SENTENCES_A_REQUEST = 256
_PICTURES_A_REQUEST = 64
_MAX_LOG_BYTES = 2**20

_started: list[subprocess.Popen[bytes]] = []  # kept: they outlive us, and nobody waits for them


class EncoderClient:
    """One home's encoder service as seen from any other process; may be shared between threads.

    Raises (every method): WeightsMissing where that encoder is off or not on this machine, ResourceError where the
    service can't be started, WorkerLost where it died twice.
    """

    def __init__(self, socket_path: Path, settings: Settings) -> None:
        self._socket_path = socket_path
        self._settings = settings
        self._of_thread = threading.local()

    def embed_sentences(self, sentences: Sequence[str]) -> Array:
        """Return one unit vector a sentence, float32 (N, D)."""
        return self._in_parts("embed_sentences", "sentences", list(sentences), _SENTENCES_A_REQUEST)

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, Array]:
        """Return the frame encoder and its text tower's vector in the space of pictures, float32 (D,).

        `by` names, as `slug_of` writes it, another encoder than the chosen one: the one that embedded the pictures.
        """
        header, vectors = self._ask({"verb": "embed_picture_texts", "texts": [text], "by": by})
        if vectors is None:
            raise WorkerLost("the encoder service answered without vectors")
        return _info_of(header), vectors[0].astype(np.float32, copy=False)

    def embed_picture_texts(self, texts: Sequence[str]) -> Array:
        """Return the text tower's vectors in the space of pictures, float32 (N, D)."""
        return self._in_parts("embed_picture_texts", "texts", list(texts), _SENTENCES_A_REQUEST)

    def embed_pictures(self, paths: Sequence[Path], by: str = "") -> Array:
        """Return the image tower's vectors of our own sample JPEGs, float32 (N, D); `by` as for words."""
        given = [str(path.resolve()) for path in paths]
        return self._in_parts("embed_pictures", "paths", given, _PICTURES_A_REQUEST, by)

    def info(self) -> dict[str, Any]:
        """Return the service's process id and what it has loaded; starts it where it is absent, loads nothing."""
        return self._ask({"verb": "info"})[0]

    def sentence_encoder_name(self) -> str:
        """Return the name to keep beside sentence vectors; loads the encoder."""
        return str(self._ask({"verb": "describe_sentence_encoder"})[0]["name"])

    def frame_encoder_info(self) -> FrameEncoderInfo:
        """Return name, dimension and scale of the frame encoder; loads it."""
        return _info_of(self._ask({"verb": "describe_frame_encoder"})[0])

    def is_running(self) -> bool:
        """Return whether the service answers now; never starts it."""
        try:
            with self._connected() as connection:
                connection.settimeout(_CONNECT_SECONDS)
                send_message(connection, {"verb": "info"})
                return receive_header(connection) is not None
        except (OSError, WorkerLost):
            return False

    def start(self) -> None:
        """Start the service where it is absent and load the sentence encoder, without waiting for either."""
        if not self.is_running():
            self._spawn("--preload")

    def stop(self) -> None:
        """End the service where it runs."""
        try:
            with self._connected() as connection:
                send_message(connection, {"verb": "stop"})
                receive_header(connection)
        except (OSError, WorkerLost):
            return
        finally:
            self.close()

    def close(self) -> None:
        """Give back this thread's connection."""
        connection = self._kept_connection()
        self._of_thread.connection = None
        if connection:
            connection.close()

    def _kept_connection(self) -> socket.socket | None:
        """Return this thread's open connection; one made before a fork belongs to the parent."""
        connection: socket.socket | None = getattr(self._of_thread, "connection", None)
        return connection if getattr(self._of_thread, "process_id", 0) == os.getpid() else None

    def _in_parts(self, verb: str, key: str, items: list[str], size: int, by: str = "") -> Array:
        parts = [self._embed(verb, key, items[at : at + size], by) for at in range(0, max(1, len(items)), size)]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _embed(self, verb: str, key: str, items: list[str], by: str) -> Array:
        vectors = self._ask({"verb": verb, key: items, "by": by})[1]
        if vectors is None:
            raise WorkerLost("the encoder service answered without vectors")
        return vectors.astype(np.float32, copy=False)

    def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], npt.NDArray[Any] | None]:
        """Send a request and return its answer; a broken connection is tried once more with a fresh service."""
        request = request | {"choice": choice_of(self._settings)}
        try:
            return self._ask_once(request)
        except (OSError, WorkerLost):
            self.close()
        self._ensure_running()
        try:
            return self._ask_once(request)
        except (OSError, WorkerLost) as error:
            self.close()
            raise WorkerLost(
                f"the encoder service stopped answering twice ({error}); {self._last_words()}",
                hint="search by words still works; try again, or see encoder.log in the library's folder",
            ) from error

    def _ask_once(self, request: dict[str, Any]) -> tuple[dict[str, Any], npt.NDArray[Any] | None]:
        connection = self._kept_connection() or self._connected()
        self._of_thread.connection, self._of_thread.process_id = connection, os.getpid()
        connection.settimeout(_ANSWER_SECONDS)
        send_message(connection, request)
        header = receive_header(connection)
        if header is None:
            raise WorkerLost("the encoder service closed the connection")
        if error := header.get("error"):
            if error.get("kind") == "WorkerLost":
                raise WorkerLost(str(error.get("message")))
            raise _rebuilt(error)
        return header, receive_array(connection, header) if "shape" in header else None

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_CONNECT_SECONDS)
        try:
            with socket_address(self._socket_path) as address:
                connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection

    def _ensure_running(self) -> None:
        """Start the service and wait until it listens; of two starters the one that has the lock stays."""
        process = None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.is_running():
                return
            if process is None:
                process = self._spawn()
            elif process.poll() not in (None, 0):
                break
            elif process.poll() == 0:
                process = None  # another starter's service had the lock; if that one is gone, start our own
            time.sleep(0.05)
        raise ResourceError(
            f"the encoder service did not start within {_START_SECONDS:.0f} seconds; {self._last_words()}",
            hint="search by words still works; kinora doctor tells more",
        )

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        self._socket_path.parent.mkdir(parents=True, exist_ok=True)
        environment = child_environment(self._settings) | {"OMP_NUM_THREADS": "1"}
        for name, value in choice_of(self._settings).items():
            environment[f"KINORA_{name.upper()}"] = value
        command = [sys.executable, "-m", "kinora.moments.encoder_service", str(self._socket_path), *arguments]
        with self._log_path.open("ab") as log:
            if log.tell() > _MAX_LOG_BYTES:
                log.truncate(0)
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        _started.append(process)
        return process

    @property
    def _log_path(self) -> Path:
        return self._socket_path.with_suffix(".log")

    def _last_words(self) -> str:
        try:
            lines = self._log_path.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return f"its last words: {lines[-1][:300]}" if lines else "it said nothing"


def choice_of(settings: Settings) -> dict[str, str]:
    """Return the settings that a service is started with; one with other settings makes room for a new one."""
    return {
        "text_encoder": settings.text_encoder,
        "frame_encoder": settings.frame_encoder,
        "frame_encoder_download": "on" if settings.frame_encoder_download else "off",
        "encoder_idle_seconds": str(settings.encoder_idle_seconds),
    }


def _info_of(header: dict[str, Any]) -> FrameEncoderInfo:
    return FrameEncoderInfo(
        str(header["name"]), int(header["dimension"]), float(header["logit_scale"]), float(header["logit_bias"])
    )


def _rebuilt(error: dict[str, Any]) -> KinoraError:
    return error_named(str(error.get("kind")), str(error.get("message")), hint=str(error.get("hint", "")))


def _main(texts: Sequence[str], *, clock: Callable[[], float] = time.perf_counter) -> None:
    settings = current()
    client = EncoderClient(settings.encoder_socket, settings)
    for text in texts:
        started = clock()
        vector = client.embed_sentences([text])[0]
        print(f"{text!r}: {vector.shape[0]} numbers, {vector[:4].round(3)} …, {1000 * (clock() - started):.1f} ms")


if __name__ == "__main__":
    _main(sys.argv[1:] or ["a dog on a beach", "a dog on a beach"])
