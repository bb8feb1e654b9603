"""The demo: a small newspaper of an invented town, with the real gateway in front of it."""
