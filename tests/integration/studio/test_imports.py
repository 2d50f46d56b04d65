"""Imports from addresses: files by themselves, pages through yt-dlp, never from inside."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kinora import config
from kinora.engine import outbound
from kinora.engine.cancel import CancelToken
from kinora.engine.public_proxy import PublicProxy
from kinora.errors import AddressRefused, InputError, MediaTooLarge, NotFound, ToolFailed, Unreachable
from kinora.library.adding import files_of
from kinora.library.models import Job, User
from kinora.library.stages.fetch import run
from kinora.library.stages.stage import Work
from kinora.library.studio import ytdlp
from kinora.library.studio.download import download
from kinora.library.studio.imports import Wanted, add_parts, begin_import, cancel_import
from kinora.library.studio.models import AddressImport
from kinora.library.studio.ytdlp import Fetching, Listed, find_ytdlp, listed_at, needed_ytdlp

AsUser = Callable[[User | None], Client]


@pytest.fixture
def site() -> Iterator[str]:
    """Serve a film, a page, and a redirect to the machine's own metadata address."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/latest/meta-data")
                self.end_headers()
                return
            body = b"<html>no film</html>" if self.path == "/page" else b"film" * 1000
            self.send_response(404 if self.path == "/gone" else 200)
            self.send_header("Content-Type", "text/html" if self.path == "/page" else "video/mp4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *values: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test's own server be reached; every other rule stands."""
    true_rule = outbound.is_public
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1" or true_rule(address))


def fetched(address: str, folder: Path, **settings: Any) -> Path | None:
    chosen = config.Settings(home=folder, min_free_bytes=0, **settings)
    return download(address, folder, chosen, lambda done, said: None, CancelToken())


def test_a_file_is_fetched_by_its_address(site: str, loopback_is_public: None, tmp_path: Path) -> None:
    path = fetched(f"{site}/a%20film.mp4", tmp_path)
    assert path is not None and path.name == "a film.mp4" and path.read_bytes() == b"film" * 1000
    assert fetched(f"{site}/page", tmp_path) is None, "a page is no file"
    with pytest.raises(Unreachable, match="404"):
        fetched(f"{site}/gone", tmp_path)
    with pytest.raises(MediaTooLarge):
        fetched(f"{site}/film.mp4", tmp_path, max_upload_bytes=100)


def test_neither_an_address_nor_a_redirect_leads_inside(
    site: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for address in (f"{site}/film.mp4", "http://localhost/x.mp4", "http://[::1]/x.mp4", "http://169.254.169.254/x.mp4"):
        with pytest.raises(AddressRefused):
            fetched(address, tmp_path)
    true_rule = outbound.is_public
    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1" or true_rule(address))
    with pytest.raises(AddressRefused, match=r"169\.254"):
        fetched(f"{site}/away", tmp_path)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://a/b", "http://u:p@a/b", "javascript:1", "nothing", ""]
)
def test_what_is_no_web_address_is_refused_at_once(alice: User, address: str) -> None:
    with pytest.raises(AddressRefused):
        begin_import(alice, Wanted(address))
    assert not Job.objects.exists()


def test_the_proxy_leads_nowhere_inside() -> None:
    with PublicProxy() as proxy:
        for asked in (b"CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n", b"GET http://10.0.0.1/ HTTP/1.1\r\n\r\n",
                      b"CONNECT 8.8.8.8:22 HTTP/1.1\r\n\r\n"):  # fmt: skip
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as way:
                way.sendall(asked)
                assert way.recv(100).startswith(b"HTTP/1.1 403")
        assert isinstance(proxy.refusal, AddressRefused)


def test_without_ytdlp_pages_are_refused_in_one_sentence(
    site: str, loopback_is_public: None, alice: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = config.Settings(home=tmp_path, yt_dlp="off", min_free_bytes=0)
    assert find_ytdlp(settings) is None
    with pytest.raises(InputError, match="yt-dlp is not on this machine"):
        needed_ytdlp(settings)
    row = begin_import(alice, Wanted(f"{site}/page"))
    assert row.job is not None
    with pytest.raises(InputError, match="yt-dlp is not on this machine"):
        run(Work(row.job, settings, tmp_path, CancelToken(), lambda done, said: None))


@pytest.mark.skipif(find_ytdlp(config.Settings()) is None, reason="yt-dlp is not installed")
def test_ytdlp_reaches_public_addresses_only(tmp_path: Path) -> None:
    settings = config.Settings(home=tmp_path)
    fetching = Fetching(needed_ytdlp(settings), tmp_path, settings)
    with pytest.raises(AddressRefused, match=r"169\.254"):
        listed_at(fetching, "http://169.254.169.254/latest/meta-data")


def test_what_ytdlp_says_becomes_imports(tmp_path: Path, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, Any] = {"entries": [
        {"url": "https://films.example/1", "title": "One\u202e", "tags": ["a", "b"]},
        {"url": "file:///etc/passwd"}, None,
    ]}  # fmt: skip
    monkeypatch.setattr(ytdlp, "_run", lambda fetching, arguments: json.dumps(said).encode())
    fetching = Fetching(tmp_path, tmp_path, config.Settings(home=tmp_path))
    found = listed_at(fetching, "https://films.example/all")
    assert found == [Listed("https://films.example/1", "One", tags=("a", "b"))]
    parent = begin_import(alice, Wanted("https://films.example/all"))
    add_parts(parent, [*found, Listed("https://films.example/2", "Two")])
    assert [part.title for part in AddressImport.objects.filter(parent=parent)] == ["One", "Two"]
    add_parts(begin_import(alice, Wanted("https://films.example/again")), found)
    assert AddressImport.objects.filter(address="https://films.example/1").count() == 1, "not fetched twice"
    monkeypatch.setattr(ytdlp, "_run", lambda fetching, arguments: b"no json")
    with pytest.raises(ToolFailed):
        listed_at(fetching, "https://films.example/all")


def test_imports_are_seen_and_stopped_by_their_owner_alone(
    as_user: AsUser, calls: AsUser, alice: User, bob: User
) -> None:
    body = {"address": "https://films.example/secret.mp4"}
    begun = calls(alice).post("/api/v1/imports", body, content_type="application/json")
    assert begun.status_code == 202
    address = f"/api/v1/imports/{begun.json()['id']}"
    assert calls(bob).get("/api/v1/imports").json() == {"imports": []}
    assert calls(bob).delete(address).status_code == 404
    assert "secret" not in as_user(bob).get("/videos/import").content.decode()
    assert as_user(bob).post(f"/videos/import/{begun.json()['id']}/cancel").status_code == 404
    assert calls(None).post("/api/v1/imports", body, content_type="application/json").status_code == 401
    assert as_user(None).get("/videos/import").status_code == 302
    assert "secret.mp4" in as_user(alice).get("/videos/import").content.decode()
    assert calls(alice).delete(address).status_code == 204
    assert calls(alice).get("/api/v1/imports").json()["imports"][0]["state"] == "cancelled"
    with pytest.raises(NotFound):
        cancel_import(bob, begun.json()["id"])


def test_the_page_queues_and_says_what_is_wrong(as_user: AsUser, alice: User) -> None:
    browser = as_user(alice)
    refused = browser.post("/videos/import", {"address": "file:///etc/passwd", "visibility": "private"})
    assert refused.status_code >= 400 and "can&#x27;t be used" in refused.content.decode()
    assert browser.post("/videos/import", {"address": "https://films.example/a.mp4"}).status_code == 302
    assert AddressImport.objects.get().visibility == "private"


def test_adding_an_address_as_a_file_points_to_import() -> None:
    with pytest.raises(InputError, match="is an address"):
        files_of(["https://films.example/a.mp4"])
