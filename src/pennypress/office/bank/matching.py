"""Matching lines of statements to what is due: what is sure, and what somebody must look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from django.db import transaction
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from pennypress.office import lifecycle
from pennypress.office.bank.recording import AlreadyRecorded, Wanted, WrongAmount, open_promises, record, wanted_by
from pennypress.office.bank.references import ALPHABET, LENGTH, references_in, written_references
from pennypress.office.bank.statements import Statement
from pennypress.office.lifecycle.ends import REVIVED_BY_MONEY
from pennypress.office.models import BankLine, Method, Payment, Status, Subscription

_ALIKE = 85
_MOST_PROPOSED = 5
_SAME_WITHIN = timedelta(days=4)


class Why(StrEnum):
    """Why a line is proposed for what is due."""

    REFERENCE = "reference"
    OTHER_AMOUNT = "other-amount"
    NEAR = "near"
    NAME = "name"
    RUN_TOGETHER = "run-together"
    AGAIN = "again"
    ENDED = "ended"


@dataclass(frozen=True)
class Proposal:
    """What a line may pay for. It is sure where the reference stands in it and the amount is right."""

    wanted: Wanted
    why: Why

    @property
    def is_sure(self) -> bool:
        """Whether it may be recorded unseen."""
        return self.why is Why.REFERENCE


@transaction.atomic
def take_in(statement: Statement) -> tuple[int, int]:
    """Keep the lines of a statement, each once however often it is read: how many are new, and how many were known."""
    before = BankLine.objects.count()
    lines = (
        BankLine(
            key=line.key, day=line.day, amount=line.amount, currency=line.currency, payer=line.payer, text=line.text
        )
        for line in statement.lines
    )
    BankLine.objects.bulk_create(lines, batch_size=500, ignore_conflicts=True)
    new = BankLine.objects.count() - before
    return new, len(statement.lines) - new


def open_lines() -> list[BankLine]:
    """The lines that pay for nothing yet and were not set aside."""
    return list(BankLine.objects.filter(payment=None, set_aside=""))


def proposals(line: BankLine, promised: list[Wanted] | None = None) -> list[Proposal]:
    """What a line may pay for, the likeliest first; none where nothing fits. ``promised`` are those of
    ``open_promises``, where they are known already."""
    said = f"{line.text} {line.payer}"
    named = [wanted for wanted in map(wanted_by, references_in(said)) if wanted is not None]
    if named:
        is_plain = len(named) == 1 and named[0].reference in written_references(said)
        return [Proposal(each, _why(line, each, is_plain=is_plain)) for each in named[:_MOST_PROPOSED]]
    promised = open_promises() if promised is None else promised
    near = [Proposal(wanted, Why.NEAR) for wanted in promised if _is_near(wanted.reference, line)]
    alike = [
        Proposal(wanted, Why.NAME)
        for wanted in promised
        if wanted.periods_for(line.money) is not None and _is_alike(wanted.account.name, line.payer)
    ]
    return [*near, *(each for each in alike if each.wanted not in [one.wanted for one in near])][:_MOST_PROPOSED]


def _why(line: BankLine, wanted: Wanted, *, is_plain: bool) -> Why:
    """Why a line in which a reference was found is proposed, or what speaks against recording it unseen."""
    if wanted.periods_for(line.money) is None:
        return Why.OTHER_AMOUNT
    if not is_plain:
        return Why.RUN_TOGETHER
    if wanted.subscription is not None and not _may_go_on(wanted.subscription):
        return Why.ENDED
    return Why.AGAIN if _has_come(line, wanted) else Why.REFERENCE


def _may_go_on(held: Subscription) -> bool:
    """Whether money lets it go on, or begin again: not where it was cancelled, replaced, or another is read with."""
    if held.cancelled is not None or (held.status == Status.ENDED and held.end_why not in REVIVED_BY_MONEY):
        return False
    reading = lifecycle.live(held.account)
    return reading is None or reading.pk == held.pk


def _has_come(line: BankLine, wanted: Wanted) -> bool:
    """Whether the same amount came about the same day: recorded by hand, or read from another export."""
    noon = _noon(line)
    paid = Payment.objects.filter(
        account=wanted.account, received__range=(noon - _SAME_WITHIN, noon + _SAME_WITHIN), is_gift=False
    )
    return wanted.subscription is not None and paid.filter(subscription=wanted.subscription).exists()


def _noon(line: BankLine) -> datetime:
    return datetime.combine(line.day, time(12), UTC)


def record_line(line: BankLine, wanted: Wanted) -> Payment:
    """Record a line as the payment of what it was matched to, once. Raises as ``record``."""
    with transaction.atomic():
        held = BankLine.objects.select_for_update(of=("self",)).select_related("payment").get(pk=line.pk)
        if held.payment is not None:
            return held.payment
        payment = record(wanted, held.money, Method.TRANSFER, _noon(held), note=held.text[:200])
        held.payment = payment
        held.save(update_fields=["payment"])
    line.payment = payment
    return payment


def record_sure() -> int:
    """Record every line that is matched beyond doubt; how many were. Of two for one period the second is left open."""
    return sum(map(_record_if_sure, reversed(open_lines())))


def _record_if_sure(line: BankLine) -> int:
    sure = [each for each in proposals(line, []) if each.is_sure]
    if len(sure) != 1:
        return 0
    try:
        record_line(line, sure[0].wanted)
    except (WrongAmount, AlreadyRecorded, lifecycle.AlreadySubscribed):
        return 0
    return 1


def _is_near(reference: str, line: BankLine) -> bool:
    """Whether a word of the line is one slip away from a reference: a character wrong, lost, doubled or swapped."""
    words = "".join(letter if letter in ALPHABET else " " for letter in line.text.upper()).split()
    return any(abs(len(word) - LENGTH) <= 1 and OSA.distance(word, reference) == 1 for word in words)


def _is_alike(name: str, payer: str) -> bool:
    return bool(name and payer) and fuzz.token_set_ratio(name.casefold(), payer.casefold()) >= _ALIKE
