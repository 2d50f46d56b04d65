"""The `Upload-Metadata` header."""

from __future__ import annotations

import pytest

from kinora.errors import InputError
from kinora.site.views.tus import parse_metadata


@pytest.mark.parametrize(
    ("header", "pairs"),
    [
        ("", {}),
        ("filename ZmlsbS5tcDQ=", {"filename": "film.mp4"}),
        ("filename ZmlsbS5tcDQ=,is_private", {"filename": "film.mp4", "is_private": ""}),
        (" a YQ== , b Yg== ", {"a": "a", "b": "b"}),
        ("a /w==", {"a": "\ufffd"}),
    ],
)
def test_pairs_are_read(header: str, pairs: dict[str, str]) -> None:
    assert parse_metadata(header) == pairs


@pytest.mark.parametrize("header", ["filename !", "filename ZmlsbS5tcDQ", "a b c"])
def test_what_is_not_base64_is_refused_by_name(header: str) -> None:
    with pytest.raises(InputError, match=header.split()[0]):
        parse_metadata(header)
