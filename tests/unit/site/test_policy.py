"""The content security policy allows nothing inline, and no template needs it to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kinora.site import security

TEMPLATES = Path(security.__file__).parent / "templates"
# What a browser would refuse under the policy: styles and handlers as attributes, styles and scripts between tags.
REFUSED = (
    (re.compile(r"<[a-z][^>{]*\sstyle\s*=", re.I), "a style attribute"),
    (re.compile(r"<[a-z][^>{]*\son[a-z]+\s*=", re.I), "an event handler attribute"),
    (re.compile(r"<style[\s>]", re.I), "a style element"),
    (re.compile(r"""(href|src|action)\s*=\s*["']?\s*javascript:""", re.I), "a javascript: address"),
    (re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/(ld\+)?json\")", re.I), "an inline script"),
)


def test_the_policy_allows_nothing_inline() -> None:
    for policy in (security.POLICY, security.policy_framed_by("https://example.org")):
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy and "style-src 'self';" in policy and "object-src 'none'" in policy


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_needs_more(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for pattern, what in REFUSED:
        found = pattern.search(text)
        assert found is None, f"{path.name} has {what}: {text[found.start() : found.start() + 80]!r}"


@pytest.mark.parametrize(
    "text",
    ['<p style="color:red">', "<a onclick=x>", "<style>", '<script type="module">', '<a href="javascript:x">'],
)
def test_the_look_finds_what_it_looks_for(text: str) -> None:
    assert any(pattern.search(text) for pattern, _what in REFUSED)
