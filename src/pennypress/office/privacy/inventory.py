"""Every field that the office keeps: what for, how long, and on what basis. A field without a line fails the tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Why it may be kept: the letters of article 6(1) of the GDPR and of the UK GDPR, and the law that demands it."""

    CONTRACT = "contract, 6(1)(b)"
    LAW = "tax and consumer law, 6(1)(c)"
    INTEREST = "legitimate interest, 6(1)(f)"
    NONE = "no personal data"


class Span(StrEnum):
    """How long; the words name the setting under ``[retention]`` where there is one."""

    ACCOUNT = "as long as the account"
    DEVICE = "until it is signed out, at most [office] session"
    CODE = "a day after it can be used no longer"
    LETTERS = "[retention] letters"
    PAYMENTS = "[retention] payments"
    NEWCOMER = "[retention] newcomer"
    AUDIT = "[retention] audit"
    METER = "a window after the one in which it was opened"
    FEEDS = "two months after the last time"
    RUNNING = "until the next run"
    INSTALLATION = "as long as the installation"


@dataclass(frozen=True, slots=True)
class Kept:
    """Fields of one table that are kept for one purpose."""

    table: str
    fields: tuple[str, ...]
    why: str
    span: Span
    basis: Basis


INVENTORY = (
    Kept("Account", ("email", "mail_verified"), "to sign in, and to write to", Span.ACCOUNT, Basis.CONTRACT),
    Kept(
        "Account",
        ("name", "address", "postcode", "telephone", "language"),
        "to address letters, receipts and cards; given by the reader",
        Span.ACCOUNT,
        Basis.CONTRACT,
    ),
    Kept(
        "Account",
        ("id", "number", "meter", "created", "used", "role", "is_active", "rights_due", "password", "last_login"),
        "to run the account; `meter` is its random name in the meter, `used` the last day, never what was read",
        Span.ACCOUNT,
        Basis.CONTRACT,
    ),
    Kept("Account", ("stripe_customer",), "to find the payments at Stripe", Span.ACCOUNT, Basis.CONTRACT),
    Kept("Account", ("card_code",), "to sign in with a printed card (a hash)", Span.ACCOUNT, Basis.CONTRACT),
    Kept("Account", ("note",), "what the clerk must know of this reader", Span.ACCOUNT, Basis.INTEREST),
    Kept(
        "Device",
        ("id", "account", "key", "anonymous", "holder", "label", "made", "until"),
        "to read on without signing in again, and to sign devices out",
        Span.DEVICE,
        Basis.CONTRACT,
    ),
    Kept(
        "Newcomer",
        ("id", "account", "address", "made"),
        "to see many accounts made at one address (a keyed hash of it)",
        Span.NEWCOMER,
        Basis.INTEREST,
    ),
    Kept(
        "Merge",
        ("id", "kept", "gone", "moved", "done", "undone"),
        "to take back a merge of two accounts",
        Span.ACCOUNT,
        Basis.CONTRACT,
    ),
    Kept(
        "SignInCode",
        ("id", "address", "account", "code", "link", "made", "expires", "used", "back"),
        "to sign in by mail (code and link are hashes)",
        Span.CODE,
        Basis.CONTRACT,
    ),
    Kept(
        "Attempt",
        ("id", "what", "made"),
        "to see that nobody tries codes by the dozen (a keyed hash of the address or the mail)",
        Span.CODE,
        Basis.INTEREST,
    ),
    Kept(
        "Letter",
        (
            "id", "key", "account", "kind", "to", "subject", "body", "language", "made", "due", "sent", "attempts",
            "failure",
        ),
        "to send letters until they have left, and to show what was written",
        Span.LETTERS,
        Basis.CONTRACT,
    ),
    Kept(
        "Subscription",
        (
            "id", "account", "plan", "status", "method", "price", "currency", "period", "intro_price", "intro_left",
            "code", "started", "trial_end", "period_start", "period_end", "cancelled", "ended", "end_why", "failing",
            "pause_from", "pause_until", "reference", "stripe", "reminded", "imported", "taken_in",
        ),
        "to keep the contract",
        Span.ACCOUNT,
        Basis.CONTRACT,
    ),
    Kept(
        "Right",
        ("id", "account", "kind", "start", "until", "why", "external", "revoked"),
        "to let read who was given a right",
        Span.ACCOUNT,
        Basis.CONTRACT,
    ),
    Kept(
        "Order",
        (
            "id", "key", "account", "plan", "code", "price", "currency", "gift",
            "intro_price",
            "intro_periods",
            "trial_days", "method", "state", "shown", "language",
            "back", "made", "session", "subscription",
        ),
        "to prove what was shown before payment; `back` is the article to which the reader returns after it",
        Span.ACCOUNT,
        Basis.LAW,
    ),
    Kept(
        "Consent",
        ("id", "account", "order", "kind", "wording", "language", "given"),
        "to prove which box was ticked, and how it was worded",
        Span.ACCOUNT,
        Basis.LAW,
    ),
    Kept(
        "Payment",
        (
            "id", "number", "account", "subscription", "amount", "currency", "tax", "method", "received",
            "period_start", "period_end", "what", "is_gift", "stripe", "note",
        ),
        "receipts, as tax law demands; without the account once that is deleted",
        Span.PAYMENTS,
        Basis.LAW,
    ),
    Kept(
        "Refund", ("id", "payment", "amount", "made", "why", "stripe", "sent"), "with its payment", Span.PAYMENTS,
        Basis.LAW,
    ),
    Kept(
        "BankLine",
        ("id", "key", "day", "amount", "currency", "payer", "text", "payment", "set_aside"),
        "to match transfers, and as tax law demands",
        Span.PAYMENTS,
        Basis.LAW,
    ),
    Kept("Redemption", ("id", "code", "account", "when"), "a code once an account", Span.ACCOUNT, Basis.CONTRACT),
    Kept("Code", ("*",), "codes that the paper hands out", Span.INSTALLATION, Basis.NONE),
    Kept("Plan", ("*",), "what is offered", Span.INSTALLATION, Basis.NONE),
    Kept("PriceChange", ("*",), "changes of price", Span.INSTALLATION, Basis.NONE),
    Kept("JobRun", ("*",), "when each job ran", Span.RUNNING, Basis.NONE),
    Kept("StripeEvent", ("*",), "which of Stripe's events came, so that none counts twice", Span.LETTERS, Basis.NONE),
)  # fmt: skip
"""All of it, table by table."""

LIBRARIES = (
    Kept("Session", ("session_key", "session_data", "expire_date"), "to stay signed in on the account pages",
         Span.DEVICE, Basis.CONTRACT),
    Kept("LogEntry", ("changes", "actor", "additional_data", "..."), "who of the paper changed what, when and why",
         Span.AUDIT, Basis.INTEREST),
    Kept("Authenticator", ("data", "..."), "passkeys and second factors, encrypted or public", Span.ACCOUNT,
         Basis.CONTRACT),
    Kept("SocialAccount", ("provider", "uid", "..."), "to sign in with another provider", Span.ACCOUNT, Basis.CONTRACT),
)  # fmt: skip
"""What the libraries of the office keep beside it."""

METER = (
    Kept("meter", ("random name", "articles opened in the window", "days"), "to count articles", Span.METER,
         Basis.INTEREST),
    Kept("rights", ("random name of the account", "what may be read, until when"), "to let read", Span.ACCOUNT,
         Basis.CONTRACT),
    Kept("uses", ("feed", "program", "network (/24 or /48)", "how often", "when last"),
         "to see who fetches a feed before the meter is switched on; no address", Span.FEEDS, Basis.INTEREST),
)  # fmt: skip
"""What the meter keeps beside it, under random names."""

BUDGET = (
    Kept("address budget", ("keyed hash of the address of the first visit, and of those of established readers",
         "random name", "days of the first and latest visit"),
         "to see that nobody reads on by throwing the cookie away", Span.METER, Basis.INTEREST),
    Kept("address budget",
         ("keyed hash of the address", "what newcomers opened and were refused there, without their names"),
         "the same; the key is one a month, and is destroyed", Span.METER, Basis.INTEREST),
)  # fmt: skip
"""What the meter keeps of addresses, unless the address budget is off."""
