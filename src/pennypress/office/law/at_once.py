"""The box for reading at once, and what ticking it gives up."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import ngettext

from pennypress.office.installation import installation
from pennypress.office.law.terms import Terms

AT_ONCE = "at-once"
"""The kind of the consent that is kept for it."""


def at_once(terms: Terms, language: str) -> str | None:
    """The wording of the box; None where no law asks for it, or nothing is read with it.

    After Directive 2011/83/EU, articles 7(3), 8(8), 14(3) and 16(m), and regulations 36 and 37 of the UK's Consumer
    Contracts Regulations 2013.
    """
    law = installation().config
    days = law.law.cooling_off.days
    if law.office.law == "none" or not terms.plan.gives_access or not days:
        return None
    with translation.override(language):
        return (_in_proportion(days) if terms.recurs else _given_up(days)) % {"days": days}


def _in_proportion(days: int) -> str:
    return ngettext(
        "I want to read at once, before the %(days)s day in which I can change my mind is over. If I change it, I pay "
        "for the time until then, and get back the rest.",
        "I want to read at once, before the %(days)s days in which I can change my mind are over. If I change it, I "
        "pay for the time until then, and get back the rest.",
        days,
    )


def _given_up(days: int) -> str:
    return ngettext(
        "I want to read at once. I know that I thereby give up the right to change my mind within %(days)s day.",
        "I want to read at once. I know that I thereby give up the right to change my mind within %(days)s days.",
        days,
    )
