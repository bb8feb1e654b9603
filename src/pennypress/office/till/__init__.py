"""Payment: Stripe, the demo's till, and money that comes without a card."""
