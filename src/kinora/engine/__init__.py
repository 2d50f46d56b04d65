"""Runs pure stages in confined processes; knows no room. Nouns: `Stage`, `Limits`."""
