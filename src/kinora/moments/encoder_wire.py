"""How the encoder service and its clients talk: a length, a JSON header, then the bytes of one array. Never pickle.

request   4 bytes big-endian length · {"verb": …, …}
answer    4 bytes big-endian length · {"dtype", "shape", …} or {"error": …} · array bytes
"""

from __future__ import annotations

import json
import math
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinora.errors import SettingRefused, WorkerLost

Array = npt.NDArray[np.float32]

_LENGTH = struct.Struct(">I")
MAX_HEADER_BYTES = 32 * 2**20
_MAX_ARRAY_BYTES = 2**30
_DTYPES = {"float16": np.float16, "float32": np.float32}
_MAX_ADDRESS_BYTES = 100  # the system's own limit is 108


def send_message(connection: socket.socket, header: dict[str, Any], array: npt.NDArray[Any] | None = None) -> None:
    """Send one message; OSError where the other side is gone."""
    if array is not None:
        header = header | {"dtype": str(array.dtype), "shape": list(array.shape)}
    encoded = json.dumps(header, ensure_ascii=False).encode("utf-8", errors="replace")
    connection.sendall(_LENGTH.pack(len(encoded)) + encoded)
    if array is not None:
        connection.sendall(np.ascontiguousarray(array).tobytes())


def receive_header(connection: socket.socket) -> dict[str, Any] | None:
    """Return the next header, None where the other side closed between messages.

    Raises:
        WorkerLost: the other side broke off inside a message, or it is not one of ours.
    """
    prefix = _receive(connection, _LENGTH.size, may_end=True)
    if not prefix:
        return None
    (size,) = _LENGTH.unpack(prefix)
    if size > MAX_HEADER_BYTES:
        raise WorkerLost(f"a message of {size:,} bytes came over the encoder's socket; it speaks another language")
    try:
        header = json.loads(_receive(connection, size))
    except ValueError as error:
        raise WorkerLost("a message over the encoder's socket is no JSON") from error
    if not isinstance(header, dict):
        raise WorkerLost("a message over the encoder's socket is no JSON object")
    return header


def receive_array(connection: socket.socket, header: dict[str, Any]) -> npt.NDArray[Any]:
    """Return the array that follows an answer's header."""
    dtype, shape = _DTYPES.get(str(header.get("dtype"))), header.get("shape")
    if dtype is None or not isinstance(shape, list) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise WorkerLost("an answer over the encoder's socket carries no array")
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > _MAX_ARRAY_BYTES:
        raise WorkerLost(f"an answer over the encoder's socket claims {size:,} bytes")
    return np.frombuffer(_receive(connection, size), dtype=dtype).reshape(shape)


def _receive(connection: socket.socket, size: int, *, may_end: bool = False) -> bytes:
    blocks = bytearray()
    while len(blocks) < size:
        block = connection.recv(min(size - len(blocks), 2**20))
        if not block:
            if may_end and not blocks:
                return b""
            raise WorkerLost("the encoder service broke off in the middle of a message")
        blocks += block
    return bytes(blocks)


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """Give an address for a socket file however deep its folder lies: the system takes 108 bytes at most."""
    if len(os.fsencode(path)) <= _MAX_ADDRESS_BYTES:
        yield str(path)
        return
    if not Path("/proc/self/fd").is_dir():
        raise SettingRefused(f"the path of KINORA_HOME is too long for a socket: {path}; choose a shorter one")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
