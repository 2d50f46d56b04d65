"""A small HTTP proxy that leads to public addresses only: the one way out for a program that fetches by itself.

It listens on this machine for as long as the block lasts. Each connection is checked where it is made and goes to the
checked address itself, so neither a redirect nor a name that answers differently the second time leads inside.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from kinora.engine.outbound import public_addresses
from kinora.errors import AddressRefused, KinoraError

_HEAD_BYTES = 64 * 1024
_IDLE_SECONDS = 120.0
_CONNECT_SECONDS = 20.0
_PORTS = (80, 443, 8080, 8443)


class PublicProxy:
    """The proxy; `port` is where it listens, `refusal` why it last led nowhere."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.5)
        self._is_over = threading.Event()
        self.port: int = self._server.getsockname()[1]
        self.refusal: KinoraError | None = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, name="public-proxy", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._server.close()

    def _serve(self) -> None:
        while not self._is_over.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._lead, args=(client,), name="public-proxy-way", daemon=True).start()

    def _lead(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            client.settimeout(_CONNECT_SECONDS)
            head, rest = _head_of(client)
            try:
                host, port, passed = _asked(head)
                side = _connected(host, port)
            except KinoraError as error:
                self.refusal = error
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with side:
                if passed is None:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    side.sendall(rest)
                else:
                    side.sendall(passed + rest)
                self._pass_on(client, side)

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        while not self._is_over.is_set():
            ready, _, _ = select.select([one, other], [], [], _IDLE_SECONDS)
            if not ready:
                return
            for side in ready:
                data = side.recv(65536)
                if not data:
                    return
                (other if side is one else one).sendall(data)


def _head_of(client: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(8192)
        data += piece
        if not piece or len(data) > _HEAD_BYTES:
            raise ValueError("no request")
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _asked(head: bytes) -> tuple[str, int, bytes | None]:
    """Return host, port and what is sent on instead of the head; None where a tunnel is asked for."""
    lines = head.decode("latin-1").split("\r\n")
    method, target, version = lines[0].split(" ")
    if method == "CONNECT":
        host, _, port = target.rpartition(":")
        return host.strip("[]"), int(port), None
    parts = urlsplit(target)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("no address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # One request a connection: the next one may be for another host, and is checked anew.
    kept = [line for line in lines[1:] if line.split(":")[0].lower() not in ("proxy-connection", "connection")]
    sent = "\r\n".join([f"{method} {path} {version}", *kept, "Connection: close", "", ""])
    return parts.hostname, parts.port or 80, sent.encode("latin-1")


def _connected(host: str, port: int) -> socket.socket:
    if port not in _PORTS:
        raise AddressRefused(f"port {port} of {host} is none that the web uses", hint="accepted: 80, 443, 8080, 8443")
    last: OSError | None = None
    for address in public_addresses(host, port):
        try:
            return socket.create_connection((address, port), timeout=_CONNECT_SECONDS)
        except OSError as error:
            last = error
    raise last or OSError("no address")
