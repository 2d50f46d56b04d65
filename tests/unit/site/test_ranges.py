"""One byte range of a file, as RFC 9110 section 14 has it."""

import pytest

from kinora.site.ranges import ByteRange, Unsatisfiable, parse_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-99", ByteRange(0, 100)),
        ("bytes=10-", ByteRange(10, 1000)),
        ("bytes=-5", ByteRange(995, 1000)),
        ("bytes=-5000", ByteRange(0, 1000)),
        ("bytes=990-5000", ByteRange(990, 1000)),
        ("bytes=999-999", ByteRange(999, 1000)),
    ],
)
def test_a_single_range_becomes_half_open_bytes(header: str, expected: ByteRange) -> None:
    assert parse_range(header, 1000) == expected


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,5-6", "items=0-1", "bytes=0-" + "9" * 40]
)
def test_a_malformed_or_multiple_range_is_ignored(header: str) -> None:
    assert parse_range(header, 1000) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_a_range_outside_the_file_is_unsatisfiable(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parse_range(header, 1000)


def test_an_empty_file_has_no_range() -> None:
    with pytest.raises(Unsatisfiable):
        parse_range("bytes=0-", 0)


def test_an_open_ended_range_is_answered_in_parts() -> None:
    assert parse_range("bytes=100-", 1000, limit_bytes=50) == ByteRange(100, 150)
    assert parse_range("bytes=100-899", 1000, limit_bytes=50) == ByteRange(100, 900)
