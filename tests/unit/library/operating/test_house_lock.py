"""The site and an upgrade never have one library at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinora.errors import Conflict
from kinora.library.operating.house_lock import alone_in, being_served


def test_several_sites_may_serve_and_none_beside_an_upgrade(tmp_path: Path) -> None:
    stopped = pytest.raises(Conflict, match="the site runs")
    with being_served(tmp_path), being_served(tmp_path), stopped, alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        with pytest.raises(Conflict, match="upgrade"), being_served(tmp_path):
            pass
        with pytest.raises(Conflict), alone_in(tmp_path):
            pass
