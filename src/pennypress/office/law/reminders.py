"""Reminders of what will be charged, before it is: each is written once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.law.summary import each
from pennypress.office.law.withdrawing import second_window
from pennypress.office.lifecycle import writing
from pennypress.office.lifecycle.holding import hold
from pennypress.office.models import Payment, Period, Status, Subscription

_COOLING_OFF = "cooling-off"
_RENEWING = (Status.TRIALING, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A letter of a kind, for one moment to come."""

    kind: str
    about: datetime
    last_day: date | None = None


def remind_due() -> int:
    """Write every reminder whose time has come; how many. None where no law is kept.

    Before a trial or an introductory price ends, before a renewal of a year, every six months, and when one may
    withdraw once more: sections 258, 259 and 266 of the UK's Digital Markets, Competition and Consumers Act 2024.
    """
    if installation().config.office.law == "none":
        return 0
    running = Subscription.objects.filter(status__in=_RENEWING, cancelled=None).select_related("plan", "account")
    return sum(_remind(subscription, due) for subscription in running for due in due_for(subscription, clock.now()))


def due_for(subscription: Subscription, now: datetime) -> list[Reminder]:
    """The reminders that are due at ``now``; the regular one only where there is no other."""
    special = list(_special(subscription, now))
    return [*(special or _regular(subscription, now)), *_second_thoughts(subscription, now)]


def _special(subscription: Subscription, now: datetime) -> Iterator[Reminder]:
    law = installation().config.law
    trial_end, end = subscription.trial_end, subscription.period_end
    if trial_end is not None and _is_near(trial_end, now, law.trial_reminder):
        yield Reminder("reminder-trial", trial_end)
    if end is None or subscription.status != Status.ACTIVE:
        return
    if _is_near(end, now, law.trial_reminder) and _is_last_at_the_intro_price(subscription):
        yield Reminder("reminder-intro", end)
    if subscription.period == Period.YEAR and _is_near(end, now, law.renewal_reminder):
        yield Reminder("reminder-renewal", end)


def _regular(subscription: Subscription, now: datetime) -> Iterator[Reminder]:
    last = subscription.reminded or subscription.started
    if subscription.status == Status.ACTIVE and now >= last + installation().config.law.regular_reminder:
        yield Reminder("reminder-regular", last)


def _second_thoughts(subscription: Subscription, now: datetime) -> Iterator[Reminder]:
    window = second_window(subscription, now)
    if window is not None and subscription.status == Status.ACTIVE:
        yield Reminder(_COOLING_OFF, window.start, window.last_day)


def _is_near(moment: datetime, now: datetime, before: timedelta) -> bool:
    return moment - before <= now < moment


def _is_last_at_the_intro_price(subscription: Subscription) -> bool:
    if subscription.intro_price is None or subscription.intro_left:
        return False
    paid = Payment.objects.filter(subscription=subscription, is_gift=False).order_by("-received", "-pk").first()
    return paid is not None and paid.amount == subscription.intro_price != subscription.price


def _remind(subscription: Subscription, due: Reminder) -> bool:
    now = clock.now()
    key = f"{due.about:%Y%m%d}"
    if subscription.account.letters.filter(key=f"{due.kind}-{subscription.pk}-{key}").exists():
        return False
    language = writing.language_of(subscription.account)
    with translation.override(language):
        price = each(subscription.money, Period(subscription.period), language)
    next_money = subscription.next_money
    next_price = next_money.shown(language) if next_money != subscription.money else ""
    with transaction.atomic():
        held = hold(subscription)
        writing.write_about(due.kind, held, key, price=price, next_price=next_price, last_day=due.last_day)
        if due.kind != _COOLING_OFF:
            held.reminded = now
            held.save(update_fields=["reminded"])
    return True
