"""A real site and a real worker in processes of their own, on a home of their own, for tests that drive a browser."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.tables import give_tables

PASSWORD = "correct horse battery"
START_SECONDS = 60.0

_PRELUDE = """
import json, sys
from kinora.library.setup import set_up_django
set_up_django()
given = json.loads(sys.argv[1])
"""
_MAKE_PEOPLE = """
from kinora.library.models import User
for name, is_staff in (("admin", True), ("alice", False), ("bob", False)):
    person = User(username=name, is_staff=is_staff, is_superuser=is_staff)
    person.set_password(given["password"])
    person.save()
"""
_ADD_VIDEO = """
from kinora.library.add import add_file
from kinora.library.models import User
owner = User.objects.get(username=given["owner"])
added = add_file(given["path"], owner=owner, title=given["title"], visibility=given["visibility"])
print(added.video.public_id)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """The processes, their home and their address; each can be killed and started again."""

    home: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    site: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        give_tables(self.home)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("KINORA_")}
        return {
            **inherited,
            "KINORA_HOME": str(self.home),
            "KINORA_PORT": str(self.port),
            "KINORA_WEB_PROCESSES": "1",  # quicker to start; that several do the same: `test_tus_server`
            "OMP_WAIT_POLICY": "passive",
            "OMP_NUM_THREADS": "1",
            **{f"KINORA_{name.upper()}": text for name, text in self.settings.items()},
        }

    def run_python(self, code: str, **given: Any) -> str:
        """Run code in a fresh Python that has Django set up on this home; `given` is at hand as a dict."""
        done = subprocess.run(
            [sys.executable, "-c", _PRELUDE + code, json.dumps(given)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Put an SQL question to the home's database; much quicker than a fresh Python."""
        with closing(sqlite3.connect(f"file:{self.home / 'kinora.sqlite3'}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(question, values).fetchall()

    def make_people(self) -> None:
        self.run_python(_MAKE_PEOPLE, password=PASSWORD)

    def add_video(self, path: Path, *, owner: str = "alice", title: str = "", visibility: str = "public") -> str:
        """Add a file for somebody and return the video's public identifier; the worker reads it."""
        return self.run_python(_ADD_VIDEO, path=str(path), owner=owner, title=title, visibility=visibility)

    def start_site(self) -> None:
        self.site = self._spawn("site", "serve", "--site-only")
        give_up = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.site.poll() is None, self.log("site")[-3000:]
            assert time.monotonic() < give_up, "the site did not answer in time"
            time.sleep(0.1)

    def start_worker(self) -> None:
        self.worker = self._spawn("worker", "work")

    def kill_site(self) -> None:
        """End the site as a power cut would."""
        self._kill(self.site)
        self.site = None

    def kill_worker(self) -> None:
        self._kill(self.worker)
        self.worker = None

    def stop(self) -> None:
        self.kill_site()
        self.kill_worker()

    def log(self, name: str) -> str:
        path = self.home / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _spawn(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "kinora", *arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @staticmethod
    def _kill(process: subprocess.Popen[bytes] | None) -> None:
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
