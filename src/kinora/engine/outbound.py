"""The one client for outbound requests: public addresses only, each redirect checked again.

The address is checked where the connection is made, and that very address is connected to, so a name that
answers differently the second time (DNS rebinding) can't lead inside. Proxies of the environment are ignored.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore2
import httpx2

from kinora.errors import AddressRefused, Unreachable

MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 20.0
MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What the other side said; `body` is cut off at the bytes that were asked for."""

    status: int
    body: bytes


def public_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host, all of them public.

    Raises:
        AddressRefused: one of them is private, local or reserved.
        Unreachable: the name is unknown.
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"{host} can't be found: no such name, or no network here") from error
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    for address in addresses:
        if not is_public(address):
            raise AddressRefused(
                f"{host} leads to {address}, which is not a public address", hint="give a public address"
            )
    return addresses


def is_public(address: str) -> bool:
    """Return whether an IP address is reachable by everybody: not private, local, reserved or a mapped form of one."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


class _PublicBackend(httpcore2.SyncBackend):
    """Connects to checked addresses only; with a deadline, a connection ends there however busy it is."""

    def __init__(self, deadline_seconds: float | None = None) -> None:
        self._deadline_seconds = deadline_seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        last: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in public_addresses(host, port):
            try:
                stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
                return stream if self._deadline_seconds is None else _Hurried(stream, self._deadline_seconds)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last or httpcore2.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        raise AddressRefused("a socket on this machine is no public address")


class _Hurried(httpcore2.NetworkStream):
    """A connection whose every wait ends at one deadline: a side that sends a byte now and then can't hold us."""

    def __init__(self, stream: httpcore2.NetworkStream, seconds: float) -> None:
        self._stream = stream
        self._ends_at = time.monotonic() + seconds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = self._left(timeout, httpcore2.ConnectTimeout)
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, left), self._ends_at - time.monotonic())

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None, error: type[Exception]) -> float:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise error("the other side took too long altogether")
        return left if timeout is None else min(timeout, left)


class _PublicTransport(httpx2.HTTPTransport):
    def __init__(self, deadline_seconds: float | None) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False), network_backend=_PublicBackend(deadline_seconds)
        )


def public_client(*, deadline_seconds: float | None = None, **options: Any) -> httpx2.Client:
    """Return a client that reaches public addresses only; use it for every request that leaves this machine.

    Args:
        deadline_seconds: how long one connection may last altogether; the timeout alone bounds each wait only.
    """
    settings: dict[str, Any] = {
        "timeout": TIMEOUT_SECONDS,
        "follow_redirects": True,
        "max_redirects": MAX_REDIRECTS,
        **options,
    }
    return httpx2.Client(transport=_PublicTransport(deadline_seconds), trust_env=False, **settings)


def check_address(url: str) -> str:
    """Return an address that a request may be sent to, as it stands; whom it leads to is asked when connecting.

    Raises:
        AddressRefused: no http or https address, or one with a name and password in it.
    """
    try:
        parts = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError) as error:
        raise AddressRefused(f"{url[:100]!r} is no address", hint="accepted: https://host/path") from error
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo:
        raise AddressRefused(
            f"{url[:100]!r} can't be used", hint="accepted: https://host/path, without a name and password in it"
        )
    return str(parts)


def post(url: str, content: bytes, headers: dict[str, str], *, seconds: float = TIMEOUT_SECONDS) -> Answer:
    """Send bytes to a public address and return the answer; no redirect is followed.

    Raises:
        AddressRefused: the address is none, or leads inside.
        Unreachable: no answer within `seconds` altogether.
    """
    address = check_address(url)
    timeout = httpx2.Timeout(min(seconds, TIMEOUT_SECONDS))
    try:
        with (
            public_client(deadline_seconds=seconds, timeout=timeout, follow_redirects=False) as client,
            client.stream("POST", address, content=content, headers=headers) as response,
        ):
            body = b""
            for piece in response.iter_raw():
                body += piece
                if len(body) >= MAX_ANSWER_BYTES:
                    break
            return Answer(response.status_code, body[:MAX_ANSWER_BYTES])
    except httpx2.HTTPError as error:
        raise Unreachable(f"{httpx2.URL(address).host} did not answer: {error or type(error).__name__}") from error
