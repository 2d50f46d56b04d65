"""`kinora serve`: the site and a worker, watched over and restarted when one of them dies."""

from __future__ import annotations

import ctypes
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

import click

from kinora import config
from kinora.cli.output import err, out, print_json
from kinora.config import Settings
from kinora.errors import Conflict, ToolFailed

START_SECONDS = 60
STOP_SECONDS = 25
_PR_SET_PDEATHSIG = 1


@click.command("serve")
@click.option("--no-worker", is_flag=True, help="Only the site; jobs wait for a worker elsewhere.")
@click.option("--site-only", is_flag=True, hidden=True, help="Be the site's own process.")
@click.option("--demo", is_flag=True, help="Fill an empty library with the demo clips.")
@click.option("--host", help="Address to listen on (KINORA_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (KINORA_PORT).")
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON once the site answers.")
def command(no_worker: bool, site_only: bool, demo: bool, host: str | None, port: int | None, as_json: bool) -> None:
    """Serve the site, and do the queued jobs beside it, until stopped."""
    config.override(**{name: given for name, given in (("host", host), ("port", port)) if given is not None})
    settings = config.current()
    if site_only:
        from kinora.site.serve import serve

        serve(settings)
        return
    from kinora.library.setup import set_up_django

    _refuse_taken_port(settings)
    set_up_django()
    wanted = {"site": ["serve", "--site-only"]} | ({} if no_worker else {"worker": ["work"]})
    household = Household(settings, wanted)
    household.start()
    try:
        household.wait_until_answering()
        _announce(settings, as_json=as_json)
        if demo:
            _fill_demo(household)
        household.watch()
    finally:
        household.stop()


@dataclass
class Household:
    """The processes of one installation, each started again when it dies."""

    settings: Settings
    wanted: Mapping[str, Sequence[str]]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    num_deaths: dict[str, int] = field(default_factory=dict)
    is_stopping: bool = False

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for name in self.wanted:
            self._spawn(name)

    def _spawn(self, name: str, arguments: Sequence[str] | None = None) -> None:
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "kinora", "--home", str(self.settings.home), *(arguments or self.wanted[name])],
            env=config.child_environment(self.settings) | self._listening(),
            start_new_session=True,  # Ctrl-C reaches this process, which then stops the others in order
            preexec_fn=_end_with_parent,
        )

    def _listening(self) -> dict[str, str]:
        return {f"{config.PREFIX}HOST": self.settings.host, f"{config.PREFIX}PORT": str(self.settings.port)}

    def run_once(self, name: str, arguments: Sequence[str]) -> None:
        """Start a command beside the others that may end."""
        self._spawn(name, arguments)

    def wait_until_answering(self) -> None:
        """Return when the site answers.

        Raises:
            ToolFailed: it ended, or did not answer in time.
        """
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up and not self.is_stopping:
            if self.processes["site"].poll() is not None:
                raise ToolFailed("the site ended while starting; its last lines above say why")
            if _is_answering(self.settings):
                return
            time.sleep(0.1)
        raise ToolFailed(f"the site did not answer within {START_SECONDS} s at {self.settings.site_url}")

    def watch(self) -> None:
        """Restart what dies until asked to stop; a process that keeps dying is waited for longer each time."""
        while not self.is_stopping:
            for name, process in list(self.processes.items()):
                if process.poll() is None:
                    continue
                if name not in self.wanted:
                    del self.processes[name]
                    continue
                self.num_deaths[name] = self.num_deaths.get(name, 0) + 1
                err.print(f"The {name} ended (code {process.returncode}); starting it again.", markup=False)
                time.sleep(min(30.0, 0.5 * 2 ** min(self.num_deaths[name], 6)) if self.num_deaths[name] > 3 else 0.2)
                self._spawn(name)
            time.sleep(0.3)

    def stop(self) -> None:
        """Ask every process to end and wait; what does not end in time is killed (its jobs go back by their lease)."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        give_up = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(timeout=max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _refuse_taken_port(settings: Settings) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Conflict(
                f"port {settings.port} on {settings.host} can't be used: {error.strerror}",
                hint="stop what listens there, or choose another: KINORA_PORT=8001",
            ) from error


def _is_answering(settings: Settings) -> bool:
    import http.client

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _announce(settings: Settings, *, as_json: bool) -> None:
    from kinora.library.accounts import first_run_token

    token = first_run_token()
    setup_url = f"{settings.site_url}/setup?token={token}" if token else None
    if as_json:
        print_json({"url": settings.site_url, "setup_url": setup_url})
        sys.stdout.flush()
        return
    width = min(100, shutil.get_terminal_size().columns)
    out.print("─" * width)
    out.print(f"Kinora is at {settings.site_url}", markup=False)
    if setup_url:
        out.print(f"Make the first administrator (name and password): {setup_url}", markup=False)
    else:
        out.print(f"Sign in: {settings.site_url}/accounts/login/", markup=False)
    out.print(f"The library is in {settings.home}. Stop with Ctrl-C.", markup=False)
    out.print("─" * width)
    sys.stdout.flush()


def _fill_demo(household: Household) -> None:
    from kinora.library.demo.fill import is_demo_wanted

    if is_demo_wanted():
        out.print("Drawing the demo library; its first videos can be searched in about a minute.")
        sys.stdout.flush()
        household.run_once("demo", ["demo"])
