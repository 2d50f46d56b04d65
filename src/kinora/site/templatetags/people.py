"""Filters of the pages about people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return what a mapping holds for a key, empty where it holds nothing."""
    return mapping.get(key, "")
