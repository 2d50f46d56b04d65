"""The search language in one place: what is read, what it is made of, and what is refused.

The parts live in `language/`: signs (`scanner`), the tree (`grammar`, `small_letters`), its print (`tree`), filters.
"""

from __future__ import annotations

from kinora.search.language.filters import FILTER_FIELDS, Filters, length_text, unix_seconds
from kinora.search.language.grammar import HINT, MAX_CHARACTERS, MAX_COMBINATIONS, MAX_TERMS, parse_query
from kinora.search.language.tree import TERM_FIELDS, Colour, Group, Like, Query, Step, Term, TermField

__all__ = [
    "FILTER_FIELDS",
    "HINT",
    "MAX_CHARACTERS",
    "MAX_COMBINATIONS",
    "MAX_TERMS",
    "TERM_FIELDS",
    "Colour",
    "Filters",
    "Group",
    "Like",
    "Query",
    "Step",
    "Term",
    "TermField",
    "length_text",
    "parse_query",
    "unix_seconds",
]
