"""What a clip is, whence it came and what may be done with it. Noun: `Record`."""
