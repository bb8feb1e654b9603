"""What Stripe's checkout is asked to take for an order."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import stripe
from django.urls import reverse

from pennypress.office.installation import installation
from pennypress.office.law import Terms
from pennypress.office.models import Account, Order, OrderState, Period, Plan
from pennypress.office.money import Money
from pennypress.office.periods import after
from pennypress.office.subscribe.ordering import terms_of_order
from pennypress.office.till.stripe_client import client, is_missing
from pennypress.office.till.stripe_facts import ORDER

if TYPE_CHECKING:
    from stripe.params import CouponCreateParams
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

_OPEN_FOR = timedelta(hours=23, minutes=40)
"""How long a session can be paid, from the order on: Stripe takes 24 hours at most, and 30 minutes at least."""

_INTERVAL: dict[Period, tuple[str, int]] = {
    Period.WEEK: ("week", 1),
    Period.MONTH: ("month", 1),
    Period.QUARTER: ("month", 3),
    Period.YEAR: ("year", 1),
}
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
_LOCALES = {"en": "en-GB", "de": "de", "fr": "fr", "es": "es"}


def session_for(order: Order) -> stripe.checkout.Session:
    """The session by which an order is paid: the one that is open, or a new one; the same for two clicks at once.

    Raises what Stripe's client raises.
    """
    known = _known(order)
    if known is not None and known.status in ("open", "complete"):
        return known
    asked = _asked(order)
    said = json.dumps([order.session, asked], sort_keys=True)
    key = f"{order.key}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    made = client().v1.checkout.sessions.create(asked, {"idempotency_key": key})
    open_ = Order.objects.filter(pk=order.pk).exclude(state=OrderState.DONE)
    open_.update(session=made.id, state=OrderState.AT_TILL)
    return made


def customer_of(account: Account) -> str:
    """Stripe's customer for an account; made the first time, and the same for two who ask at once."""
    if account.stripe_customer and _is_customer(account.stripe_customer):
        return account.stripe_customer
    said = hashlib.sha256(f"{account.email} {account.name}".encode()).hexdigest()[:8]
    made = client().v1.customers.create(
        {"email": account.email or "", "name": account.name, "metadata": {"pennypress_account": account.number}},
        {"idempotency_key": f"customer-{account.number}-{said}"},
    )
    Account.objects.filter(pk=account.pk, stripe_customer=account.stripe_customer).update(stripe_customer=made.id)
    account.refresh_from_db(fields=["stripe_customer"])
    return str(account.stripe_customer)


def price_data(plan: Plan, amount: int, currency: str, period: Period | None) -> dict[str, Any]:
    """A price of a plan's product, for a period, or for once."""
    data: dict[str, Any] = {"currency": currency.lower(), "unit_amount": amount, "product": _product(plan)}
    if period is not None:
        interval, count = _INTERVAL[period]
        data["recurring"] = {"interval": interval, "interval_count": count}
    return data


def absolute(path: str) -> str:
    """The address of a path of the paper."""
    return f"{(installation().config.paper.url or '').rstrip('/')}{path}"


def locale_of(language: str) -> Any:
    """Stripe's name of a language; its own choice for one that its pages do not have."""
    return _LOCALES.get(language.partition("-")[0].lower(), "auto")


def _known(order: Order) -> stripe.checkout.Session | None:
    """The session of an order; None where it has none in this Stripe account: a paper may have tried with another."""
    if not order.session:
        return None
    try:
        return client().v1.checkout.sessions.retrieve(order.session)
    except stripe.InvalidRequestError as error:
        if is_missing(error):
            return None
        raise


def _is_customer(which: str) -> bool:
    """Whether this Stripe account has such a customer still."""
    try:
        return not getattr(client().v1.customers.retrieve(which), "deleted", False)
    except stripe.InvalidRequestError as error:
        if is_missing(error):
            return False
        raise


def _asked(order: Order) -> SessionCreateParams:
    terms = terms_of_order(order)
    named = {ORDER: order.key}
    asked: dict[str, Any] = {
        "mode": "subscription" if terms.recurs else "payment",
        "line_items": [_line(order, terms), *_gift(order)],
        "customer": customer_of(order.account),
        "client_reference_id": order.key,
        "metadata": named,
        "allowed_payment_method_types": [str(order.method)],
        "success_url": absolute(reverse("till-return", args=[order.key])),
        "cancel_url": absolute(reverse("subscribe-plan", args=[order.plan.slug])),
        "expires_at": int((order.made + _OPEN_FOR).timestamp()),
        "locale": locale_of(order.language),
    }
    if terms.recurs:
        trial = {"trial_period_days": terms.trial_days} if terms.trial_days else {}
        asked["subscription_data"] = {"metadata": named, **trial}
        if terms.intro_price is not None and terms.intro_periods:
            asked["discounts"] = [{"coupon": _coupon(terms, order.made)}]
    else:
        asked["payment_intent_data"] = {"metadata": named, "description": order.plan.name}
    found: SessionCreateParams = asked  # type: ignore[assignment]
    return found


def _line(order: Order, terms: Terms) -> SessionCreateParamsLineItem:
    if own := _own_price(order.plan, terms):
        return {"price": own, "quantity": 1}
    period = terms.period if terms.recurs else None
    amount = terms.money.amount if terms.recurs else terms.now.amount
    data: Any = price_data(order.plan, amount, terms.currency, period)
    return {"price_data": data, "quantity": 1}


def _own_price(plan: Plan, terms: Terms) -> str:
    """The price that the paper made at Stripe, where it says what the reader was shown; else empty."""
    if not plan.stripe_price or not terms.recurs:
        return ""
    try:
        price = client().v1.prices.retrieve(plan.stripe_price)
    except stripe.InvalidRequestError as error:
        if is_missing(error):
            return ""
        raise
    rhythm = (price.recurring.interval, price.recurring.interval_count) if price.recurring else ("", 0)
    said = (price.unit_amount, price.currency.upper(), rhythm, price.active)
    return plan.stripe_price if said == (terms.price, terms.currency, _INTERVAL[terms.period], True) else ""


def _gift(order: Order) -> list[SessionCreateParamsLineItem]:
    if not order.gift:
        return []
    product = _found_or_made("pennypress-gift", installation().config.paper.name)
    return [
        {
            "price_data": {"currency": order.currency.lower(), "unit_amount": order.gift, "product": product},
            "quantity": 1,
        }
    ]


def _product(plan: Plan) -> str:
    return _found_or_made(f"pennypress-{plan.slug}", plan.name)


def _found_or_made(which: str, name: str) -> str:
    try:
        return client().v1.products.retrieve(which).id
    except stripe.InvalidRequestError as error:
        if not is_missing(error):
            raise
    made = client().v1.products.create({"id": which, "name": name}, {"idempotency_key": f"product-{which}"})
    return made.id


def _coupon(terms: Terms, start: datetime) -> str:
    """The coupon that makes the first periods as cheap as was said, and touches nothing but this plan."""
    off = Money(terms.price - (terms.intro_price or 0), terms.currency)
    lasting = _lasting(terms, start)
    months = lasting.get("duration_in_months", 0)
    which = f"pennypress-{terms.plan.slug}-{off.amount}-{off.currency}-{lasting['duration']}-{months}".lower()
    try:
        return client().v1.coupons.retrieve(which).id
    except stripe.InvalidRequestError as error:
        if not is_missing(error):
            raise
    asked: dict[str, Any] = {
        "id": which,
        "name": terms.plan.name[:40],
        "amount_off": off.amount,
        "currency": off.currency.lower(),
        "applies_to": {"products": [_product(terms.plan)]},
        **lasting,
    }
    found: CouponCreateParams = asked  # type: ignore[assignment]
    return client().v1.coupons.create(found, {"idempotency_key": f"coupon-{which}"}).id


def _lasting(terms: Terms, start: datetime) -> Any:
    """How long Stripe is to take it off. It counts months from the checkout on, a trial with them; weeks it cannot
    count: there the discount is taken away once the last of them is paid."""
    if terms.intro_periods == 1 and not terms.trial_days:
        return {"duration": "once"}
    if terms.period not in _MONTHS:
        return {"duration": "forever"}
    trial_end = terms.trial_end(start)
    before = next(months for months in range(100) if after(start, Period.MONTH, months + 1) > trial_end)
    return {"duration": "repeating", "duration_in_months": terms.intro_periods * _MONTHS[terms.period] + before}
