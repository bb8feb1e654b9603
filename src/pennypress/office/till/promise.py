"""The till of promises: transfers, standing orders, cheques and cash, on whose word one reads at once."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse

from pennypress.office import clock, lifecycle
from pennypress.office.bank.references import new_reference
from pennypress.office.installation import installation
from pennypress.office.lifecycle import writing
from pennypress.office.models import Account, Method, Order, OrderState, Payment, Status, Subscription
from pennypress.office.subscribe.ordering import terms_of_order


class PromiseTill:
    """A till that takes nothing: the reader is told what to pay and how, and staff record it once it is there."""

    methods: tuple[Method, ...] = (
        Method.TRANSFER,
        Method.STANDING_ORDER,
        Method.CHEQUE,
        Method.CASH,
        Method.TELEPHONE,
        Method.NONE,
    )

    def checkout(self, order: Order) -> str:
        """The page with amount and reference; a subscription is read on from here, for ``[office] trust``.

        Who has not kept a promise before reads once the money is there. What is paid once, a pass or a donation,
        begins with the money too.
        """
        if order.plan.recurs:
            period_end = clock.now() if has_broken_a_promise(order.account) else None
            lifecycle.begin(order, status=Status.PROMISED, period_end=period_end, reference=new_reference())
        elif order.state != OrderState.DONE and not order.session:
            order.session, order.state = new_reference(), OrderState.AT_TILL
            order.save(update_fields=["session", "state"])
        write_how_to_pay(order)
        return reverse("promise", args=[order.key])

    def cancel(self, subscription: Subscription, *, now: bool = False) -> None:
        """Nothing: nobody takes the next payment by itself."""

    def go_on(self, subscription: Subscription) -> None:
        """Nothing, likewise."""

    def pause(self, subscription: Subscription, until: datetime) -> None:
        """Nothing, likewise."""

    def unpause(self, subscription: Subscription) -> None:
        """Nothing, likewise."""

    def change_price(self, subscription: Subscription, price: int, since: date) -> None:
        """Nothing: the next letter asks for the new price."""

    def refund(self, payment: Payment, amount: int, key: str) -> str | None:
        """None: staff send it."""
        return None

    def portal(self, account: Account, back: str) -> str | None:
        """None: there is nothing to change."""
        return None


def has_broken_a_promise(account: Account) -> bool:
    """Whether an account has read on a promise of which no money ever came, and has paid nothing since."""
    broken = account.subscriptions.filter(end_why=lifecycle.EndWhy.NOT_RECEIVED, payments=None)
    last = broken.order_by("-started").first()
    return last is not None and not account.payments.filter(received__gt=last.started).exists()


def write_how_to_pay(order: Order) -> None:
    """Send amount and reference by letter, once an order."""
    terms = terms_of_order(order)
    facts: dict[str, object] = {
        "order": order,
        "name": order.plan.name_in(order.language),
        "due": terms.first + terms.gift_money,
        "reference": reference_of(order),
        "subscription": order.subscription,
        "reads_on": order.subscription is not None and reads_on_trust(order.subscription),
        "bank": installation().config.office.bank,
        "is_by_bank": order.method in (Method.TRANSFER, Method.STANDING_ORDER),
    }
    writing.write("promise", order.account, f"promise-{order.pk}", facts, order.language)


def reads_on_trust(subscription: Subscription) -> bool:
    """Whether a promise is read on before the money is here."""
    return subscription.period_end is not None and subscription.period_end > subscription.started


def reference_of(order: Order) -> str:
    """The reference to be written on the payment of an order."""
    return (order.subscription.reference or "") if order.subscription else order.session
