from __future__ import annotations

import os
import threading

import pytest

from kinora.engine.cancel import CancelToken
from kinora.engine.limits import Limits
from kinora.engine.pool import num_processors, num_workers
from kinora.errors import Bug, Cancelled, SettingRefused


@pytest.mark.parametrize("name", ["cpu_seconds", "wall_seconds", "memory_bytes", "output_bytes", "num_open_files"])
def test_a_limit_must_be_positive(name: str) -> None:
    good = {"cpu_seconds": 1, "wall_seconds": 1, "memory_bytes": 1, "output_bytes": 1, "num_open_files": 1}
    Limits(**good)
    with pytest.raises(Bug, match=name):
        Limits(**(good | {name: 0}))


def test_a_token_set_in_one_thread_is_seen_in_another() -> None:
    token = CancelToken()
    token.raise_if_cancelled()
    assert not token.is_cancelled
    thread = threading.Thread(target=token.cancel)
    thread.start()
    thread.join()
    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_workers_are_sized_to_the_machine_and_at_most_four() -> None:
    assert num_workers(0) == min(4, num_processors())
    assert num_workers(7) == 7
    assert 1 <= num_processors() <= (os.cpu_count() or 1)
    with pytest.raises(SettingRefused, match="-1"):
        num_workers(-1)
