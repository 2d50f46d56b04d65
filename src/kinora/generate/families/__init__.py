"""One adapter a family of public video models."""
