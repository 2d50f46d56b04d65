"""The frame encoder that ships with Kinora: a small network of our own, trained against the sentence space."""
