"""Filters of the studio's pages."""

from __future__ import annotations

from django import template

from kinora.library.studio.categories import CATEGORIES

register = template.Library()


@register.filter
def category_name(name: str) -> str:
    """Return what people read for a category."""
    return str(CATEGORIES.get(name, ""))
