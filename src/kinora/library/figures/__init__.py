"""Honest figures: views, what was watched, where people came from, which searches led to which second."""
