"""`kinora find`: the caret under the fault, how a search was read, and what its options ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kinora
from kinora.cli.main import program
from kinora.errors import QueryRefused
from kinora.library import find
from kinora.library.handle import Library
from kinora.search.asked import Asked
from kinora.search.hit import SearchResult
from kinora.search.query import parse_query

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Fix what the search finds (nothing) and return the list of what it was asked."""
    questions: list[dict[str, Any]] = []

    def answer(text: str, **options: Any) -> find.Found:
        questions.append({"text": text, **options})
        return find.Found(SearchResult(str(parse_query(text)) if text else "", 1.0, (), (), 0), {})

    monkeypatch.setattr(find, "find", answer)
    monkeypatch.setattr(kinora, "open", lambda home: Library(kinora.config.current()))  # type: ignore[attr-defined]
    return questions


def test_a_caret_stands_under_the_fault(asked: list[dict[str, Any]]) -> None:
    done = CliRunner().invoke(program, ["find", "dog", "OR", "after:never"])
    lines = done.output.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip() == "^")
    assert lines[at - 1] == "  dog OR after:never" and lines[at].index("^") == lines[at - 1].index("after")
    assert isinstance(done.exception, QueryRefused | SystemExit) and done.exit_code != 0


def test_how_it_was_read_is_said(asked: list[dict[str, Any]]) -> None:
    assert "Read as: dog THEN beach" in CliRunner().invoke(program, ["find", "dog then beach"]).output
    assert "Read as" not in CliRunner().invoke(program, ["find", "and then he said"]).output


def test_options_become_what_is_asked(asked: list[dict[str, Any]], tmp_path: Path) -> None:
    picture = tmp_path / "x.png"
    picture.write_bytes(b"picture")
    given = ["find", "dog", "--image", str(picture), "--sort", "newest", "--more-like", "a@1", "--more-like", "b@2"]
    done = CliRunner().invoke(program, [*given, "--less-like", "c@3-4", "--offset", "5", "--json"])
    assert json.loads(done.output)["hits"] == []
    assert asked[0]["asked"] == Asked(b"picture", "newest", ("a@1", "b@2"), ("c@3-4",)) and asked[0]["offset"] == 5


@pytest.mark.parametrize(
    "given", [[], ["dog", "--sort", "up"], ["dog", "--image", "absent.png"], ["dog", "--limit", "0"]]
)
def test_what_cant_be_asked_is_refused(asked: list[dict[str, Any]], given: list[str]) -> None:
    done = CliRunner().invoke(program, ["find", *given])
    assert done.exit_code != 0 and not asked
