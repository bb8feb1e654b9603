"""A server process that imitates Stripe's API, hosted pages and webhooks, with state, for the tests.

What it keeps are Stripe's own objects, as the JSON that goes over the wire; so here, and only here, dicts are data.
``test_shapes.py`` holds every one of them against the types that Stripe publishes.
Where it departs from Stripe on purpose, the module that does so says it under "Departs".
"""
