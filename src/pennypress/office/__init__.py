"""The office: accounts, subscriptions, payment and the desk, a Django project of its own.

Nothing here is imported by the hot path; ``pennypress.office.mount`` is imported when the office is first needed.
"""
