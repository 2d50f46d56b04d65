"""A query becomes ranked moments with reasons. Nouns: `Query`, `Hit`."""
