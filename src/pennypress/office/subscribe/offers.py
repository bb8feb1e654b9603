"""What the page with the offers shows: three at most as cards, then the rest."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypress.office.models import Kind, Period, Plan
from pennypress.office.money import Money

_FIRST = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan in the words of a language: ``price`` what it costs, ``before`` what comes before that price."""

    slug: str
    name: str
    summary: str
    price: str
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """Everything that is offered, in the publisher's order."""

    first: tuple[Offer, ...]
    rest: tuple[Offer, ...]


def offers(language: str) -> Offers:
    """What this paper offers now, in the language that is active."""
    offered = tuple(offer(plan, language) for plan in Plan.objects.filter(offered=True))
    return Offers(offered[:_FIRST], offered[_FIRST:])


def offer(plan: Plan, language: str) -> Offer:
    """One plan in the language that is active."""
    return Offer(
        slug=plan.slug,
        name=plan.name_in(language),
        summary=plan.summary_in(language),
        price=price_words(plan, language),
        before=tuple(words for words in (_trial_words(plan), _intro_words(plan, language)) if words),
    )


def price_words(plan: Plan, language: str) -> str:
    """What a plan costs: “£8.00 a month”; “You choose, from £3.00 a month” where the reader does."""
    least = Money(plan.floor if plan.floor is not None else plan.price, plan.currency).shown(language)
    if plan.kind == Kind.DONATION:
        return _chosen_once(plan, least)
    if plan.kind == Kind.PASS:
        return _for_days(plan, least)
    sentence = _CHOSEN[Period(plan.period)]() if plan.chooses_price else _FIXED[Period(plan.period)]()
    return sentence % {"price": least}


def _chosen_once(plan: Plan, least: str) -> str:
    sentence = _("You choose how much, from %(price)s, once") if plan.chooses_price else _("%(price)s, once")
    return sentence % {"price": least}


def _for_days(plan: Plan, least: str) -> str:
    if plan.chooses_price:
        sentence = ngettext(
            "You choose, from %(price)s, for %(days)s day", "You choose, from %(price)s, for %(days)s days", plan.days
        )
    else:
        sentence = ngettext("%(price)s for %(days)s day", "%(price)s for %(days)s days", plan.days)
    return sentence % {"price": least, "days": plan.days}


def _trial_words(plan: Plan) -> str:
    if not plan.recurs or not plan.trial_days:
        return ""
    sentence = ngettext("The first %(days)s day is free.", "The first %(days)s days are free.", plan.trial_days)
    return sentence % {"days": plan.trial_days}


def _intro_words(plan: Plan, language: str) -> str:
    price = plan.intro_money
    if not plan.recurs or price is None:
        return ""
    sentence = _INTRO[Period(plan.period)](plan.intro_periods)
    return sentence % {"price": price.shown(language), "count": plan.intro_periods}


_FIXED = {
    Period.WEEK: lambda: _("%(price)s a week"),
    Period.MONTH: lambda: _("%(price)s a month"),
    Period.QUARTER: lambda: _("%(price)s a quarter"),
    Period.YEAR: lambda: _("%(price)s a year"),
}
_CHOSEN = {
    Period.WEEK: lambda: _("You choose, from %(price)s a week"),
    Period.MONTH: lambda: _("You choose, from %(price)s a month"),
    Period.QUARTER: lambda: _("You choose, from %(price)s a quarter"),
    Period.YEAR: lambda: _("You choose, from %(price)s a year"),
}
_INTRO = {
    Period.WEEK: lambda count: ngettext(
        "%(price)s for the first week.", "%(price)s a week for the first %(count)s weeks.", count
    ),
    Period.MONTH: lambda count: ngettext(
        "%(price)s for the first month.", "%(price)s a month for the first %(count)s months.", count
    ),
    Period.QUARTER: lambda count: ngettext(
        "%(price)s for the first quarter.", "%(price)s a quarter for the first %(count)s quarters.", count
    ),
    Period.YEAR: lambda count: ngettext(
        "%(price)s for the first year.", "%(price)s a year for the first %(count)s years.", count
    ),
}
