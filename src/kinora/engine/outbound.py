"""The one client for outbound requests: public addresses only, each redirect checked again.

The address is checked where the connection is made, and that very address is connected to, so a name that
answers differently the second time (DNS rebinding) can't lead inside. Proxies of the environment are ignored.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from kinora.errors import AddressRefused, Unreachable

MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 20.0


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
    """Connects to checked addresses only."""

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
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last or httpcore2.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        raise AddressRefused("a socket on this machine is no public address")


class _PublicTransport(httpx2.HTTPTransport):
    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False), network_backend=_PublicBackend()
        )


def public_client(**options: Any) -> httpx2.Client:
    """Return a client that reaches public addresses only; use it for every request that leaves this machine."""
    settings: dict[str, Any] = {
        "timeout": TIMEOUT_SECONDS,
        "follow_redirects": True,
        "max_redirects": MAX_REDIRECTS,
        **options,
    }
    return httpx2.Client(transport=_PublicTransport(), trust_env=False, **settings)
