"""Bringing over those who pay: from files of other programs, and from a Stripe account."""
