"""Filters and tags of the pages about people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import template

from kinora import config

register = template.Library()

# The more particular names come first: every browser calls itself Safari or Chrome too.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Chromium", "Chromium"),
    ("Safari", "Safari"), ("curl", "curl"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return what a mapping holds for a key, empty where it holds nothing."""
    return mapping.get(key, "")


@register.filter
def browser_name(user_agent: str) -> str:
    """Return a browser's and its system's name, as a person knows them: `Firefox, Windows`."""
    found = [next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name) or re.sub(r"\s.*", "", user_agent)[:40] or "?"


@register.simple_tag
def sends_email() -> bool:
    """Return whether this site sends e-mail."""
    return bool(config.current().email_host)
