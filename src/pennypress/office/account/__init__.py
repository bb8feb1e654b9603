"""The reader's own pages: what they have, changing and cancelling it, and all that is kept of them."""
