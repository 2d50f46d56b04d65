"""Words of every source become moments that stay findable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kinora.media.facts import Chapter
from kinora.moments.gather import (
    MIN_SHARE_OF_MOMENT,
    Track,
    VideoWords,
    chapters_in_description,
    moments_of,
    said_moments,
)
from kinora.moments.moment import Box, Cue, Moment
from kinora.moments.screen_words import ScreenWords, cards_of


def line(text: str, start: float, end: float, *, top: float = 0.1, left: float = 0.1) -> ScreenWords:
    return ScreenWords(start, end, text, Box(left, top, 0.3, 0.1), 0.9)


def test_half_sentences_are_joined_and_whole_ones_are_not() -> None:
    cues = [Cue(0, 2, "The blade has"), Cue(2, 4, "a dark past."), Cue(4, 6, "It shed blood."), Cue(7.5, 8, "Oh")]
    assert said_moments(cues, language="en") == [
        Moment(0, 4, "said", "The blade has a dark past.", "en"),
        Moment(4, 6, "said", "It shed blood.", "en"),
        Moment(7.5, 8, "said", "Oh", "en"),
    ]


def test_chinese_is_joined_without_a_space_and_speakers_are_kept_apart() -> None:
    assert [moment.text for moment in said_moments([Cue(0, 2, "我们一直"), Cue(2, 4, "坚信")])] == ["我们一直坚信"]
    assert len(said_moments([Cue(0, 2, "and you", "Ada"), Cue(2, 4, "or me", "Bob")])) == 2


_cues = st.lists(
    st.tuples(st.floats(0.05, 9), st.floats(0, 2), st.sampled_from(["so", "and then", "it ended.", "好"])), max_size=30
)


@given(_cues)
def test_every_cue_overlaps_its_moment_enough_to_be_the_answer(parts: list[tuple[float, float, str]]) -> None:
    cues, at = [], 0.0
    for length, gap, text in parts:
        cues.append(Cue(at, at + length, text))
        at += length + gap
    moments = said_moments(cues)
    for cue in cues:
        assert max(moment.span.iou(cue.span) for moment in moments) >= MIN_SHARE_OF_MOMENT - 1e-9
    assert all(
        moment.end_seconds - moment.start_seconds <= 12 or moment.text in ("so", "and then", "it ended.", "好")
        for moment in moments
    )


def test_what_is_written_spans_the_video_and_the_same_words_come_once() -> None:
    cues = (Cue(1, 3, "Hello there."),)
    video = VideoWords(
        60,
        "My  film",
        "First part. Second part.",
        ("dog", " "),
        "en",
        (Track(cues, "en"), Track(cues, "en"), Track(cues, "de")),
        (line("EXIT", 5, 7),),
        (Chapter(10, 20, "Middle"),),
    )
    found = moments_of(video)
    assert [(moment.signal, moment.start_seconds, moment.end_seconds, moment.text) for moment in found] == [
        ("title", 0, 60, "My film"),
        ("description", 0, 60, "First part. Second part."),
        ("tag", 0, 60, "dog"),
        ("said", 1, 3, "Hello there."),
        ("shown", 5, 7, "EXIT"),
        ("chapter", 10, 20, "Middle"),
    ]
    assert found[4].box == Box(0.1, 0.1, 0.3, 0.1)


def test_what_lies_beyond_the_end_is_left_out() -> None:
    assert moments_of(VideoWords(10, tracks=(Track((Cue(11, 12, "late"),)),))) == []


def test_a_long_description_is_cut_between_sentences() -> None:
    description = " ".join(f"Sentence number {number} tells of something." for number in range(60))
    parts = [moment.text for moment in moments_of(VideoWords(9, description=description))]
    assert " ".join(parts) == description
    assert all(len(part) < 560 and part.endswith(".") for part in parts) and len(parts) > 3


def test_timed_lines_of_a_description_are_chapters() -> None:
    text = "My trip\n0:00 Start\n(1:05) - The dog\n1:02:03 Never\nbad 3:00\n"
    assert chapters_in_description(text, 120) == [Chapter(0, 65, "Start"), Chapter(65, 120, "The dog")]
    assert chapters_in_description("1:05 only one", 120) == []
    signals = {moment.signal for moment in moments_of(VideoWords(120, description=text))}
    assert "chapter" in signals


def test_lines_shown_together_are_one_card_in_reading_order() -> None:
    lines = [
        line("PAYBACK", 5, 8, top=0.5),
        line("GIANT", 5, 8, top=0.3, left=0.6),
        line("ONE", 5, 8, top=0.31),
        line("LATER", 9, 12),
    ]
    cards = cards_of(lines)
    assert [(card.text, card.start_seconds) for card in cards] == [("ONE GIANT PAYBACK", 5), ("LATER", 9)]
    box = cards[0].box
    assert (round(box.left, 3), round(box.top, 3), round(box.width, 3), round(box.height, 3)) == (0.1, 0.3, 0.8, 0.3)
