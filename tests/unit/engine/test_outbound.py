"""The outbound client reaches public addresses only."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from kinora.engine import outbound
from kinora.errors import AddressRefused, Unreachable


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
     "255.255.255.255"],
)  # fmt: skip
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not outbound.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_outer_addresses_are_public(address: str) -> None:
    assert outbound.is_public(address)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server on this machine that notes who connects; nobody may."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    seen: list[bytes] = []
    stop = threading.Event()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            seen.append(b"connected")
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield server.getsockname()[1], seen
    stop.set()
    thread.join()
    server.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"])
def test_a_request_to_this_machine_is_refused_before_it_connects(host: str, listener: tuple[int, list[bytes]]) -> None:
    port, seen = listener
    with outbound.public_client() as client, pytest.raises((AddressRefused, Unreachable)):
        client.get(f"http://{host}:{port}/")
    assert not seen


def test_a_name_with_one_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("192.168.0.9", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(AddressRefused, match=r"192\.168\.0\.9"):
        outbound.public_addresses("rebind.example", 80)


def test_a_redirect_is_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is let through here; the redirect it gives leads to another inner address and is refused."""
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]

    def redirect_once() -> None:
        connection, _ = server.accept()
        connection.recv(4096)
        connection.sendall(
            f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:{port}/\r\nContent-Length: 0\r\n\r\n".encode()
        )
        connection.close()

    thread = threading.Thread(target=redirect_once)
    thread.start()
    with outbound.public_client() as client, pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
        client.get(f"http://127.0.0.1:{port}/")
    thread.join()
    server.close()


@pytest.mark.parametrize(
    "url", ["", "ftp://example.org/", "https://name:password@example.org/", "file:///etc/passwd", "//example.org", "x"]
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused, match=r"address|used"):
        outbound.check_address(url)


def served_once(reply: bytes, *, drip: bool = False) -> tuple[str, threading.Thread, list[bytes]]:
    """Answer one request with these bytes, at once or one byte at a time, until the other side hangs up."""
    server = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def answer() -> None:
        connection, _ = server.accept()
        got.append(connection.recv(65536))
        try:
            for piece in [reply[at : at + 1] for at in range(len(reply))] if drip else [reply]:
                connection.sendall(piece)
                if drip:
                    threading.Event().wait(0.05)
        except OSError:
            pass
        connection.close()
        server.close()

    thread = threading.Thread(target=answer)
    thread.start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/hook", thread, got


def test_a_post_gives_status_and_body_and_follows_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    url, thread, got = served_once(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 2\r\n\r\nno"
    )
    answer = outbound.post(url, b"{}", {"X-One": "1"})
    thread.join()
    assert (answer.status, answer.body) == (302, b"no")
    assert got[0].startswith(b"POST /hook HTTP/1.1") and b"x-one: 1" in got[0].lower()


def test_a_long_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    url, thread, _ = served_once(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 4 * outbound.MAX_ANSWER_BYTES)
    assert len(outbound.post(url, b"{}", {}).body) == outbound.MAX_ANSWER_BYTES
    thread.join()


def test_a_side_that_drips_its_answer_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    url, thread, _ = served_once(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 400, drip=True)
    with pytest.raises(Unreachable, match="did not answer"):
        outbound.post(url, b"{}", {}, seconds=0.5)
    thread.join()
