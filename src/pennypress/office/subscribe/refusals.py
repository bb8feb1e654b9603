"""What a reader is told about a code that cannot be used: what happened, and what to do."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pennypress.office.subscribe.codes import CodeRefused, Refusal


def advice(refused: CodeRefused, language: str) -> str:
    """The sentences for a code that was refused."""
    return _ADVICE[refused.why]() % _facts(refused, language)


def _facts(refused: CodeRefused, language: str) -> dict[str, str]:
    code = refused.code
    if code is None:
        return {}
    plan = code.plan.name_in(language) if code.plan is not None else ""
    return {"until": date_format(localtime(code.until), "DATE_FORMAT"), "plan": plan}


_ADVICE = {
    Refusal.UNKNOWN: lambda: _(
        "We do not know this code. Please compare it with what you were given, letter by letter; or go on without it."
    ),
    Refusal.EXPIRED: lambda: _("This code was good until %(until)s. Please go on without it, or ask us for another."),
    Refusal.USED_UP: lambda: _(
        "This code has been used as often as it may be. Please go on without it, or ask us for another."
    ),
    Refusal.ALREADY_USED: lambda: _("You have used this code before, and it is good once. Please go on without it."),
    Refusal.OTHER_PLAN: lambda: _(
        "This code is for “%(plan)s”. Please choose that offer to use it, or go on without the code."
    ),
    Refusal.NOT_FOR_THIS: lambda: _(
        "This code takes nothing off this price. If it gives you days to read, use it on the page for codes; "
        "here, please go on without it."
    ),
    Refusal.READS_ALREADY: lambda: _(
        "You can read everything already, so the code was not used up. Keep it for later, or give it to somebody."
    ),
    Refusal.TOO_MANY_TRIES: lambda: _(
        "Too many codes that do not exist were tried. Please wait an hour and try again, or ask us for help."
    ),
}
