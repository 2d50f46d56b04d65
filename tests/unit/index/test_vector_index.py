"""The self-test of the vector index: which answers count as true neighbours."""

from __future__ import annotations

import numpy as np

from kinora.index.vector_index import share_as_near


def test_neighbours_that_are_as_near_count() -> None:
    exact = np.array([0.1, 0.1, 0.2, 0.2])
    assert share_as_near(exact, np.array([0.2, 0.1, 0.1, 0.2])) == 1.0
    assert share_as_near(exact, np.array([0.1, 0.1, 0.2, 0.3])) == 0.75


def test_missing_neighbours_lower_the_share() -> None:
    assert share_as_near(np.array([0.1, 0.2]), np.zeros(0)) == 0.0
    assert share_as_near(np.zeros(0), np.zeros(0)) == 1.0
