"""The letters about a subscription: each is written once, in the reader's language."""

from __future__ import annotations

from pennypress.office import letters
from pennypress.office.installation import installation
from pennypress.office.law import AT_ONCE
from pennypress.office.models import Account, Order, Payment, Refund, Subscription


def language_of(account: Account) -> str:
    """The language in which an account is written to."""
    return account.language or installation().config.paper.languages[0]


def write(kind: str, account: Account, key: str, facts: dict[str, object], language: str = "") -> None:
    """Write a letter to an account, in its own language if no other is named; one without a mail address gets it on
    paper."""
    given = {"account": account, "account_page": account_page(), **facts}
    letters.send(kind, key, account.email or "", given, language=language or language_of(account), account=account)


def write_about(kind: str, subscription: Subscription, key: str, **facts: object) -> None:
    """Write a letter about a subscription; ``key`` tells it from others of its kind about the same one."""
    account = subscription.account
    name = subscription.plan.name_in(language_of(account))
    write(kind, account, f"{kind}-{subscription.pk}-{key}"[:128], {"subscription": subscription, "name": name, **facts})


def confirm(order: Order) -> None:
    """Confirm what was bought: what stood above the button, and what was ticked."""
    facts: dict[str, object] = {
        "order": order,
        "name": order.plan.name_in(order.language),
        "ticked": [consent.wording for consent in order.consents.filter(kind=AT_ONCE)],
        "withdraw_days": _days_to_withdraw(),
    }
    write("subscribed", order.account, f"subscribed-{order.pk}", facts, order.language)


def _days_to_withdraw() -> int:
    config = installation().config
    return 0 if config.office.law == "none" else config.law.cooling_off.days


def receipt(payment: Payment) -> None:
    """Send the receipt of a payment."""
    if payment.account is None or not payment.amount:
        return
    tax = payment.money.tax_contained(payment.tax) if payment.tax else None
    facts: dict[str, object] = {"payment": payment, "tax": tax, "seller": seller()}
    write("receipt", payment.account, f"receipt-{payment.number}", facts)


def refunded(refund: Refund) -> None:
    """Say that money goes back."""
    account = refund.payment.account
    if account is not None:
        write("refunded", account, f"refunded-{refund.pk}", {"refund": refund, "payment": refund.payment})


def seller() -> str:
    """Who sells, as it stands on receipts."""
    config = installation().config
    return config.office.company or config.paper.name


def account_page() -> str:
    """The address of the reader's own account."""
    config = installation().config
    return f"{(config.paper.url or '').rstrip('/')}{config.office.account}"
