"""A library folder of its own for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from search_library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "index")
