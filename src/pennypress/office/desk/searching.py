"""One search for a reader: by name, mail, postcode, number, payment reference, or the code at the foot of a wall."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Q
from rapidfuzz import fuzz, process

from pennypress.core.meter import ReaderId
from pennypress.core.window import Span
from pennypress.office import clock
from pennypress.office.bank.references import references_in
from pennypress.office.installation import installation
from pennypress.office.models import Account, Device, Order, Subscription
from pennypress.readers.code import PURPOSE, reader_code

MOST = 25
_ALIKE = 78
_CODE = re.compile(r"[0-9A-Z]{4}[- ]?[0-9A-Z]{4}")


class Why(StrEnum):
    """By what somebody was found."""

    EXACT = "exact"
    CODE = "code"
    HOLDS = "holds"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who was found, and by what."""

    account: Account
    why: Why


def search(words: str) -> list[Found]:
    """Who may be meant, the surest first; at most 25, and misspelt names and mails only where nothing else fits."""
    words = words.strip()
    if not words:
        return []
    for why, found in ((Why.EXACT, _exactly(words)), (Why.CODE, _by_code(words)), (Why.HOLDS, _holding(words))):
        if found:
            return [Found(account, why) for account in found[:MOST]]
    return [Found(account, Why.ALIKE) for account in _alike(words)]


def _exactly(words: str) -> list[Account]:
    """By number, whole mail address, or payment reference."""
    references = references_in(words) if len(words) <= 12 else ()
    held = Subscription.objects.filter(reference__in=references).values("account")
    ordered = Order.objects.filter(session__in=references).values("account")
    of_mail = Account.objects.with_mail(words) if "@" in words else None
    named = Q(number=words) | Q(pk__in=held) | Q(pk__in=ordered)
    return list(Account.objects.filter(named | Q(pk=of_mail.pk if of_mail else None)))


def _by_code(words: str) -> list[Account]:
    """By the reader's code in this window or the last. It cannot be turned back: every known name is tried."""
    plain = words.upper()
    if not _CODE.fullmatch(plain):
        return []
    wanted = re.sub(r"[- ]", "", plain)
    keys, spans = installation().keys.derive(PURPOSE), _spans()
    names: list[tuple[int, str]] = list(Account.objects.values_list("pk", "meter").iterator())
    for account, key, anonymous in Device.objects.exclude(account=None).values_list("account", "key", "anonymous"):
        if account is not None:
            names += [(account, key), (account, anonymous)]
    hits = {
        pk
        for pk, name in names
        if any(
            reader_code(ReaderId(bytes.fromhex(name)), span, key).replace("-", "") == wanted
            for span in spans
            for key in keys
        )
    }
    return list(Account.objects.filter(pk__in=hits))


def _spans() -> tuple[Span, Span]:
    """The span of now, and the one before it."""
    window, now = installation().config.policy().window, clock.now()
    span = window.span(now)
    before = span.start - timedelta(seconds=1) if span.length is None else now - span.length
    return span, window.span(before)


def _holding(words: str) -> list[Account]:
    holds = Q(name__icontains=words) | Q(email__icontains=words) | Q(postcode__iexact=words)
    plain = words.replace(" ", "")
    return list(Account.objects.filter(holds | Q(postcode__iexact=plain)).order_by("name", "pk")[:MOST])


def _alike(words: str) -> list[Account]:
    """Names and mails that are spelt much like these words."""
    spelt: dict[tuple[int, str], str] = {}
    for pk, name, mail in Account.objects.values_list("pk", "name", "email").iterator(chunk_size=5000):
        spelt |= {(pk, kind): text.casefold() for kind, text in (("name", name), ("mail", mail)) if text}
    hits = process.extract(words.casefold(), spelt, scorer=fuzz.WRatio, score_cutoff=_ALIKE, limit=MOST)
    order = list(dict.fromkeys(key[0] for _text, _score, key in hits))
    accounts = Account.objects.in_bulk(order)
    return [accounts[pk] for pk in order]
