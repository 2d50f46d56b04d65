"""The child of `confined_call`: reads one request on standard input, answers in lines on standard output."""

from __future__ import annotations

import errno
import importlib
import json
import marshal
import os
import sys
import traceback
from collections.abc import Callable
from typing import IO, Any

from kinora.engine.call_types import adapter_of, result_adapter
from kinora.engine.launch import launcher
from kinora.errors import Bug, DiskFull, KinoraError, LimitExceeded

_OUT_OF_ROOM = {errno.ENOSPC, errno.EDQUOT}


def main_of_spare(module: str) -> None:
    """Load a module and what its `warm_up` loads, wait for a job, lock this process in, answer. Trusted code only."""
    warm_up = getattr(importlib.import_module(module), "warm_up", None)
    if warm_up is not None:
        warm_up()
    locks = sys.stdin.buffer.readline()
    if not locks:
        os._exit(0)  # it is not needed any more
    launcher.lock_spare(marshal.loads(bytes.fromhex(locks.decode())))
    main()


def main() -> None:
    """Answer the request; anything that a library prints goes to standard error instead of into the answer."""
    request = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        text = _call(request, answer)
    except KinoraError as error:
        _say(answer, "error", json.dumps(error.to_json()["error"]))
    except MemoryError:
        _say(answer, "error", _error(LimitExceeded("it needed more memory than it may take and was stopped")))
    except OSError as error:
        _say(answer, "error", _error(_os_error(error)))
    else:
        _say(answer, "result", text)
    answer.flush()
    os._exit(0)  # libraries that hang in their clean-up have nothing left to say


def _call(request: dict[str, Any], answer: IO[str]) -> str:
    function: Any = importlib.import_module(request["module"])
    for part in request["name"].split("."):
        function = getattr(function, part)
    arguments = {
        name: adapter_of(function, name).validate_json(json.dumps(value))
        for name, value in request["arguments"].items()
    }
    if "report" in function.__annotations__ and "report" not in arguments:
        arguments["report"] = _reporter(answer)
    return result_adapter(function).dump_json(function(**arguments), warnings=False).decode()


def _reporter(answer: IO[str]) -> Callable[[float, str], None]:
    def report(done: float, message: str = "") -> None:
        _say(answer, "progress", json.dumps({"done": round(float(done), 4), "message": message}))

    return report


def _os_error(error: OSError) -> KinoraError:
    if error.errno in _OUT_OF_ROOM:
        return DiskFull("no room is left on the disk")
    if error.errno == errno.EFBIG:
        return LimitExceeded("it wrote more than it may and was stopped")
    if error.errno == errno.ENOMEM:
        return LimitExceeded("it needed more memory than it may take and was stopped")
    where = traceback.extract_tb(error.__traceback__)[-1]
    return Bug(f"{type(error).__name__}: {error} (at {where.filename}:{where.lineno})")


def _error(error: KinoraError) -> str:
    return json.dumps(error.to_json()["error"])


def _say(answer: IO[str], kind: str, text: str) -> None:
    answer.write(f"{kind} {text}\n")
    answer.flush()
