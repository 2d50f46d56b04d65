"""How often somebody may do something: one counter for every limit, shared by all processes of the machine.

A limit is written `20/h` or, several at once, `6/m,100/d` (s, m, h, d; `off` or nothing: no limit). Each is a token
bucket kept as one number, the time at which it is full again (GCRA: ITU-T I.371, 1996): a burst of the whole amount is
let through, then one more each time its share of the span has passed. A refused attempt costs nothing.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass

from kinora import config
from kinora.errors import SettingRefused, TooManyRequests
from kinora.library.moderation.counters import counters

ACTIONS = ("sign_up", "sign_in", "upload", "comment", "search", "report", "api")
_SPANS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_RATE = re.compile(r"(?P<amount>[1-9][0-9]{0,6})/(?P<number>[1-9][0-9]{0,4})?(?P<unit>[smhd])")
_DOING = {
    "sign_up": "accounts made", "sign_in": "attempts to sign in", "upload": "uploads", "comment": "comments",
    "search": "searches", "report": "reports", "api": "calls of the API",
}  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """So many in so many seconds."""

    amount: int
    seconds: float


def parse_rates(text: str) -> tuple[Rate, ...]:
    """Return the limits that a setting names; none for `off` or nothing.

    Raises:
        SettingRefused: it is no such list.
    """
    if text.strip().lower() in ("", "off"):
        return ()
    return tuple(_parse_rate(part.strip(), text) for part in text.split(","))


def _parse_rate(part: str, text: str) -> Rate:
    found = _RATE.fullmatch(part)
    if found is None:
        raise SettingRefused(f"{text!r} is no limit; accepted: such as 20/h, or 6/m,100/d, or off")
    return Rate(int(found["amount"]), int(found["number"] or 1) * _SPANS[found["unit"]])


def rates_for(action: str) -> tuple[Rate, ...]:
    """Return the limits in force for one of `ACTIONS`: the setting `rate_<action>`."""
    return parse_rates(getattr(config.current(), f"rate_{action}"))


def count(action: str, who: str, *, now: float | None = None) -> None:
    """Count one more of `action` by `who` (`user:5`, `ip:192.0.2.1`), or refuse it.

    Args:
        now: Unix seconds; the clock's when not given.

    Raises:
        TooManyRequests: over a limit; `retry_after_seconds` says when the next one is let through.
    """
    rates = rates_for(action)
    if not rates:
        return
    wait_seconds = _take([(f"{action}:{rate.amount}/{rate.seconds:g}:{who}", rate) for rate in rates], now)
    if wait_seconds > 0:
        raise refusal(action, wait_seconds)


def _take(asked: list[tuple[str, Rate]], now: float | None) -> float:
    """Take one from every bucket, or from none and return the seconds until all have one."""
    moment = time.time() if now is None else now

    def turn(full_at: dict[str, float]) -> tuple[dict[str, float], float]:
        filled, wait_seconds = {}, 0.0
        for key, rate in asked:
            next_full = max(full_at.get(key, moment), moment) + rate.seconds / rate.amount
            wait_seconds = max(wait_seconds, next_full - rate.seconds - moment)
            filled[key] = next_full
        return ({}, wait_seconds) if wait_seconds > 1e-6 else (filled, 0.0)

    return counters().change([key for key, _ in asked], turn)


def refusal(action: str, wait_seconds: float) -> TooManyRequests:
    """Return the error that says when to come again."""
    seconds = max(1, math.ceil(wait_seconds))
    return TooManyRequests(
        f"too many {_DOING[action]} in a short time", hint=f"try again in {_in_words(seconds)}",
        retry_after_seconds=seconds,
    )  # fmt: skip


def _in_words(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    if seconds < 2 * 3600:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{math.ceil(seconds / 3600)} hours"
