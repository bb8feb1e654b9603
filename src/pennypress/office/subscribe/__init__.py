"""The page with the offers, and the order: what is bought, what is said before, what is kept as proof."""
