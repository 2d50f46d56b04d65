"""How the shipped frame encoder is trained: captioned pictures → weights, a log and a card."""
