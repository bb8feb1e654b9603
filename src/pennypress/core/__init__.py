"""The pure core: what an article, a reader, a window and a meter are, and how a decision is made.

Standard library only; no input or output, clock, randomness or async.
"""
