"""Who is asking: the pass in the cookie, the keys that sign it, the address, the robots that preview links."""
