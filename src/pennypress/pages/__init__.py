"""The article page: whether a page is one, where its body stands, the preview, the notice and what must not leave."""
