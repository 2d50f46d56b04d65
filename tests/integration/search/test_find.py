"""Words to moments through a real index."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from search_library import Library, entry, one_hot, said

from kinora.errors import WeightsMissing, WorkerLost
from kinora.index.entry import Pictures
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.moments.moment import Box, Moment


@pytest.fixture
def beach(library: Library) -> Library:
    library.put(
        entry("dogs", title="My dog on holiday"),
        said((10, 13, "We went to the beach"), (60, 63, "A hammock between trees"), (100, 104, "He is falling asleep")),
    )
    lines = said((5, 9, "The beach at night"), (30, 33, "我的汽车在路上"), (40, 42, "Größe und Ehre"))
    library.put(entry("sea"), lines)
    library.put(
        entry("signs"),
        [*said((0, 4, "Nothing here")), Moment(7, 12, "shown", "EXIT 24", box=Box(0.1, 0.2, 0.3, 0.1))],
    )
    return library


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("hammock", ("dogs", 60, 63)),
        ("hamock", ("dogs", 60, 63)),
        ("hammo", ("dogs", 60, 63)),
        ("fell", ("dogs", 100, 104)),
        ("汽车", ("sea", 30, 33)),
        ("车", ("sea", 30, 33)),
        ("grosse", ("sea", 40, 42)),
        ('"the beach at"', ("sea", 5, 9)),
        ("exit", ("signs", 7, 12)),
        ("shown:exit", ("signs", 7, 12)),
        ("dog beach", ("dogs", 10, 13)),
        ("title:holiday", ("dogs", 0, 10)),
        ("title:dog said:beach", ("dogs", 10, 13)),
    ],
)
def test_the_right_moment_comes_first(beach: Library, query: str, first: tuple[str, float, float]) -> None:
    assert beach.spans(query)[:1] == [first]


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("web site", 0),
        ("website", 10),
        ("websites", 10),
        ("head phones", 20),
        ("our website", 10),
        ("said:website", 10),
    ],
)
def test_compound_words_are_found_together_and_apart(library: Library, query: str, start: float) -> None:
    library.put(entry("v"), said((0, 3, "See our website"), (10, 13, "the web site is new"), (20, 23, "Headphones on")))
    found = [hit[1] for hit in library.spans(query)]
    assert start in found and (start == 20 or set(found) == {0, 10})


@pytest.mark.parametrize("query", ["carpet", "cooking", "sitting"])
def test_parts_that_are_not_neighbours_are_no_compound(library: Library, query: str) -> None:
    library.put(entry("v"), said((0, 3, "a pet in the car"), (10, 13, "king of the coo")))
    assert library.spans(query) == []


@pytest.mark.parametrize(
    "query", ["xqzzvbn flurpt", "asdfgh", "said:exit", '"beach the"', "title:beach", "!!!", "zz top"]
)
def test_what_is_not_there_is_not_found(beach: Library, query: str) -> None:
    result = beach.find(query)
    assert result.hits == () and result.videos == ()


def test_reasons_say_why(beach: Library) -> None:
    hit = beach.find("exit").hits[0]
    reason = hit.reasons[0]
    assert (reason.signal, reason.text, reason.highlights) == ("shown", "EXIT 24", ((0, 4),))
    assert reason.box is not None and reason.box.left == pytest.approx(0.1)
    assert 0.9 <= reason.score <= 1.0


def test_hits_are_grouped_by_video(beach: Library) -> None:
    result = beach.find("beach")
    assert {group.video_id for group in result.videos} == {"dogs", "sea"}
    assert sum(len(group.hits) for group in result.videos) == len(result.hits)
    assert result.num_videos_searched == 3


def test_unwanted_words_leave_moments_out(beach: Library) -> None:
    assert [video for video, _, _ in beach.spans("beach -night")] == ["dogs"]
    assert [video for video, _, _ in beach.spans("beach -title:dog")] == ["sea"]
    assert [video for video, _, _ in beach.spans('beach -"to the beach"')] == ["sea"]
    assert len(beach.spans("beach -shown:night")) == 2


def test_filters(library: Library) -> None:
    library.put(entry("old", published_at=1_600_000_000.0, duration_seconds=30.0), said((0, 3, "waves")))
    library.put(entry("new", channel="o'neill", duration_seconds=900.0), said((0, 3, "waves")))
    assert [hit[0] for hit in library.spans("waves before:2021")] == ["old"]
    assert [hit[0] for hit in library.spans("waves after:2021")] == ["new"]
    assert [hit[0] for hit in library.spans("waves longer:10m")] == ["new"]
    assert [hit[0] for hit in library.spans("waves shorter:1m")] == ["old"]
    assert [hit[0] for hit in library.spans("waves in:o'neill")] == ["new"]
    assert library.spans("waves in:nobody") == []


def test_filters_without_words_list_the_videos_latest_first(library: Library) -> None:
    library.put(entry("old", published_at=1_600_000_000.0), said((0, 3, "rain")))
    library.put(entry("new"), said((0, 3, "waves")))
    library.put(entry("shut", visibility="private", owner_id=9), said((0, 3, "waves")))
    assert library.spans("in:archive") == [("new", 0, 10), ("old", 0, 10)]
    assert library.spans("in:nobody") == []


def test_pages_are_stable_and_do_not_overlap(library: Library) -> None:
    for number in range(12):
        library.put(entry(f"v{number:02d}"), said((number, number + 3, "the same waves")))
    whole = library.spans("waves", limit=12)
    pages = [library.spans("waves", limit=5, offset=offset) for offset in (0, 5, 10)]
    assert [hit for page in pages for hit in page] == whole
    assert len(whole) == 12


class Encoder:
    """Knows a few sentences; pictures when asked to."""

    def __init__(self, sentences: dict[str, int], pictures: dict[str, int] | None = None) -> None:
        self.sentences, self.pictures, self.is_down = sentences, pictures, False

    def embed_sentences(self, sentences: Sequence[str]) -> np.ndarray:
        if self.is_down:
            raise WorkerLost("the encoder died")
        return one_hot(*(self.sentences.get(sentence, 300) for sentence in sentences)).astype(np.float32)

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, np.ndarray]:
        if self.pictures is None or by:
            raise WeightsMissing(f"no picture encoder {by} is on this machine")
        info = FrameEncoderInfo("tiny/Encoder-8", 8, math.log(20.0), -10.0)
        return info, np.eye(8, dtype=np.float32)[self.pictures.get(text, 7)]


def test_pages_go_on_past_a_hundred_moments(library: Library) -> None:
    library.put(entry("long"), said(*((10.0 * n, 10.0 * n + 2.0, f"zebra line {n}") for n in range(280))))
    found: list[float] = []
    for offset in range(0, 300, 30):
        hits = library.find("zebra", limit=30, offset=offset).hits
        found += [hit.start_seconds for hit in hits]
        assert len(hits) == min(30, 280 - offset)
    assert len(set(found)) == 280


def test_other_words_are_found_by_meaning(tmp_path: Any) -> None:
    library = Library(tmp_path / "index", Encoder({"automobile": 3}))
    library.put(entry("v"), said((0, 3, "a car"), (9, 12, "a tree")), one_hot(3, 4))
    result = library.find("automobile")
    assert [(hit.start_seconds, hit.reasons[0].signal) for hit in result.hits] == [(0, "meaning")]
    assert library.find("submarine").hits == ()
    assert any("no picture encoder" in notice for notice in result.notices)


def test_without_the_encoder_words_still_answer(tmp_path: Any) -> None:
    encoder = Encoder({})
    library = Library(tmp_path / "index", encoder)
    library.put(entry("v"), said((0, 3, "a car")), one_hot(3))
    encoder.is_down = True
    result = library.find("car")
    assert len(result.hits) == 1
    assert any("by words only" in notice for notice in result.notices)


def test_pictures_are_found_by_words_and_only_of_the_same_encoder(tmp_path: Any) -> None:
    encoder = Encoder({}, {"a red car": 2})
    library = Library(tmp_path / "index", encoder)
    seconds, shots = np.arange(40.0), np.zeros(40, np.int32)
    embeddings = np.eye(8, dtype=np.float16)[[2 if 20 <= s < 24 else 1 for s in range(40)]]
    pictures = Pictures(seconds, shots, np.ones((40, 4), np.float16), embeddings, "tiny/Encoder-8", ((0.0, 40.0),))
    library.put(entry("v"), [], None, pictures)
    other = Pictures(seconds, shots, np.ones((40, 4), np.float16), embeddings, "another", ((0.0, 40.0),))
    library.put(entry("w"), [], None, other)
    assert library.spans("a red car") == [("v", 20.0, 24.0)]
    assert library.find("a red car").hits[0].reasons[0].signal == "picture"
    assert library.spans("a blue bird") == []


def test_look_alikes(library: Library) -> None:
    descriptors = np.eye(4, dtype=np.float16)[[0, 0, 0, 1, 1]]
    pictures = Pictures(np.arange(5.0), np.array([0, 0, 0, 1, 1]), descriptors, shot_spans=((0.0, 3.0), (3.0, 5.0)))
    library.put(entry("v"), [], None, pictures)
    library.put(entry("w"), [], None, pictures)
    result = library.searcher.look_alikes(np.eye(4)[0], library.scope(), cut_off=0.5, exclude=("v", 1.0))
    assert [(hit.video_id, hit.start_seconds, hit.end_seconds) for hit in result.hits] == [("w", 0.0, 3.0)]
    assert result.hits[0].reasons[0].signal == "looks_like"


def test_faint_meanings_are_left_out_beside_a_sure_hit_only(tmp_path: Any) -> None:
    library = Library(tmp_path / "index", Encoder({"lighthouse": 0, "beacon": 0}))
    faint = np.zeros((1, 384), np.float16)
    faint[0, :2] = 0.30, np.sqrt(1 - 0.30**2)
    library.put(entry("exact"), said((5, 8, "The lighthouse is lit")), one_hot(5))
    library.put(entry("faint"), said((7, 9, "Night ferry")), faint)
    assert library.spans("beacon") == [("faint", 7, 9)]
    assert library.spans("lighthouse") == [("exact", 5, 8)]


class TwoEncoders(Encoder):
    """Chose "new" of 8 numbers while pictures of "old", of 4 numbers and another scale, are still in the index."""

    def __init__(self, *, old_is_here: bool) -> None:
        super().__init__({}, {})
        self.old_is_here = old_is_here

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, np.ndarray]:
        if not by:
            return FrameEncoderInfo("new", 8, math.log(20.0), -10.0), np.eye(8, dtype=np.float32)[2]
        if not self.old_is_here:
            raise WeightsMissing(f"{by} is not on this machine any more")
        assert by == "old"
        return FrameEncoderInfo("old", 4, math.log(4.0), -3.0), np.eye(4, dtype=np.float32)[1]


def looked_at(encoder: str, dimension: int, place: int) -> Pictures:
    embeddings = np.eye(dimension, dtype=np.float16)[[place] * 4]
    looks = np.ones((4, 4), np.float16)
    return Pictures(np.arange(4.0), np.zeros(4, np.int32), looks, embeddings, encoder, ((0.0, 4.0),))


def test_while_the_encoder_changes_each_videos_pictures_are_asked_by_their_own(tmp_path: Any) -> None:
    library = Library(tmp_path / "index", TwoEncoders(old_is_here=True))
    library.put(entry("fresh"), [], None, looked_at("new", 8, 2))
    library.put(entry("stale"), [], None, looked_at("old", 4, 1))
    library.put(entry("other"), [], None, looked_at("old", 4, 0))
    result = library.find("a red car")
    scores = {hit.video_id: hit.reasons[0].score for hit in result.hits}
    assert scores == {
        "fresh": pytest.approx(1 / (1 + math.exp(-10.0)), rel=0.01),
        "stale": pytest.approx(1 / (1 + math.exp(-1.0)), rel=0.01),
    }, "each by its own encoder's probability"
    assert result.notices == ()
    for video_id in ("stale", "other"):
        library.put(entry(video_id), [], None, looked_at("new", 8, 2))
    assert len(library.find("a red car").hits) == 3
    assert library.searcher.frame_encoders() == ("new",), "nothing of the old one is asked any more"


def test_pictures_of_an_encoder_that_is_gone_are_told_of_once(tmp_path: Any) -> None:
    library = Library(tmp_path / "index", TwoEncoders(old_is_here=False))
    library.put(entry("fresh"), [], None, looked_at("new", 8, 2))
    library.put(entry("stale"), [], None, looked_at("old", 4, 1))
    library.put(entry("ancient"), [], None, looked_at("older", 6, 1))
    result = library.find("a red car")
    assert [hit.video_id for hit in result.hits] == ["fresh"]
    assert [notice for notice in result.notices if "not on this machine any more" in notice] == list(result.notices)
    assert len(result.notices) == 1


def test_letters_that_are_no_words_need_a_picture_very_near(tmp_path: Any) -> None:
    class Near(Encoder):
        def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, np.ndarray]:
            return FrameEncoderInfo("tiny", 8, math.log(4.0), -5.0), np.eye(8, dtype=np.float32)[2]  # probability 0.27

    library = Library(tmp_path / "index", Near({}, {}))
    library.put(entry("v"), [], None, looked_at("tiny", 8, 2))
    assert library.spans("a red car") == [("v", 0.0, 4.0)]
    assert library.spans("zzyzx vrnt") == []


def test_a_page_is_not_full_of_one_video(library: Library) -> None:
    library.put(entry("long"), said(*((10.0 * n, 10.0 * n + 2.0, "a zebra") for n in range(50))))
    for number in range(4):
        library.put(entry(f"other{number}"), said((0.0, 2.0, "a zebra by the river and the trees")))
    videos = [video_id for video_id, _, _ in library.spans("zebra", limit=30)]
    assert {"long", "other0", "other1", "other2", "other3"} == set(videos)
    assert len(library.spans("zebra", limit=60)) == 54
