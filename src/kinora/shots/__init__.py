"""Frames become shots and their covers. Noun: `Shot`."""
