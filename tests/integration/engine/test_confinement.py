"""What a confined child can't do, tried from inside; what ends it. Fresh children, and such as were started ahead."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.integration.engine import errands

from kinora.engine import spares
from kinora.engine.cancel import CancelToken
from kinora.engine.confined_call import confined_call, keeping_spares
from kinora.engine.limits import Limits
from kinora.engine.sandbox import describe_confinement, run_confined
from kinora.errors import Bug, Cancelled, LimitExceeded, MediaTooLarge, ToolFailed, WorkerLost

LIMITS = Limits(cpu_seconds=20, wall_seconds=60, memory_bytes=2**29, output_bytes=2**24)
HELD = describe_confinement()


ERRANDS = (
    errands.attempt_all, errands.environment, errands.give_back, errands.refuse, errands.stumble, errands.wrong_type,
    errands.chatter, errands.eat_memory, errands.reserve_memory, errands.spin, errands.nap, errands.fill,
    errands.fill_one, errands.crash, errands.end_quietly, errands.refuse_then_die, errands.process_id,
)  # fmt: skip


@pytest.fixture(scope="module", params=["fresh", "spare"], autouse=True)
def kind_of_child(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "fresh":
        yield "fresh"
        return
    if not HELD["landlock"]:
        pytest.skip("no Landlock on this machine: no spares are kept")
    with keeping_spares(ERRANDS):
        yield "spare"


@pytest.fixture(autouse=True)
def waiting_spares(kind_of_child: str) -> list[int]:
    """Every test begins with a spare waiting for each errand, so that none is done by a fresh child."""
    if kind_of_child == "fresh":
        return []
    kept = spares.kept()
    assert kept is not None
    until = time.monotonic() + 30
    while len(kept.waiting()) < len(ERRANDS):
        assert time.monotonic() < until, "the spares were not started"
        time.sleep(0.05)
    return kept.waiting()


def attempt(*tries: tuple[str, object], read: tuple[Path, ...] = (), write: Path | None = None) -> list[str]:
    arguments = {"tries": [(kind, str(target)) for kind, target in tries]}
    return confined_call(errands.attempt_all, arguments=arguments, limits=LIMITS, read_paths=read, write_dir=write)


def is_refused(said: str) -> bool:
    return said.startswith("PermissionError")


needs_files_lock = pytest.mark.skipif(
    not (HELD["landlock"] or HELD.get("bubblewrap")), reason="neither Landlock nor bubblewrap on this machine"
)
needs_call_filter = pytest.mark.skipif(not HELD["system_calls"], reason="no system call filter on this machine")
needs_no_network = pytest.mark.skipif(
    not (HELD["network_namespace"] or HELD["system_calls"] or HELD["landlock_network"]),
    reason="no layer on this machine takes the network away",
)


def test_every_machine_holds_the_plain_layers() -> None:
    assert HELD["resource_limits"] and HELD["no_new_privileges"] and HELD["death_with_parent"]


def test_a_spare_does_one_job_and_no_other(waiting_spares: list[int]) -> None:
    arguments: dict[str, object] = {}
    pids = [
        confined_call(errands.process_id, arguments=arguments, limits=LIMITS, read_paths=(), write_dir=None)
        for _ in range(3)
    ]
    assert len(set(pids)) == 3
    assert (pids[0] in waiting_spares) == bool(waiting_spares)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@needs_no_network
def test_no_connection_leaves_the_child() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        (said,) = attempt(("connect", server.getsockname()[1]))
        assert said.startswith(("PermissionError", "OSError", "ConnectionRefused"))
        with pytest.raises(TimeoutError):
            server.accept()


@needs_call_filter
def test_no_local_service_is_reached_by_its_path(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        (said,) = attempt(("connect_by_path", tmp_path / "socket"), read=(tmp_path,))
        assert is_refused(said)


@needs_files_lock
def test_only_the_named_files_can_be_read(tmp_path: Path) -> None:
    secret, given = tmp_path / "secret", tmp_path / "given"
    secret.write_text("secret")
    given.write_text("given")
    first, *others = attempt(
        ("read", given),
        ("read", secret),
        ("list", tmp_path),
        ("read", "/etc/passwd"),
        ("read", "/etc/shadow"),
        ("list", Path.home()),
        ("list", "/tmp"),
        ("read", "/proc/1/environ"),
        ("environment_of_parent", os.getpid()),
        read=(given,),
    )
    assert first == "did it: b'given'"
    assert all(is_refused(said) for said in others), others


@needs_files_lock
def test_a_child_that_opens_graphics_reads_no_more_files_and_reaches_no_network(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    tries = [("read", str(secret)), ("read", "/etc/passwd"), ("list", "/dev"), ("connect", "9")]
    said = confined_call(
        errands.attempt_all, arguments={"tries": tries}, limits=replace(LIMITS, opens_graphics=True), read_paths=(),
        write_dir=None,
    )  # fmt: skip
    assert all(is_refused(one) or one.startswith(("OSError", "ConnectionRefused")) for one in said), said


def test_a_child_that_opens_graphics_may_reserve_addresses_and_is_held_by_what_it_uses() -> None:
    limits = replace(LIMITS, memory_bytes=2**28, opens_graphics=True)
    with pytest.raises(LimitExceeded, match="256 MiB of memory"):
        confined_call(errands.eat_memory, arguments={"mebibytes": 400}, limits=limits, read_paths=(), write_dir=None)


@needs_files_lock
def test_a_link_inside_a_readable_folder_leads_nowhere(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("secret")
    (inside / "link").symlink_to(tmp_path / "secret")
    (inside / "passwd").symlink_to("/etc/passwd")
    said = attempt(("read", inside / "link"), ("read", inside / "passwd"), read=(inside,))
    assert all(map(is_refused, said)), said


@needs_files_lock
def test_writing_works_in_the_write_folder_only(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "old").write_text("old")
    first, *others = attempt(
        ("write", inside / "new"),
        ("write", outside / "new"),
        ("delete", outside / "old"),
        ("symlink", inside / "link"),
        read=(outside,),
        write=inside,
    )
    assert first == "did it: 7" and (inside / "new").read_text() == "written"
    assert all(map(is_refused, others)), others
    assert [path.name for path in outside.iterdir()] == ["old"]


@needs_call_filter
def test_no_new_process_and_no_change_of_modes(tmp_path: Path) -> None:
    (tmp_path / "file").touch(mode=0o600)
    said = attempt(("fork", ""), ("start", "/usr/bin/env"), ("chmod", tmp_path / "file"), write=tmp_path)
    assert all(map(is_refused, said)), said
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_the_environment_holds_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KINORA_SECRET_KEY", "very secret")
    seen = confined_call(errands.environment, arguments={}, limits=LIMITS, read_paths=(), write_dir=tmp_path)
    assert "very secret" not in seen.values() and not [name for name in seen if name.startswith("KINORA")]
    assert seen["TMPDIR"] == str(tmp_path)


def test_nouns_cross_by_their_type_hints() -> None:
    parcel = errands.Parcel(
        "naïve \u2028 name", Fraction(30000, 1001), Path("/a b"), (1, 2), errands.Parcel("x", Fraction(1), Path("."))
    )
    back = confined_call(
        errands.give_back, arguments={"parcel": parcel, "times": 2}, limits=LIMITS, read_paths=(), write_dir=None
    )
    assert back == [parcel, parcel]


def test_our_errors_cross_by_name_and_others_become_a_bug() -> None:
    with pytest.raises(MediaTooLarge, match="the word elephant is too large") as caught:
        confined_call(errands.refuse, arguments={"word": "elephant"}, limits=LIMITS, read_paths=(), write_dir=None)
    assert caught.value.hint == "a shorter one"
    with pytest.raises(Bug, match="KeyError"):
        confined_call(errands.stumble, arguments={}, limits=LIMITS, read_paths=(), write_dir=None)
    with pytest.raises(Bug, match="wrong shape"):
        confined_call(errands.wrong_type, arguments={}, limits=LIMITS, read_paths=(), write_dir=None)


def test_progress_arrives_and_prints_do_not_disturb() -> None:
    told: list[tuple[float, str]] = []
    said = confined_call(
        errands.chatter, arguments={}, limits=LIMITS, read_paths=(), write_dir=None,
        on_progress=lambda done, message: told.append((done, message)),
    )  # fmt: skip
    assert said == "done"
    assert told == [(0.0, "step 0"), (0.25, "step 1"), (0.5, "step 2"), (0.75, "step 3")]


@pytest.mark.parametrize(
    ("errand", "arguments", "limits", "sentence"),
    [
        (errands.spin, {"seconds": 30}, Limits(2, 60, 2**29, 2**20), "2 s of processor time"),
        (errands.nap, {"seconds": 60}, Limits(9, 2, 2**29, 2**20), "longer than 2 s"),
        (errands.eat_memory, {"mebibytes": 400}, Limits(9, 60, 2**28, 2**20), "256 MiB of memory"),
        (errands.reserve_memory, {"gibibytes": 64}, Limits(9, 60, 2**28, 2**20), "more memory than it may"),
    ],
)
def test_a_limit_passed_ends_it_with_a_sentence(
    errand: object, arguments: dict[str, object], limits: Limits, sentence: str
) -> None:
    started = time.monotonic()
    with pytest.raises(LimitExceeded, match=sentence):
        confined_call(errand, arguments=arguments, limits=limits, read_paths=(), write_dir=None)  # type: ignore[arg-type]
    assert time.monotonic() - started < 30


def test_too_much_output_ends_it(tmp_path: Path) -> None:
    limits = Limits(20, 60, 2**29, output_bytes=8 * 2**20)
    with pytest.raises(LimitExceeded, match="wrote more than"):
        confined_call(
            errands.fill,
            arguments={"folder": tmp_path, "mebibytes": 200},
            limits=limits,
            read_paths=(),
            write_dir=tmp_path,
        )
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 100 * 2**20


def test_one_file_can_not_pass_the_limit_even_for_a_moment(tmp_path: Path) -> None:
    arguments = {"file": tmp_path / "one", "mebibytes": 30}
    limits = Limits(20, 60, 2**29, output_bytes=8 * 2**20)
    with pytest.raises(LimitExceeded, match="wrote more than"):
        confined_call(errands.fill_one, arguments=arguments, limits=limits, read_paths=(), write_dir=tmp_path)
    assert (tmp_path / "one").stat().st_size <= 8 * 2**20


def test_a_crash_and_a_silent_end_are_told_apart() -> None:
    with pytest.raises(ToolFailed, match="SIGSEGV"):
        confined_call(errands.crash, arguments={}, limits=LIMITS, read_paths=(), write_dir=None)
    with pytest.raises(WorkerLost, match="without an answer"):
        confined_call(errands.end_quietly, arguments={}, limits=LIMITS, read_paths=(), write_dir=None)


def test_cancelling_stops_it_at_once() -> None:
    token = CancelToken()
    threading.Timer(1.0, token.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        confined_call(
            errands.nap, arguments={"seconds": 50}, limits=LIMITS, read_paths=(), write_dir=None, cancel=token
        )
    assert time.monotonic() - started < 10
    with pytest.raises(Cancelled):
        run_confined(["/bin/true"], limits=LIMITS, read_paths=(), write_dir=None, cancel=token)


def test_it_dies_with_its_parent() -> None:
    program = (
        "from kinora.engine.sandbox import run_confined; from kinora.engine.limits import Limits\n"
        "run_confined(['/bin/sleep', '77'], limits=Limits(9, 99, 2**29, 2**20), read_paths=[], write_dir=None)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    child = _wait_for(lambda: _children_running(parent.pid, "sleep"))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert _wait_for(lambda: not Path(f"/proc/{child}").exists() or _state(child) == "Z")


def _wait_for(look: object) -> object:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if found := look():  # type: ignore[operator]
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen within 15 s")


def _children_running(pid: int, name: str) -> int | None:
    for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if Path(f"/proc/{text}/comm").read_text().strip() == name:
            return int(text)
    return None


def _state(pid: object) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def test_a_program_that_fails_is_told_by_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match=r"ls failed: .*nowhere"):
        run_confined([_ls(), "/nowhere"], limits=LIMITS, read_paths=(), write_dir=tmp_path)
    with pytest.raises(ToolFailed, match="could not be started"):
        run_confined([str(tmp_path / "absent")], limits=LIMITS, read_paths=(), write_dir=tmp_path)
    with pytest.raises(Bug, match="whole path"):
        run_confined(["ls"], limits=LIMITS, read_paths=(), write_dir=None)


def test_lines_arrive_while_it_runs(tmp_path: Path) -> None:
    lines: list[str] = []
    finished = run_confined(
        [sys.executable, "-I", "-S", "-c", "print('one'); print('two', end='')"],
        limits=LIMITS,
        read_paths=[Path(sys.base_prefix), Path(sys.prefix)],
        write_dir=tmp_path,
        on_line=lines.append,
    )
    assert lines == ["one", "two"] and finished.exit_status == 0 and finished.stdout == b""


def _ls() -> str:
    return "/bin/ls"
