"""A private video gives nothing away: no hit, no count, no notice, no place in the ranking."""

from __future__ import annotations

from search_library import Library, entry, said

from kinora.search.hit import SearchResult


def plain(result: SearchResult) -> tuple[object, ...]:
    return result.hits, result.videos, result.num_videos_searched, result.notices


def test_others_find_nothing_of_it_and_the_owner_all(library: Library) -> None:
    library.put(entry("open", owner_id=1), said((0, 3, "waves")))
    before = plain(library.find("waves secretword"))
    library.put(entry("shut", owner_id=2, visibility="private"), said((0, 3, "waves secretword")))
    assert plain(library.find("waves secretword")) == before
    assert plain(library.find("waves secretword", viewer_id=1)) == before
    assert [hit.video_id for hit in library.find("secretword", viewer_id=2).hits] == ["shut"]


def test_mistyped_words_do_not_lead_to_it(library: Library) -> None:
    library.put(entry("open", owner_id=1), said((0, 3, "a hammock")))
    library.put(entry("shut", owner_id=2, visibility="private"), said((0, 3, "hamock hammick")))
    assert [hit.video_id for hit in library.find("hamock").hits] == ["open"]


def test_unlisted_videos_are_found_by_their_owner_only(library: Library) -> None:
    library.put(entry("by_link", owner_id=2, visibility="unlisted"), said((0, 3, "waves")))
    assert library.spans("waves") == []
    assert len(library.spans("waves", viewer_id=2)) == 1


def test_members_of_a_channel_find_what_is_theirs(library: Library) -> None:
    library.put(entry("team", owner_id=2, visibility="members", channel="crew"), said((0, 3, "waves")))
    library.put(entry("draft", owner_id=2, visibility="private", channel="crew"), said((0, 3, "waves")))
    assert library.spans("waves", viewer_id=9) == []
    viewer = library.spans("waves", viewer_id=9, member_channels=("crew",))
    assert [video for video, *_ in viewer] == ["team"]
    editor = library.spans("waves", viewer_id=9, edited_channels=("crew",), member_channels=("crew",))
    assert {video for video, *_ in editor} == {"team", "draft"}


def test_private_rows_do_not_crowd_out_what_may_be_found(library: Library) -> None:
    crowd = said(*((second, second + 1, "waves waves waves") for second in range(400)))
    library.put(entry("shut", owner_id=2, visibility="private"), crowd)
    library.put(entry("open"), said((7, 9, "about the waves of a very long and quiet afternoon by the sea")))
    assert library.spans("waves") == [("open", 7, 9)]


def test_the_database_has_the_last_word(library: Library) -> None:
    library.put(entry("v"), said((0, 3, "waves")))
    library.hidden.add("v")  # made private a moment ago; the index doesn't know yet
    assert library.spans("waves") == []


def test_rows_of_another_revision_are_not_trusted(library: Library) -> None:
    library.put(entry("v", revision=2), said((0, 3, "waves")))
    library.current["v"] = 3
    assert library.spans("waves") == []


def test_an_earlier_revision_is_found_until_the_new_one_is_current(library: Library) -> None:
    library.put(entry("v", revision=1), said((0, 3, "waves")))
    library.put(entry("v", revision=2), said((5, 8, "clouds")))
    library.current["v"] = 1
    assert library.spans("waves") == [("v", 0, 3)] and library.spans("clouds") == []
    library.current["v"] = 2
    assert library.spans("waves") == [] and library.spans("clouds") == [("v", 5, 8)]
