"""Which stage does which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from kinora.errors import Bug
from kinora.library.stages.stage import Stage

KINDS = (
    "probe", "preview", "analyse", "read", "index", "encode", "transcribe", "remove", "maintain", "make", "alert",
    "deliver", "clips", "copies", "peaks", "fetch", "cut", "announce", "digest", "relate", "publish", "trash",
    "leave", "account_out", "account_in", "originals",
)  # fmt: skip
# Kinds that may take hours, or wait for others: they never hold every place of a worker, so that a new upload does not
# wait behind them.
LONG_KINDS = frozenset({
    "encode", "transcribe", "deliver", "clips", "copies", "fetch", "cut", "relate", "leave", "account_out",
    "account_in", "originals",
})  # fmt: skip

# Kinds with a place of their own beside all others, one at a time in a worker: making a clip takes every processor it
# can get (its process is niced), and never holds up the reading of a video; publishing happens at its second.
LONE_KINDS = frozenset({"make", "publish"})


def stage_of(kind: str) -> Stage:
    """Return the function that does jobs of this kind; its module is loaded when it is first needed."""
    if kind not in KINDS:
        raise Bug(f"no stage does jobs of the kind {kind!r}")
    run: Callable[..., object] = import_module(f"kinora.library.stages.{kind}").run
    return run  # type: ignore[return-value]
