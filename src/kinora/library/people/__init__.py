"""People and what they share: channel teams, sign-up, sessions, leaving with what is theirs."""
