"""The demo library: clips that Kinora draws, composes and subtitles itself, so that a new home is not empty."""
