"""What is said before payment, more prominently than anything else, and the words of the button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.law.terms import Terms
from pennypress.office.models import Kind, Period
from pennypress.office.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: what it is about, and the fact."""

    name: str
    fact: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands above the button, and on it, in one language."""

    lines: tuple[Line, ...]
    button: str

    @property
    def text(self) -> str:
        """The facts as they are kept with the order and stand in the confirmation: one a line."""
        return "\n".join(f"{line.name}: {line.fact}" for line in self.lines)


def summary(terms: Terms, language: str) -> Summary:
    """What somebody must know before they pay: price now and after any offer, period, renewal, how to cancel, the total
    of a year.

    After schedule 23 of the UK's Digital Markets, Competition and Consumers Act 2024, and articles 6 and 8(2) of
    Directive 2011/83/EU.
    """
    with translation.override(language):
        lines = _recurring(terms, language) if terms.recurs else _once(terms, language)
        button = _recurring_button(terms, language) if terms.recurs else _button_once(terms, language)
        return Summary(tuple(lines), button)


def each(money: Money, period: Period, language: str) -> str:
    """A price with its period, in the language that is active: “£8.00 a month”."""
    return _EACH[period]() % {"price": money.shown(language)}


def _recurring(terms: Terms, language: str) -> Iterator[Line]:
    yield Line(_("You pay now"), _now(terms, language))
    if terms.trial_days or terms.intro_periods:
        yield Line(_("You pay later"), _later(terms, language))
    yield Line(_("Price"), each(terms.money, terms.period, language))
    yield Line(_("Renewal"), _RENEWS[terms.period]())
    yield Line(_("Total a year"), _year(terms, language))
    yield Line(_("Cancelling"), _cancelling())
    if changing := _changing(terms):
        yield changing


def _once(terms: Terms, language: str) -> Iterator[Line]:
    yield Line(_("You pay now"), _now(terms, language))
    if terms.plan.kind == Kind.PASS:
        days = terms.plan.days
        words = ngettext("You read for %(days)s day.", "You read for %(days)s days.", days)
        yield Line(_("What you get"), words % {"days": days})
    else:
        yield Line(_("What you get"), _("You support the paper. A donation opens no articles."))
    yield Line(_("Renewal"), _("It does not renew. You pay once, and there is nothing to cancel."))


def _now(terms: Terms, language: str) -> str:
    shown = terms.now.shown(language) if terms.now.amount else _("Nothing")
    if not terms.gift:
        return shown
    facts = {"total": terms.total_now.shown(language), "gift": terms.gift_money.shown(language), "price": shown}
    if not terms.now.amount:
        return _("%(total)s, which is your gift") % facts
    return _("%(total)s: %(price)s and your gift of %(gift)s") % facts


def _later(terms: Terms, language: str) -> str:
    start = clock.now()
    facts = {
        "price": each(terms.money, terms.period, language),
        "first": terms.first.shown(language),
        "trial_end": _day(terms.trial_end(start)),
        "from": _day(terms.full_price_from(start)),
        "count": terms.intro_periods,
    }
    if terms.trial_days and not terms.intro_periods:
        return _("The trial ends on %(trial_end)s. From that day on you pay %(price)s.") % facts
    offer = ngettext(
        "The first payment is %(first)s. From %(from)s on you pay %(price)s.",
        "The first %(count)s payments are %(first)s each. From %(from)s on you pay %(price)s.",
        terms.intro_periods,
    )
    if not terms.trial_days:
        return offer % facts
    return " ".join((_("The trial ends on %(trial_end)s.") % facts, offer % facts))


def _year(terms: Terms, language: str) -> str:
    full = terms.total_a_year.shown(language)
    first = (terms.total_first_year(clock.now()) + terms.gift_money).shown(language)
    if first == full:
        return full
    return _("%(first)s in the first year, then %(full)s a year") % {"first": first, "full": full}


def _cancelling() -> str:
    mail = installation().config.mail.sender
    return _(
        "At any time, on the page of your account, or by a mail to %(mail)s. You read on until the end of the time "
        "that you paid for, and nothing more is charged."
    ) % {"mail": mail}


def _changing(terms: Terms) -> Line | None:
    config = installation().config
    days = config.law.cooling_off.days
    if config.office.law == "none" or not days:
        return None
    words = ngettext(
        "Within %(days)s day you can withdraw on the page of your account; what you have paid for the time not yet "
        "used goes back the way it came.",
        "Within %(days)s days you can withdraw on the page of your account; what you have paid for the time not yet "
        "used goes back the way it came.",
        days,
    )
    return Line(_("Changing your mind"), words % {"days": days})


def _recurring_button(terms: Terms, language: str) -> str:
    """It says that one pays, after article 8(2) of Directive 2011/83/EU and regulation 14 of the UK's Consumer
    Contracts Regulations 2013."""
    words = _("Subscribe and pay %(price)s")
    if terms.trial_days:
        words = _("Begin the free trial, then pay %(price)s")
        if terms.intro_periods:
            words = _("Begin the free trial, then pay %(first)s, later %(price)s")
    elif terms.intro_periods:
        words = _("Subscribe and pay %(first)s now, later %(price)s")
    facts = {"price": each(terms.money, terms.period, language), "first": terms.first.shown(language)}
    if terms.gift:
        facts["gift"] = terms.gift_money.shown(language)
        words = _("%(button)s, with a gift of %(gift)s now") % {"button": words, "gift": "%(gift)s"}
    return words % facts


def _button_once(terms: Terms, language: str) -> str:
    words = _("Buy and pay %(total)s") if terms.plan.kind == Kind.PASS else _("Give and pay %(total)s")
    return words % {"total": terms.total_now.shown(language)}


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


_EACH = {
    Period.WEEK: lambda: _("%(price)s a week"),
    Period.MONTH: lambda: _("%(price)s a month"),
    Period.QUARTER: lambda: _("%(price)s a quarter"),
    Period.YEAR: lambda: _("%(price)s a year"),
}
_RENEWS = {
    Period.WEEK: lambda: _("It renews by itself every week until you cancel."),
    Period.MONTH: lambda: _("It renews by itself every month until you cancel."),
    Period.QUARTER: lambda: _("It renews by itself every quarter until you cancel."),
    Period.YEAR: lambda: _("It renews by itself every year until you cancel."),
}
