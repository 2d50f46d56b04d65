"""Uploads against a real server: killed half-way, cut connections, and two writers at once."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.browser.server import PASSWORD, Server, free_port

SIZE = 3 * 2**20 + 17
BODY = bytes((index * 7 + index // 251) % 256 for index in range(2**16)) * 64
BODY = BODY[:SIZE]
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("home"), free_port(), {"web_processes": "2"})
    started.make_people()
    started.start_site()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def alice(server: Server) -> Iterator[httpx2.Client]:
    """Return Alice's signed-in client with the page's token in its headers."""
    with httpx2.Client(base_url=server.url, timeout=30) as client:
        client.get("/accounts/login/")
        form = {"login": "alice", "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        assert client.post("/accounts/login/", data=form).status_code == 302
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        yield client


def begin(alice: httpx2.Client, name: str) -> str:
    encoded = base64.b64encode(name.encode()).decode()
    answer = alice.post(
        "/uploads/", headers={**TUS, "Upload-Length": str(SIZE), "Upload-Metadata": f"filename {encoded}"}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def patch_headers(offset: int) -> dict[str, str]:
    return {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}


def offset_of(alice: httpx2.Client, url: str) -> int:
    return int(alice.head(url, headers=TUS).headers["Upload-Offset"])


def send_part(server: Server, alice: httpx2.Client, url: str, data: bytes, *, announced: int) -> socket.socket:
    """Open a PATCH by hand, send only a part of the announced body, and leave the connection open."""
    cookies = "; ".join(f"{name}={value}" for name, value in alice.cookies.items())
    lines = [
        f"PATCH {url} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Cookie: {cookies}",
        f"X-CSRFToken: {alice.headers['X-CSRFToken']}", f"Content-Length: {announced}",
        *(f"{name}: {value}" for name, value in patch_headers(0).items()), "", "",
    ]  # fmt: skip
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall("\r\n".join(lines).encode() + data)
    return connection


def wait_for_bytes(alice: httpx2.Client, url: str, num_bytes: int) -> None:
    give_up = time.monotonic() + 10
    while offset_of(alice, url) < num_bytes:
        assert time.monotonic() < give_up, "the bytes sent did not arrive"
        time.sleep(0.05)


def test_a_killed_server_keeps_what_came_and_the_upload_goes_on(server: Server, alice: httpx2.Client) -> None:
    url = begin(alice, "killed.mp4")
    connection = send_part(server, alice, url, BODY[: 2**21], announced=SIZE)
    wait_for_bytes(alice, url, 2**21)
    server.kill_site()
    connection.close()
    server.start_site()
    held = offset_of(alice, url)
    assert held == 2**21
    answer = alice.patch(url, content=BODY[held:], headers=patch_headers(held))
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(SIZE))
    video_id = alice.get(f"{url}/status").json()["video"]["id"]
    assert (server.home / "videos" / video_id / "original.mp4").read_bytes() == BODY
    assert not list((server.home / "uploads").glob("*"))


def test_a_cut_connection_keeps_what_came_and_frees_the_upload(server: Server, alice: httpx2.Client) -> None:
    url = begin(alice, "cut.mp4")
    send_part(server, alice, url, BODY[: 2**20], announced=SIZE).close()
    wait_for_bytes(alice, url, 2**20)
    answer = alice.patch(url, content=BODY[2**20 : 2**20 + 5], headers=patch_headers(2**20))
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(2**20 + 5))
    assert alice.delete(url, headers=TUS).status_code == 204


def test_of_two_writers_one_is_turned_away_and_the_bytes_are_whole(server: Server, alice: httpx2.Client) -> None:
    url = begin(alice, "twice.mp4")
    statuses: list[int] = []

    def write() -> None:
        with httpx2.Client(base_url=server.url, cookies=alice.cookies, timeout=30) as client:
            headers = {**patch_headers(0), "X-CSRFToken": alice.headers["X-CSRFToken"]}
            statuses.append(client.patch(url, content=BODY[:-1], headers=headers).status_code)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(statuses) in ([204, 409, 409, 409], [204, 409, 409, 423], [204, 409, 423, 423], [204, 423, 423, 423])
    upload = Path(server.home / "uploads" / url.rsplit("/", 1)[-1])
    assert upload.read_bytes() == BODY[:-1]
    assert alice.delete(url, headers=TUS).status_code == 204


def test_pages_and_scripts_carry_the_policy(server: Server, alice: httpx2.Client) -> None:
    for path in ("/", "/upload", "/static/favicon.svg", "/nothing", "/healthz"):
        policy = alice.get(path).headers.get("Content-Security-Policy", "")
        if not path.startswith("/static/"):
            assert "default-src 'self'" in policy and "unsafe" not in policy, path
    assert alice.get("/static/favicon.svg").headers["X-Content-Type-Options"] == "nosniff"
