"""Shots, sound and text become moments: cues, on-screen text, embeddings, descriptors. Noun: `Moment`."""
