"""The doctor: asks a paper's own address from outside, as a reader would, and says green or the line to paste."""
