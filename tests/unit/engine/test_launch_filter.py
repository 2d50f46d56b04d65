"""The launcher's system call filter, run by a small interpreter of classic BPF."""

from __future__ import annotations

import errno

import pytest

from kinora.engine.launch import launcher

ALLOW = launcher._ALLOW
X86, ARM = 0xC000003E, 0xC00000B7


def run(
    machine: str, number: int, *, architecture: int, first_argument: int = 0, with_sockets: bool = False
) -> int:
    fields = {0: number, 4: architecture, 16: first_argument & 0xFFFFFFFF}
    program = launcher._filter_program(machine, with_sockets)
    accumulator = at = 0
    while True:
        code, if_true, if_false, operand = program[at]
        if code == 0x06:
            return operand
        if code == 0x20:
            accumulator = fields[operand]
            at += 1
            continue
        holds = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}[code]
        at += 1 + (if_true if holds else if_false)


@pytest.mark.parametrize(
    ("machine", "architecture", "read", "socket", "clone"), [("x86_64", X86, 0, 41, 56), ("aarch64", ARM, 63, 198, 220)]
)
def test_reading_passes_and_sockets_do_not(machine: str, architecture: int, read: int, socket: int, clone: int) -> None:
    assert run(machine, read, architecture=architecture) == ALLOW
    assert run(machine, socket, architecture=architecture) & 0xFFFF == errno.EPERM
    assert run(machine, socket, architecture=architecture, with_sockets=True) == ALLOW
    thread, process = 0x10000 | 0x100, 17
    assert run(machine, clone, architecture=architecture, first_argument=thread) == ALLOW
    assert run(machine, clone, architecture=architecture, first_argument=process) & 0xFFFF == errno.EPERM
    assert run(machine, 435, architecture=architecture) & 0xFFFF == errno.ENOSYS
    for number in launcher._DENIED_CALLS[machine]:
        assert run(machine, number, architecture=architecture) != ALLOW


def test_calls_by_another_instruction_set_do_not_slip_past() -> None:
    assert run("x86_64", 0, architecture=0x40000003) != ALLOW  # 32-bit x86
    assert run("x86_64", 0x40000000 | 41, architecture=X86) != ALLOW  # the x32 numbering
