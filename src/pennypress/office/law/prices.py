"""New prices for those who subscribe already: told beforehand, with a way out."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.law.summary import each
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.holding import hold, till_for
from pennypress.office.models import Letter, Period, PriceChange, Status, Subscription
from pennypress.office.money import Money

_log = logging.getLogger("pennypress")

_DAY = timedelta(days=1)


def change_due() -> int:
    """Tell of every price that will change in ``[law] price_notice``, and change those whose notice is over; how many
    were changed. Whoever cancels keeps the old price to the end."""
    return sum(_go_through(change) for change in PriceChange.objects.filter(done=None).select_related("plan"))


def touched_by(change: PriceChange) -> QuerySet[Subscription]:
    """Those who will pay the new price: not those who have cancelled, nor those who chose a price of their own."""
    if change.plan.chooses_price:
        return Subscription.objects.none()
    running = Subscription.objects.filter(plan=change.plan, cancelled=None).exclude(status=Status.ENDED)
    return running.exclude(price=change.price).select_related("plan", "account")


def _go_through(change: PriceChange) -> int:
    now = clock.now()
    if now < _begins(change) - _notice():
        return 0
    changed = sum(_announce_or_change(change, subscription) for subscription in touched_by(change))
    if change.announced is None:
        change.announced = now
    if now >= _begins(change) and not touched_by(change).exists():
        change.done = now
    change.save()
    return changed


def _announce_or_change(change: PriceChange, subscription: Subscription) -> bool:
    key = f"price-change-{subscription.pk}-{change.pk}"
    letter = Letter.objects.filter(key=key).first()
    if letter is None:
        _announce(change, subscription)
        return False
    since = _since(change, letter.made)
    return clock.now() >= since and _change(change, subscription, since)


def _announce(change: PriceChange, subscription: Subscription) -> None:
    language, period = writing.language_of(subscription.account), Period(subscription.period)
    since = _since(change, clock.now())
    with translation.override(language):
        prices = {
            "price": each(subscription.money, period, language),
            "new_price": each(Money(change.price, subscription.currency), period, language),
        }
    writing.write_about("price-change", subscription, str(change.pk), since=since, **prices)


def _change(change: PriceChange, subscription: Subscription, since: datetime) -> bool:
    from pennypress.office.till.base import TillDown  # the tills call this part of the office

    try:
        till_for(subscription.method).change_price(subscription, change.price, since.date())
    except TillDown as error:
        _log.warning("the price of subscription %s changes later: %s", subscription.pk, type(error).__name__)
        return False
    with transaction.atomic():
        held = hold(subscription)
        held.price = change.price
        held.save(update_fields=["price"])
    return True


def _since(change: PriceChange, told: datetime) -> datetime:
    """The day from which somebody pays it who was told at a moment: the whole notice lies between."""
    earliest = (told + _notice()).astimezone(installation().config.paper.timezone)
    if earliest <= _begins(change):
        return _begins(change)
    return datetime.combine(earliest.date() + _DAY, time.min, earliest.tzinfo)


def _begins(change: PriceChange) -> datetime:
    return datetime.combine(change.since, time.min, installation().config.paper.timezone)


def _notice() -> timedelta:
    config = installation().config
    return timedelta(0) if config.office.law == "none" else config.law.price_notice
