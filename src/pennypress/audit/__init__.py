"""The audit: what a reader whose meter is used up gets on every route of the paper's own site."""
