"""Filters and tags that the templates use."""
