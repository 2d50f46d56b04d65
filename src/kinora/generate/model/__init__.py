"""The embedded model: its sizes, its networks, its folder."""
