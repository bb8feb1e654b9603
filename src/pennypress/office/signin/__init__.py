"""Signing in: codes by mail, passkeys, OpenID Connect, cards; and what joins a browser to its account."""
