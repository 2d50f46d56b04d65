"""Confinement on lesser machines: what still holds when a layer is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.engine import errands

from kinora.engine import bubblewrap, sandbox
from kinora.engine.confined_call import confined_call
from kinora.engine.launch import launcher
from kinora.engine.limits import Limits
from kinora.errors import LimitExceeded

LIMITS = Limits(cpu_seconds=20, wall_seconds=60, memory_bytes=2**29, output_bytes=2**24)


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "landlock_abi", lambda: 0)


@pytest.mark.usefixtures("no_landlock")
@pytest.mark.skipif(
    bubblewrap.bubblewrap() is None, reason="bubblewrap is not on this machine, or can't make a namespace"
)
def test_bubblewrap_takes_over_where_landlock_is_missing(tmp_path: Path) -> None:
    inside, secret = tmp_path / "inside", tmp_path / "secret"
    inside.mkdir()
    secret.write_text("secret")
    tries = [("write", str(inside / "new")), ("read", str(secret)), ("read", "/etc/passwd"), ("connect", "9")]
    first, *others = confined_call(
        errands.attempt_all, arguments={"tries": tries}, limits=LIMITS, read_paths=(), write_dir=inside
    )
    assert first == "did it: 7" and (inside / "new").read_text() == "written"
    assert not [said for said in others if said.startswith("did it")]
    with pytest.raises(LimitExceeded, match="of memory"):
        arguments = {"mebibytes": 400}
        limits = Limits(20, 60, 2**28, 2**20)
        confined_call(errands.eat_memory, arguments=arguments, limits=limits, read_paths=(), write_dir=None)


@pytest.mark.usefixtures("no_landlock")
def test_without_either_the_other_layers_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: None)
    tries = [("write", str(tmp_path / "new")), ("connect", "9"), ("fork", "")]
    first, *others = confined_call(
        errands.attempt_all, arguments={"tries": tries}, limits=LIMITS, read_paths=(), write_dir=tmp_path
    )
    assert first == "did it: 7"
    held = sandbox.describe_confinement()
    if held["network_namespace"] or held["system_calls"]:
        assert not others[0].startswith("did it")
    if held["system_calls"]:
        assert not others[1].startswith("did it")
