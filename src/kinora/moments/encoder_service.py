"""The encoder service: one process a home that holds the networks and answers over a unix socket.

It lets the site and every command ask for vectors without loading torch, and without loading weights each. Who holds
the lock file is the service; the socket it listens on is its owner's alone (mode 0600). Networks load when first
asked for. It ends after `encoder_idle_seconds` unused, when its socket is gone, or when asked with other settings.

Try it: `KINORA_HOME=/tmp/films python -m kinora.moments.encoder_service /tmp/films/encoder.sock`
"""

from __future__ import annotations

import argparse
import fcntl
import heapq
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kinora.config import Settings, current
from kinora.errors import InputError, KinoraError, UnreadableMedia, WeightsMissing, WorkerLost
from kinora.moments.encoder_client import choice_of
from kinora.moments.encoder_wire import Array, receive_header, send_message, socket_address
from kinora.moments.frame_encoder import FrameEncoder, info_of, slug_of
from kinora.moments.weights import EMBEDDED_FRAMES, folder_in_use, frames_folder_named

if TYPE_CHECKING:
    from kinora.moments.sentence_encoder import SentenceEncoder

_FEW = 4  # requests of up to this many items are somebody waiting at a search box: they go first
_SENTENCES_A_TURN = 32
_PICTURES_A_TURN = 4
_PICTURES_A_SHORT_TURN = 32  # with the embedded encoder: under a tenth of a second
_MAX_CONNECTIONS = 64
_MAX_PICTURE_PIXELS = 4096 * 4096
_LOCK_WAIT_SECONDS = 10.0


class Turns:
    """A lock that the most urgent waiter gets next; lower is more urgent, first come first served within one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int]] = []
        self._num_tickets = 0
        self._is_taken = False

    @contextmanager
    def take(self, urgency: int) -> Iterator[None]:
        with self._changed:
            self._num_tickets += 1
            ticket = (urgency, self._num_tickets)
            heapq.heappush(self._waiting, ticket)
            self._changed.wait_for(lambda: not self._is_taken and self._waiting[0] == ticket)
            heapq.heappop(self._waiting)
            self._is_taken = True
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()


class Encoders:
    """The networks, each loaded when first used, all computing in turns."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turns = Turns()
        self._sentences: SentenceEncoder | None = None
        self._frames: dict[str, FrameEncoder] = {}  # "" is the chosen one, others by `slug_of` their name
        # A search asks for its words' vector twice: near in meaning, and in picture.
        self._latest: dict[str, Array] = {}

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], Array | None]:
        """Return the header and the array that answer a request; `by` names another frame encoder than the chosen."""
        by = str(request.get("by", ""))
        match request.get("verb"):
            case "describe_sentence_encoder":
                with self._turns.take(0):
                    encoder = self._sentence_encoder()
                return {"name": encoder.name, "dimension": encoder.dimension}, None
            case "describe_frame_encoder":
                with self._turns.take(0):
                    return asdict(info_of(self._frame_encoder(by))), None
            case "embed_sentences":
                return {}, self._embed_sentences(_strings(request, "sentences"))
            case "embed_picture_texts":
                vectors = self._embed_texts(_strings(request, "texts"), by)
                return asdict(info_of(self._frame_encoder(by))), vectors
            case "embed_pictures":
                return {}, self._embed_pictures(_strings(request, "paths"), by)
        raise InputError(f"the encoder service knows no verb {str(request.get('verb'))[:40]!r}")

    def loaded(self) -> dict[str, str]:
        """Return the names of what is in memory."""
        held = {"sentence_encoder": self._sentences, "frame_encoder": self._frames.get("")}
        return {kind: encoder.name for kind, encoder in held.items() if encoder is not None}

    def _embed_sentences(self, sentences: list[str]) -> Array:
        by_length = sorted(range(len(sentences)), key=lambda position: len(sentences[position]))
        ordered = [sentences[position] for position in by_length]
        vectors = self._in_turns(ordered, _SENTENCES_A_TURN, self._sentence_vectors)
        unordered = np.empty_like(vectors)
        unordered[by_length] = vectors
        return unordered

    def _sentence_vectors(self, sentences: Sequence[str]) -> Array:
        if len(sentences) != 1:
            return self._sentence_encoder().embed(sentences)
        if sentences[0] not in self._latest:
            self._latest = {sentences[0]: self._sentence_encoder().embed(sentences)}
        return self._latest[sentences[0]]

    def _embed_texts(self, texts: list[str], by: str) -> Array:
        return self._in_turns(texts, _SENTENCES_A_TURN, lambda part: self._frame_encoder(by).embed_texts(part))

    def _embed_pictures(self, paths: list[str], by: str) -> Array:
        def embed(part: Sequence[str]) -> Array:
            encoder = self._frame_encoder(by)
            return encoder.embed_images([_read_picture(Path(path), 2 * encoder.side) for path in part])

        is_small = self._settings.frame_encoder == EMBEDDED_FRAMES and not by
        return self._in_turns(paths, _PICTURES_A_SHORT_TURN if is_small else _PICTURES_A_TURN, embed)

    def _in_turns(self, items: list[str], size: int, embed: Callable[[Sequence[str]], Array]) -> Array:
        """Embed a few items a turn, so that a query never waits for the whole of somebody's batch."""
        parts = []
        for start in range(0, max(1, len(items)), size):
            with self._turns.take(0 if len(items) <= _FEW else 1):
                parts.append(embed(items[start : start + size]))
        return np.concatenate(parts)

    def _sentence_encoder(self) -> SentenceEncoder:
        if self._sentences is None:
            if self._settings.text_encoder == "off":
                raise WeightsMissing("the sentence encoder and search by meaning are off", hint=_how("text_encoder"))
            _prepare_torch()
            from kinora.moments.sentence_encoder import SentenceEncoder

            self._sentences = SentenceEncoder.from_setting(self._settings.text_encoder)
        return self._sentences

    def _frame_encoder(self, by: str = "") -> FrameEncoder:
        """Return the chosen frame encoder, or the one of this name for what it embedded before."""
        if self._settings.frame_encoder == "off":
            raise WeightsMissing("no picture encoder is set", hint=_how("frame_encoder"))
        if by not in self._frames:
            _prepare_torch()
            if by and "" in self._frames and slug_of(self._frames[""].name) == by:
                self._frames[by] = self._frames[""]
            elif by:
                self._frames[by] = self._in_folder(frames_folder_named(self._settings, by))
            elif self._settings.frame_encoder == EMBEDDED_FRAMES:
                self._frames[by] = self._embedded()
            else:
                self._frames[by] = self._in_folder(folder_in_use(self._settings, "frames"))
        return self._frames[by]

    def _embedded(self, folder: Path | None = None) -> FrameEncoder:
        """Return the shipped encoder, or one that was trained here; it stands on the embedded sentence encoder."""
        from kinora.moments.kinora_frames.encoder import WEIGHTS_FOLDER, KinoraFrameEncoder
        from kinora.moments.sentence_encoder import EMBEDDED_NAME, SentenceEncoder

        if self._settings.text_encoder == EMBEDDED_NAME:
            return KinoraFrameEncoder(self._sentence_vectors, folder or WEIGHTS_FOLDER)
        return KinoraFrameEncoder(SentenceEncoder.from_setting(EMBEDDED_NAME).embed, folder or WEIGHTS_FOLDER)

    def _in_folder(self, folder: Path) -> FrameEncoder:
        """Return the encoder in a folder: one that `kinora train frames` wrote, or a SigLIP 2."""
        from kinora.moments.kinora_frames.encoder import is_frame_network
        from kinora.moments.siglip import SiglipEncoder

        return self._embedded(folder) if is_frame_network(folder) else SiglipEncoder(folder.name, folder)


def _how(setting: str) -> str:
    return f"set KINORA_{setting.upper()}; see docs/models.md"


def _prepare_torch() -> None:
    import torch

    torch.set_num_threads(1)


def _strings(request: dict[str, Any], key: str) -> list[str]:
    given = request.get(key)
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise InputError(f"the encoder service expected a list of strings as {key!r}")
    return given


def _read_picture(path: Path, least_side: int) -> npt.NDArray[np.uint8]:
    """Return one of our own sample JPEGs as rgb, read smaller where that is quicker but never below `least_side`."""
    from PIL import Image

    try:
        with Image.open(path, formats=["JPEG"]) as image:
            if image.width * image.height > _MAX_PICTURE_PIXELS:
                raise UnreadableMedia(f"{path.name} has {image.width}x{image.height} pixels, too many for a sample")
            image.draft("RGB", (least_side, least_side))
            return np.asarray(image.convert("RGB"))
    except OSError as error:
        raise UnreadableMedia(f"{path.name} is no JPEG that can be read: {error}") from error


class Service:
    """Listens, answers each connection in a thread of its own, and ends when nobody needs it."""

    def __init__(self, socket_path: Path, settings: Settings) -> None:
        self._socket_path = socket_path
        self._settings = settings
        self._encoders = Encoders(settings)
        self._last_used = time.monotonic()
        self._num_open = 0
        self._num_busy = 0
        self._counting = threading.Lock()
        self._is_stopping = threading.Event()
        self._inode = 0

    def run(self, *, preload: bool = False) -> None:
        """Serve until idle, stopped, replaced or told to end; the caller holds the lock."""
        listener = self._listen()
        if preload:
            request = {"verb": "describe_sentence_encoder", "choice": choice_of(self._settings)}
            threading.Thread(target=self._answer, args=(request,), daemon=True).start()
        try:
            while not self._is_stopping.is_set() and not self._is_over():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    self._take(connection)
        finally:
            self._unlink()
            listener.close()

    def stop(self) -> None:
        self._is_stopping.set()

    def _listen(self) -> socket.socket:
        """Bind beside the final name and move into place: whoever sees the socket can connect to it."""
        fresh = self._socket_path.with_name(f".{self._socket_path.name}-{os.getpid()}")
        fresh.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            with socket_address(fresh) as address:
                listener.bind(address)
        finally:
            os.umask(mask)
        listener.listen(_MAX_CONNECTIONS)
        listener.settimeout(0.5)
        self._inode = fresh.stat().st_ino
        fresh.replace(self._socket_path)
        return listener

    def _is_over(self) -> bool:
        if self._is_replaced():
            return True
        idle_seconds = self._settings.encoder_idle_seconds
        unused_seconds = time.monotonic() - self._last_used
        return self._num_busy == 0 and 0 < idle_seconds < unused_seconds

    def _is_replaced(self) -> bool:
        """Return whether the socket is gone or another's: the home was removed, or moved."""
        try:
            return self._socket_path.stat().st_ino != self._inode
        except OSError:
            return True

    def _unlink(self) -> None:
        if not self._is_replaced():
            self._socket_path.unlink(missing_ok=True)

    def _take(self, connection: socket.socket) -> None:
        with self._counting:
            is_full = self._num_open >= _MAX_CONNECTIONS
            self._num_open += 0 if is_full else 1
        if is_full:
            connection.close()
            return
        connection.settimeout(None)
        threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection:
                while not self._is_stopping.is_set():
                    request = receive_header(connection)
                    if request is None:
                        return
                    send_message(connection, *self._answer(request))
        except (OSError, WorkerLost):
            return  # the client is gone
        finally:
            with self._counting:
                self._num_open -= 1

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], Array | None]:
        if request.get("verb") == "info":
            return {"process_id": os.getpid(), "loaded": self._encoders.loaded()}, None
        if request.get("verb") == "stop" or request.get("choice") != choice_of(self._settings):
            self._unlink()
            self._is_stopping.set()
            lost = WorkerLost("the encoder service ends: it was told to, or is asked with other settings")
            return ({} if request.get("verb") == "stop" else lost.to_json()), None
        with self._counting:
            self._num_busy += 1
        try:
            return self._encoders.answer(request)
        except KinoraError as error:
            return error.to_json(), None
        finally:
            with self._counting:
                self._num_busy -= 1
                self._last_used = time.monotonic()


@contextmanager
def the_only_one(socket_path: Path) -> Iterator[bool]:
    """Hold the home's encoder lock; False where another service holds it and answers."""
    with (socket_path.with_suffix(".lock")).open("ab") as lock:
        deadline = time.monotonic() + _LOCK_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if _answers(socket_path) or time.monotonic() > deadline:
                    yield False
                    return
            time.sleep(0.05)
        yield True


def _answers(socket_path: Path) -> bool:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with connection, socket_address(socket_path) as address:
        try:
            connection.connect(address)
        except OSError:
            return False
    return True


def main() -> int:
    """Run the service of the home in the environment; return at once where one runs already."""
    parser = argparse.ArgumentParser(description="Kinora's encoder service")
    parser.add_argument("socket_path", type=Path)
    parser.add_argument("--preload", action="store_true", help="load the sentence encoder at once")
    given = parser.parse_args()
    with the_only_one(given.socket_path) as is_only:
        if is_only:
            service = Service(given.socket_path, current())
            signal.signal(signal.SIGTERM, lambda *_: service.stop())
            service.run(preload=given.preload)
    return 0


if __name__ == "__main__":
    sys.exit(main())
