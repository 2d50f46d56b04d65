"""The launcher: a small program of its own that locks itself in, then becomes the target."""
