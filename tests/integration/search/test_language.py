"""The query language through a real index: groups, orders, colours, pictures, leaving out."""

from __future__ import annotations

import numpy as np
import pytest
from search_library import Library, entry, said

from kinora.index.entry import Pictures
from kinora.moments.descriptor import DESCRIPTOR_DIM, picture_descriptor
from kinora.search.alike import Pictured
from kinora.search.language.tree import Like
from kinora.search.query import parse_query
from kinora.search.searcher import Beside
from kinora.timebase import Span


def picture(red: int, green: int, blue: int) -> np.ndarray:
    """Return a picture of one colour with a bright square on it, so that it isn't flat."""
    rgb = np.full((90, 160, 3), (red, green, blue), np.uint8)
    left = (red * 7 + blue) % 120
    rgb[20:50, left : left + 40] = (235, 235, 225)
    return rgb


COLOURED = {"red": (190, 20, 25), "blue": (25, 50, 190), "green": (30, 140, 40)}


def pictures(*colours: str) -> Pictures:
    """Return five seconds of each colour, each a shot of its own."""
    descriptors = np.array([picture_descriptor(picture(*COLOURED[name])) for name in colours])
    spans = tuple((5.0 * at, 5.0 * at + 5.0) for at in range(len(colours)))
    shots = np.repeat(np.arange(len(colours), dtype=np.int32), 5)
    return Pictures(np.arange(5.0 * len(colours)), shots, np.repeat(descriptors, 5, axis=0), shot_spans=spans)


@pytest.fixture
def shore(library: Library) -> Library:
    lines = said((1, 4, "A dog runs"), (11, 14, "and here is the beach"), (21, 24, "a cat sleeps on the sofa"))
    library.put(entry("walk"), lines, None, pictures("red", "blue", "green", "red", "blue"))
    library.put(entry("back"), said((5, 8, "the beach at last"), (30, 33, "a dog barks")), None, pictures("green"))
    library.put(entry("cats"), said((0, 4, "a cat on the beach with a dog"), (9, 12, "the grey cat")))
    return library


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dog then beach", [("walk", 1, 14)]),
        ("beach THEN dog", [("cats", 0, 4), ("back", 5, 33)]),
        ("dog then beach within 5s", []),
        ("dog then beach then sofa", [("walk", 1, 24)]),
        ("sofa OR barks", [("back", 30, 33), ("walk", 21, 24)]),
        ("(sofa OR barks) -dog", [("walk", 21, 24)]),
        ("cat -(cat beach)", [("cats", 9, 12), ("walk", 21, 24)]),
        ("cat -(beach OR sofa)", [("cats", 9, 12)]),
        ("said:(grey OR sofa)", [("cats", 9, 12), ("walk", 21, 24)]),
        ("dog WHILE color:red", [("walk", 1, 4)]),
        ("dog color:red", [("walk", 1, 4)]),
        ("dog color:blue", []),
        ("color:red THEN color:blue within 1s", [("walk", 0, 10), ("walk", 15, 25)]),
    ],
)
def test_what_a_query_finds(shore: Library, query: str, found: list[tuple[str, float, float]]) -> None:
    assert sorted(shore.spans(query)) == sorted(found)


def test_colours_are_measured_and_left_out(shore: Library) -> None:
    assert {(video, start) for video, start, _ in shore.spans("color:green")} == {("walk", 10.0), ("back", 0.0)}
    assert shore.spans("color:purple") == []
    assert [video for video, _, _ in shore.spans("beach -color:green")] == ["back", "cats"]
    reason = shore.find("color:red").hits[0].reasons[0]
    assert (reason.signal, reason.text) == ("color", "red") and 0.5 <= reason.score <= 1


def test_a_colour_of_a_hidden_video_is_not_shown(shore: Library) -> None:
    shore.put(entry("shut", owner_id=2, visibility="private"), [], None, pictures("red"))
    assert {video for video, _, _ in shore.spans("color:red")} == {"walk"}
    assert {video for video, _, _ in shore.spans("color:red", viewer_id=2)} == {"walk", "shut"}
    shore.hidden.add("walk")
    assert shore.spans("color:red") == [] and shore.spans("dog then beach") == []


def look(library: Library, text: str, **given: Pictured) -> list[tuple[str, float]]:
    query = parse_query(text)
    pictures = {piece: given["like"] for piece in query.pieces if isinstance(piece, Like)}
    hits = library.searcher.find(query, library.scope(), beside=Beside(pictures)).hits
    return [(hit.video_id, hit.start_seconds) for hit in hits]


def test_a_picture_alone_and_beside_words(shore: Library) -> None:
    blue = Pictured((picture_descriptor(picture(*COLOURED["blue"])),))
    assert set(look(shore, "like:x@1", like=blue)) == {("walk", 5.0), ("walk", 20.0)}
    beside = look(shore, "like:x@1 cat", like=blue)
    assert beside[0] == ("walk", 21.0) and ("cats", 9.0) in beside
    itself = Pictured(blue.descriptors, origin=("walk", Span(5.0, 10.0)))
    assert look(shore, "like:x@1", like=itself) == [("walk", 20.0)]


def test_a_look_then_words(shore: Library) -> None:
    green = Pictured((picture_descriptor(picture(*COLOURED["green"])),))
    assert look(shore, "like:x@1 THEN sofa", like=green)[0] == ("walk", 10.0)


def test_pages_of_orders_repeat_nothing(library: Library) -> None:
    lines = [(20.0 * n + at, 20.0 * n + at + 2, word) for n in range(40) for at, word in ((0, "zebra"), (5, "lion"))]
    library.put(entry("zoo"), said(*lines))
    first, second = (library.spans("zebra then lion within 5s", limit=15, offset=at) for at in (0, 15))
    assert len(first) == len(second) == 15 and not set(first) & set(second)
    assert all(end - start == 7 for _, start, end in first + second)


@pytest.mark.parametrize("text", ["color:red", "dog then beach", "(a OR b) -c", "like:x@1"])
def test_an_empty_library_answers_with_nothing(library: Library, text: str) -> None:
    pictured = Pictured((np.ones(DESCRIPTOR_DIM, np.float32),))
    assert look(library, text, like=pictured) == []
