"""Lock this process in, then become the target program.

Run as `python -I -S -c "…import launcher; launcher.main()" SPEC`, standard library only, before anything of a
stranger's is touched. Each layer that this kernel or container can't hold is skipped; with no target it prints
which ones held.
"""

from __future__ import annotations

# The public `signal` would bring in enum, and json re: together most of the time it takes to start.
import _signal as signal  # type: ignore[import-not-found]
import ctypes
import marshal
import os
import resource
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAILED_TO_START = 125  # exit status when the target could not be started

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000

# linux/landlock.h
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_RIGHTS_OF_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_RIGHTS = (1 << 16) - 1
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _READ_FILE | _READ_DIR | _EXECUTE
# No symbolic links, devices, sockets or pipes: the parent reads this folder afterwards.
_WRITE = _READ_FILE | _READ_DIR | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER | _TRUNCATE

_SYSTEM_READ = (
    "/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/nix/store", "/etc/ld.so.cache", "/etc/ld.so.conf",
    "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/dev/urandom", "/dev/random", "/dev/zero",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/sys/devices/system/cpu",
    "/sys/devices/system/node", "/sys/fs/cgroup/cpu.max",
)  # fmt: skip

# System calls no media tool needs, by machine: sockets (also to local services), other processes' memory,
# namespaces and mounts, kernel interfaces, device nodes, and the changes of mode and owner that Landlock doesn't cover.
_DENIED_CALLS = {
    "x86_64": (
        41, 42, 57, 58, 101, 310, 311, 165, 166, 155, 161, 272, 308, 250, 248, 249, 321, 298, 323, 425, 304, 246, 175,
        313, 176, 169, 167, 133, 259, 90, 268, 452, 92, 94, 260, 188, 189,
    ),
    "aarch64": (
        198, 203, 117, 270, 271, 40, 39, 41, 51, 97, 268, 219, 217, 218, 280, 241, 282, 425, 265, 104, 105, 273,
        106, 142, 224, 33, 53, 452, 54, 5, 6,
    ),
}  # fmt: skip
_SOCKET_CALLS = {"x86_64": (41, 42), "aarch64": (198, 203)}  # socket, connect
_CONNECT_TCP = 1 << 1  # linux/landlock.h
_ARCHITECTURE = {"x86_64": (0xC000003E, 56), "aarch64": (0xC00000B7, 220)}  # AUDIT_ARCH_*, number of clone
_CLONE3, _CLONE_THREAD = 435, 0x10000
_ALLOW, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026


def main() -> None:
    """Apply the limits that the last argument holds (marshal, in hexadecimal), then execute its target."""
    spec: dict[str, Any] = marshal.loads(bytes.fromhex(sys.argv[-1]))
    held = {
        "network_namespace": not spec.get("proxy_port") and _leave_network(),
        "capabilities": _drop_capabilities(),
        "death_with_parent": _die_with_parent(spec.get("parent_pid")),
        "no_new_privileges": _prctl(_PR_SET_NO_NEW_PRIVS, 1),
    }
    if spec.get("is_spare"):  # files and limits follow by `lock_spare`, when its job is known
        _filter_system_calls()
        _execute(spec)
    held["resource_limits"] = _limit_resources(spec)
    held["landlock"] = spec.get("landlock", True) and _lock_files(spec)
    held["landlock_network"] = held["landlock"] and landlock_abi() >= 4
    held["system_calls"] = _filter_system_calls(with_sockets=bool(spec.get("proxy_port")))
    if spec.get("proxy_port") and not (held["landlock_network"] and held["system_calls"]):
        os._exit(FAILED_TO_START)  # never with the network and without what holds it to one port
    if not spec["argv"]:
        print(*(name for name, holds in held.items() if holds))
        print(*(name for name, holds in held.items() if not holds))
        return
    _execute(spec)


def lock_spare(spec: dict[str, Any]) -> None:
    """Finish locking in a process that was started ahead of its job: folder, limits, files. It ends where it can't.

    Landlock holds for the calling thread and those it starts later, so a process that has others already is refused.
    """
    is_alone = len(os.listdir("/proc/self/task")) == 1
    os.chdir(spec["folder"])
    os.environ.update(spec["environment"])  # noqa: TID251  (this child's own, begun empty)
    used = resource.getrusage(resource.RUSAGE_SELF)
    spec["cpu_seconds"] += int(used.ru_utime + used.ru_stime) + 1  # what it took to start is not the job's
    if not (is_alone and _limit_resources(spec) and _lock_files(spec)):
        print("a spare process could not lock itself in", file=sys.stderr)
        os._exit(FAILED_TO_START)


def _execute(spec: dict[str, Any]) -> None:
    # Python ignores these two, and what is ignored stays ignored in the target.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.chdir(spec["folder"])
        os.execve(spec["argv"][0], spec["argv"], spec["environment"])
    except OSError as error:
        print(f"{spec['argv'][0]} could not be started: {error.strerror}", file=sys.stderr)
        os._exit(FAILED_TO_START)


def _prctl(option: int, value: int, pointer: Any = 0) -> bool:
    return bool(_libc.prctl(option, ctypes.c_ulong(value), pointer, 0, 0) == 0)


def _die_with_parent(parent_pid: int | None) -> bool:
    if not _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL):
        return False
    if parent_pid and os.getppid() != parent_pid:
        os._exit(FAILED_TO_START)  # the parent died before the line above
    return True


def _limit_resources(spec: dict[str, Any]) -> bool:
    wanted = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_CPU: (spec["cpu_seconds"], spec["cpu_seconds"] + 1),
        resource.RLIMIT_AS: (spec["address_space_bytes"],) * 2,
        resource.RLIMIT_FSIZE: (spec["output_bytes"],) * 2,
        resource.RLIMIT_NOFILE: (spec["num_open_files"],) * 2,
    }
    done = [_set_limit(kind, soft, hard) for kind, (soft, hard) in wanted.items()]
    return all(done)


def _set_limit(kind: int, soft: int, hard: int) -> bool:
    most = resource.getrlimit(kind)[1]
    if most != resource.RLIM_INFINITY:
        soft, hard = (most, most) if soft == resource.RLIM_INFINITY else (min(soft, most), min(hard, most))
    try:
        resource.setrlimit(kind, (soft, hard))
    except (OSError, ValueError):
        return False
    return True


def _leave_network() -> bool:
    """Move into a network namespace that holds nothing, by a user namespace where that needs one."""
    user_id, group_id = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC) == 0:
        return True
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) != 0:
        return False
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user_id} {user_id} 1"),
        ("gid_map", f"{group_id} {group_id} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
        except OSError:
            continue
    return True


def _drop_capabilities() -> bool:
    """Keep only the right to read files whatever their mode: a library's files may belong to another user."""
    kept = 1 << 1  # CAP_DAC_OVERRIDE
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    if _libc.capget(header, data) != 0:
        return False
    now = [data[i] & (kept if i < 2 else 0) for i in range(6)]
    now[2] = now[5] = 0  # inheritable
    return bool(_libc.capset(header, (ctypes.c_uint32 * 6)(*now)) == 0)


def landlock_abi() -> int:
    """Return the kernel's Landlock version, 0 when there is none."""
    return max(0, int(_libc.syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


def _lock_files(spec: dict[str, Any]) -> bool:
    abi = landlock_abi()
    if abi < 1:
        return False
    handled = _RIGHTS_OF_ABI.get(abi, _ALL_RIGHTS)
    # From ABI 4 on no TCP port, from 6 on no abstract socket and no signal to anyone outside.
    attributes = struct.pack("QQQ", handled, 3, 3)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = int(_libc.syscall(444, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)))
    if ruleset < 0:
        return False
    for path in (*_SYSTEM_READ, *spec["read_paths"]):
        _allow(ruleset, path, _READ & handled)
    for path in spec["write_paths"]:
        _allow(ruleset, path, _WRITE & handled)
    for path in spec.get("device_paths", ()):
        _allow(ruleset, path, (_READ_FILE | _WRITE_FILE | _IOCTL_DEV) & handled)
    _allow(ruleset, "/dev/null", (_READ_FILE | _WRITE_FILE) & handled)
    if spec.get("proxy_port"):
        rule = struct.pack("=QQ", _CONNECT_TCP, spec["proxy_port"])
        _libc.syscall(445, ctypes.c_int(ruleset), ctypes.c_int(2), rule, ctypes.c_uint32(0))
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    locked = _libc.syscall(446, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0
    os.close(ruleset)
    return bool(locked)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine: nothing to allow
    if not os.path.isdir(path):
        rights &= _FILE_RIGHTS
    rule = struct.pack("=Qi", rights, handle)
    _libc.syscall(445, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    os.close(handle)


def _filter_system_calls(*, with_sockets: bool = False) -> bool:
    """Refuse the calls of `_DENIED_CALLS` and new processes (threads are free) with "not permitted"."""
    machine = os.uname().machine if ctypes.sizeof(ctypes.c_void_p) == 8 else ""
    if machine not in _ARCHITECTURE:
        return False
    program = b"".join(struct.pack("HBBI", *step) for step in _filter_program(machine, with_sockets))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer)), 16)
    return _prctl(_PR_SET_SECCOMP, 2, header)


def _filter_program(machine: str, with_sockets: bool) -> list[tuple[int, int, int, int]]:
    """Return a classic BPF program as (code, jump if true, jump if false, operand)."""
    load, equal, at_least, has_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    architecture, clone = _ARCHITECTURE[machine]
    program = [
        (load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, _EPERM),
        (load, 0, 0, 0), (at_least, 0, 1, 0x40000000), (give, 0, 0, _EPERM),
        (equal, 0, 1, _CLONE3), (give, 0, 0, _ENOSYS),  # its flags lie in memory: the C library falls back to clone
        (equal, 0, 4, clone), (load, 0, 0, 16), (has_bit, 1, 0, _CLONE_THREAD), (give, 0, 0, _EPERM),
        (give, 0, 0, _ALLOW),
    ]  # fmt: skip
    sockets = _SOCKET_CALLS[machine] if with_sockets else ()
    for number in (call for call in _DENIED_CALLS[machine] if call not in sockets):
        program += [(equal, 0, 1, number), (give, 0, 0, _EPERM)]
    return [*program, (give, 0, 0, _ALLOW)]


if __name__ == "__main__":
    main()
