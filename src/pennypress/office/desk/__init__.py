"""The desk: what the clerk sees of a person, and what can be done about it."""
