"""Tiny networks shared by the tests of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def tiny_siglip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_models import save_tiny_siglip

    return save_tiny_siglip(tmp_path_factory.mktemp("siglip") / "tiny-siglip2")
