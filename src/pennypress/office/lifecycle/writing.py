"""The letters about a subscription: each is written once, in the reader's language."""

from __future__ import annotations

from pennypress.office import letters
from pennypress.office.installation import installation
from pennypress.office.law import AT_ONCE
from pennypress.office.models import Account, Order, Payment, Refund, Subscription


def language_of(account: Account) -> str:
    """The language in which an account is written to."""
    return account.language or installation().config.paper.languages[0]


def write(kind: str, account: Account, key: str, **facts: object) -> None:
    """Write a letter to an account; one without a mail address gets it on paper."""
    given = {"account": account, "account_page": account_page(), **facts}
    letters.send(kind, key, account.email or "", given, language=language_of(account), account=account)


def write_about(kind: str, subscription: Subscription, key: str, **facts: object) -> None:
    """Write a letter about a subscription; ``key`` tells it from others of its kind about the same one."""
    account = subscription.account
    name = subscription.plan.name_in(language_of(account))
    write(kind, account, f"{kind}-{subscription.pk}-{key}"[:128], subscription=subscription, name=name, **facts)


def confirm(order: Order) -> None:
    """Confirm what was bought: what stood above the button, and what was ticked."""
    ticked = [consent.wording for consent in order.consents.filter(kind=AT_ONCE)]
    account = order.account
    facts = {
        "order": order,
        "name": order.plan.name_in(order.language),
        "ticked": ticked,
        "account_page": account_page(),
    }
    letters.send(
        "subscribed",
        f"subscribed-{order.pk}",
        account.email or "",
        {"account": account, **facts},
        language=order.language,
        account=account,
    )


def receipt(payment: Payment) -> None:
    """Send the receipt of a payment."""
    if payment.account is None or not payment.amount:
        return
    tax = payment.money.tax_contained(payment.tax) if payment.tax else None
    write("receipt", payment.account, f"receipt-{payment.number}", payment=payment, tax=tax, seller=seller())


def refunded(refund: Refund) -> None:
    """Say that money goes back."""
    if refund.payment.account is not None:
        write("refunded", refund.payment.account, f"refunded-{refund.pk}", refund=refund, payment=refund.payment)


def seller() -> str:
    """Who sells, as it stands on receipts."""
    config = installation().config
    return config.office.company or config.paper.name


def account_page() -> str:
    """The address of the reader's own account."""
    config = installation().config
    return f"{(config.paper.url or '').rstrip('/')}{config.office.account}"
