"""What speaks HTTP: the middleware, and the gateway that puts it in front of an origin."""
