"""How a subscription, a pass or a donation begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from pennypress.office import clock, rights
from pennypress.office.installation import installation
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.cancelling import end
from pennypress.office.lifecycle.ends import EndWhy
from pennypress.office.lifecycle.holding import hold_account, till_for
from pennypress.office.models import Account, Kind, Order, OrderState, Right, RightKind, Status, Subscription
from pennypress.office.subscribe.ordering import terms_of_order

_LIVE = (Status.TRIALING, Status.PENDING, Status.PROMISED, Status.ACTIVE, Status.PAST_DUE, Status.PAUSED)


class AlreadySubscribed(Exception):
    """The account has a subscription already; nothing was begun."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(f"{subscription.account} has {subscription}")
        self.subscription = subscription


def begin(
    order: Order,
    *,
    status: Status,
    period_end: datetime | None,
    started: datetime | None = None,
    trial_end: datetime | None = None,
    stripe: str | None = None,
    reference: str | None = None,
) -> Subscription | None:
    """Begin what an order is for, once however often it is asked; None for a pass and a donation.

    ``started`` is the moment from which its periods are counted, now where it is not given.

    Raises AlreadySubscribed where the account has another subscription that reads; the order is then as it was.
    """
    with transaction.atomic():
        account = hold_account(order.account_id)
        held = Order.objects.select_for_update(of=("self",)).select_related("plan").get(pk=order.pk)
        if held.state == OrderState.DONE:
            return held.subscription
        held.account = account
        if held.plan.recurs:
            held.subscription = _make_room(account, status, stripe) or _subscription(
                held, status, started or clock.now(), period_end, trial_end, stripe, reference
            )
        elif held.plan.kind == Kind.PASS:
            _pass(held)
        held.state = OrderState.DONE
        held.save(update_fields=["state", "subscription"])
        if status is not Status.INCOMPLETE:
            writing.confirm(held)
        rights.project(account)
    order.state, order.subscription = held.state, held.subscription
    return held.subscription


def live(account: Account) -> Subscription | None:
    """The subscription with which an account reads, or will again after a pause; None where there is none."""
    return next((each for each in _subscriptions(account) if _is_live(each)), None)


def _subscriptions(account: Account) -> list[Subscription]:
    return list(account.subscriptions.select_related("plan", "account"))


def _is_live(subscription: Subscription) -> bool:
    if subscription.status not in _LIVE or not subscription.plan.gives_access:
        return False
    until = rights.access_until(subscription)
    return subscription.status == Status.PAUSED or until is None or until > clock.now()


def _make_room(account: Account, status: Status, stripe: str | None) -> Subscription | None:
    """The subscription that ``stripe`` names already; else None, after those that gave way have ended."""
    for old in _subscriptions(account):
        if stripe is not None and old.stripe == stripe:
            return old
        if _is_live(old) and not _gives_way(old, status):
            raise AlreadySubscribed(old)
    for old in _subscriptions(account):
        if old.status == Status.UNPAID or (_is_live(old) and _gives_way(old, status)):
            _replace(old)
    return None


def _gives_way(old: Subscription, status: Status) -> bool:
    """Whether it is a promise of which nothing was paid, and now something else is."""
    is_promise = old.status == Status.PROMISED and not old.payments.exists()
    return is_promise and status not in (Status.PROMISED, Status.INCOMPLETE)


def _replace(old: Subscription) -> None:
    end(old, EndWhy.REPLACED, clock.now())
    transaction.on_commit(lambda: till_for(old.method).cancel(old, now=True), robust=True)


def _subscription(
    order: Order,
    status: Status,
    started: datetime,
    period_end: datetime | None,
    trial_end: datetime | None,
    stripe: str | None,
    reference: str | None,
) -> Subscription:
    terms = terms_of_order(order)
    if period_end is None and status is Status.PROMISED:
        period_end = started + installation().config.office.trust
    return Subscription.objects.create(
        account=order.account,
        plan=order.plan,
        status=status,
        method=order.method,
        price=terms.price,
        currency=terms.currency,
        period=terms.period,
        intro_price=terms.intro_price,
        intro_left=terms.intro_periods,
        code=order.code,
        started=started,
        trial_end=trial_end,
        period_start=started,
        period_end=period_end,
        stripe=stripe,
        reference=reference,
    )


def _pass(order: Order) -> None:
    """A pass begins when it is bought, or where the last one ends."""
    now = clock.now()
    running = Right.objects.filter(account=order.account, kind=RightKind.PASS, revoked=None, until__gt=now)
    last = running.order_by("-until").first()
    start = last.until if last is not None and last.until is not None else now
    Right.objects.create(
        account=order.account,
        kind=RightKind.PASS,
        start=start,
        until=start + timedelta(days=order.plan.days),
        why=order.plan.name,
        external=f"order-{order.pk}",
    )
