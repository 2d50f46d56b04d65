"""What the templates' filters print."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kinora.site.templatetags.pages import age, asset, hue, percent, timecode, watched_percent


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"), (59, "just now"), (60, "1 minute ago"), (3599, "59 minutes ago"), (3600, "1 hour ago"),
        (86_400, "1 day ago"), (7 * 86_400, "1 week ago"), (40 * 86_400, "1 month ago"), (800 * 86_400, "2 years ago"),
    ],
)  # fmt: skip
def test_age_is_told_in_the_largest_unit(seconds: int, text: str) -> None:
    assert age(timezone.now() - timedelta(seconds=seconds, milliseconds=50)) == text


def test_age_of_nothing_is_nothing() -> None:
    assert age(None) == ""


@pytest.mark.parametrize(("fraction", "number"), [(None, 0), (-1, 0), (0.005, 0), (0.426, 43), (1, 100), (7, 100)])
def test_percent_stays_between_nothing_and_all(fraction: float | None, number: int) -> None:
    assert percent(fraction) == number


def test_watched_percent_of_an_unknown_length_is_nothing() -> None:
    assert watched_percent(30, 0) == 0
    assert watched_percent(30, 60) == 50


def test_timecode_of_an_unknown_length() -> None:
    assert timecode(None) == "0:00"
    assert timecode(3675) == "1:01:15"


def test_a_name_keeps_its_colour() -> None:
    assert hue("alice") == hue("alice")
    assert {hue(f"name {number}") for number in range(60)} == {f"hue-{number}" for number in range(6)}


def test_an_asset_that_was_never_built_has_no_version() -> None:
    assert asset("no-such-file.js") == "/static/build/no-such-file.js"
