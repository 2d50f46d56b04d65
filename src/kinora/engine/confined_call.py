"""Call a Python function in a confined process of its own, fresh or started ahead (`keeping_spares`).

Arguments and result cross as JSON by the function's type hints, never as pickle: a child that a stranger's bytes have
taken over can return a wrong answer, but it can't run code in the parent.
"""

from __future__ import annotations

import inspect
import json
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from kinora.engine.call_types import adapter_of, result_adapter
from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.engine.sandbox import Target, raise_for_status, run_spare_to_end, run_to_end
from kinora.engine.spares import keeping, spare_for
from kinora.errors import Bug, KinoraError, WorkerLost, error_named

T = TypeVar("T")

_SOURCE = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path[:] = {path!r}; from kinora.engine import call_child; call_child.{what}"


def confined_call(  # noqa: PLR0913  (the contract between rooms: what, with what, within what, told to whom)
    function: Callable[..., T],
    *,
    arguments: dict[str, Any],
    limits: Limits,
    read_paths: Sequence[Path],
    write_dir: Path | None,
    on_progress: Callable[[float, str], None] | None = None,
    cancel: CancelToken | None = None,
) -> T:
    """Run a module-level function confined and return its result.

    A parameter `report: Callable[[float, str], None]` gets a reporter whose calls arrive at `on_progress`.
    The function sees an empty environment: give it what it needs as arguments.

    Raises:
        KinoraError: whatever the function raised, by name; else as `run_confined`.
    """
    path = [*_import_path(), *_own_folder(function)]
    answer = _Answer(on_progress)
    target = Target(
        argv=_argv(path, "main()"),
        read_paths=[*map(Path, path), Path(sys.base_prefix), Path(sys.prefix), *read_paths],
        write_dir=write_dir,
        stdin=_request(function, arguments),
    )
    with spare_for(function) as spare:
        if spare is None:
            finished = run_to_end(target, limits, cancel=cancel, on_line=answer.take)
        else:
            finished = run_spare_to_end(spare, target, limits, cancel=cancel, on_line=answer.take)
    if answer.error is not None:
        raise answer.error
    name = getattr(function, "__qualname__", "the function")
    if finished.exit_status == 1:  # Python's own: an exception that nobody foresaw
        raise Bug(f"{name} failed: {' '.join(finished.stderr_tail.strip().splitlines()[-1:])}")
    raise_for_status(finished, limits, name=name)
    if answer.result is None:
        raise WorkerLost(f"{name} ended without an answer")
    result: T = _decoded(result_adapter(function), answer.result, name)
    return result


@contextmanager
def keeping_spares(functions: Sequence[Callable[..., Any]]) -> Iterator[None]:
    """Keep a process started for the next call of each of these; nothing where `Spares` finds no room for it."""
    commands = {
        function: _argv([*_import_path(), *_own_folder(function)], f"main_of_spare({function.__module__!r})")
        for function in functions
    }
    with keeping(commands):
        yield


def _argv(path: list[str], what: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-B", "-c", _START.format(path=path, what=what)]


def _decoded(adapter: TypeAdapter[Any], text: str, name: str) -> Any:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        raise Bug(f"{name} gave an answer of the wrong shape: {error.errors()[0]['msg']}") from error


def _request(function: Callable[..., Any], arguments: dict[str, Any]) -> bytes:
    if "<" in function.__qualname__:
        raise Bug(f"only a module-level function can be called confined, not {function.__qualname__}")
    signature = inspect.signature(function)
    encoded = {}
    for name, value in arguments.items():
        if name not in signature.parameters:
            raise Bug(f"{function.__qualname__} takes no {name}")
        encoded[name] = json.loads(adapter_of(function, name).dump_json(value, warnings=False))
    return json.dumps({"module": function.__module__, "name": function.__qualname__, "arguments": encoded}).encode()


class _Answer:
    """Collects what the child says: progress lines, then one result or one error."""

    def __init__(self, on_progress: Callable[[float, str], None] | None) -> None:
        self._on_progress = on_progress
        self.result: str | None = None
        self.error: KinoraError | None = None

    def take(self, line: str) -> None:
        kind, _, text = line.partition(" ")
        if kind == "result":
            self.result = text
        elif kind == "error":
            said = _json_object(text)
            self.error = error_named(
                str(said.get("kind")), str(said.get("message"))[:2000], hint=str(said.get("hint", ""))[:2000]
            )
        elif kind == "progress" and self._on_progress:
            said = _json_object(text)
            self._on_progress(float(said.get("done", 0.0)), str(said.get("message", ""))[:500])


def _json_object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise WorkerLost("a confined process answered with something that is no JSON") from error
    return said if isinstance(said, dict) else {}


@cache
def _import_path() -> list[str]:
    """Return the child's `sys.path`: the standard library, the installed packages and our source; no current folder."""
    paths = sysconfig.get_paths()
    stdlib = [path for path in sys.path if Path(path).name == "lib-dynload"]
    wanted = [str(_SOURCE), paths["stdlib"], paths["platstdlib"], *stdlib, paths["purelib"], paths["platlib"]]
    wanted += [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    return [path for path in dict.fromkeys(wanted) if Path(path).is_dir()]


def _own_folder(function: Callable[..., Any]) -> list[str]:
    """Return the folder a function of another package is imported from."""
    top, *inner = function.__module__.split(".")
    file = getattr(sys.modules.get(function.__module__), "__file__", None)
    if top == "kinora" or file is None:
        return []
    folder = Path(file).resolve().parent
    is_package = Path(file).name == "__init__.py"
    depth = len(inner) if not is_package else len(inner) + 1
    return [str(folder if depth == 0 else folder.parents[depth - 1])]
