"""Moments become vectors and text on disk (LanceDB). Noun: `Index`."""
