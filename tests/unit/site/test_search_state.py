"""The addresses of a search with one more moment pointed at are those that a search so pointed has."""

import pytest

from kinora.site.search_state import SearchState

MOMENT = "abc@12.5-14.000"


@pytest.mark.parametrize(
    "state",
    [
        SearchState("a dog & a ball"),
        SearchState("dog", sort="newest"),
        SearchState("dog", more=("x@1-2",)),
        SearchState("dog", more=("x@1-2",), less=("y@1-2",)),
        SearchState("dog", less=(MOMENT,)),
        SearchState("dog", more=(MOMENT, "x@1-2")),
        SearchState("  "),
    ],
)
def test_pointing_addresses_are_those_of_the_search_pointed_so(state):
    assert state.pointing_addresses(MOMENT) == (
        state.pointing(MOMENT, is_more=True).address(),
        state.pointing(MOMENT, is_more=False).address(),
    )
