"""Matching lines of statements to what is due: what is sure, and what somebody must look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from functools import partial

from django.db import transaction
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from pennypress.office.bank.recording import Wanted, open_promises, record, wanted_by
from pennypress.office.bank.references import ALPHABET, LENGTH, references_in
from pennypress.office.bank.statements import Statement
from pennypress.office.models import BankLine, Method, Payment
from pennypress.office.money import Money

_ALIKE = 85
_MOST_PROPOSED = 5


class Why(StrEnum):
    """Why a line is proposed for what is due."""

    REFERENCE = "reference"
    OTHER_AMOUNT = "other-amount"
    NEAR = "near"
    NAME = "name"


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
    known = set(BankLine.objects.filter(key__in=[line.key for line in statement.lines]).values_list("key", flat=True))
    new = [line for line in statement.lines if line.key not in known]
    BankLine.objects.bulk_create(
        BankLine(
            key=line.key, day=line.day, amount=line.amount, currency=line.currency, payer=line.payer, text=line.text
        )
        for line in new
    )
    return len(new), len(known)


def open_lines() -> list[BankLine]:
    """The lines that pay for nothing yet and were not set aside."""
    return list(BankLine.objects.filter(payment=None, set_aside=""))


def proposals(line: BankLine, promised: list[Wanted] | None = None) -> list[Proposal]:
    """What a line may pay for, the likeliest first; none where nothing fits. ``promised`` are those of
    ``open_promises``, where they are known already."""
    amount = Money(line.amount, line.currency)
    for reference in references_in(f"{line.text} {line.payer}"):
        wanted = wanted_by(reference)
        if wanted is not None:
            fits = wanted.periods_for(amount) is not None
            return [Proposal(wanted, Why.REFERENCE if fits else Why.OTHER_AMOUNT)]
    promised = open_promises() if promised is None else promised
    near = [Proposal(wanted, Why.NEAR) for wanted in promised if _is_near(wanted.reference, line)]
    named = [
        Proposal(wanted, Why.NAME)
        for wanted in promised
        if wanted.periods_for(amount) is not None and _is_alike(wanted.account.name, line.payer)
    ]
    return [*near, *(each for each in named if each.wanted not in [one.wanted for one in near])][:_MOST_PROPOSED]


def record_line(line: BankLine, wanted: Wanted) -> Payment:
    """Record a line as the payment of what it was matched to, once. Raises WrongAmount, AlreadySubscribed."""
    with transaction.atomic():
        held = BankLine.objects.select_for_update(of=("self",)).select_related("payment").get(pk=line.pk)
        if held.payment is not None:
            return held.payment
        received = datetime.combine(held.day, time(12), UTC)
        payment = record(wanted, Money(held.amount, held.currency), Method.TRANSFER, received, note=held.text[:200])
        held.payment = payment
        held.save(update_fields=["payment"])
    line.payment = payment
    return payment


def record_sure() -> int:
    """Record every line that is matched beyond doubt; how many were."""
    return sum(map(partial(_record_if_sure, promised=[]), open_lines()))


def _record_if_sure(line: BankLine, promised: list[Wanted]) -> int:
    sure = [each for each in proposals(line, promised) if each.is_sure]
    if len(sure) != 1:
        return 0
    record_line(line, sure[0].wanted)
    return 1


def _is_near(reference: str, line: BankLine) -> bool:
    """Whether a word of the line is one slip away from a reference: a character wrong, lost, doubled or swapped."""
    words = "".join(letter if letter in ALPHABET else " " for letter in line.text.upper()).split()
    return any(abs(len(word) - LENGTH) <= 1 and OSA.distance(word, reference) == 1 for word in words)


def _is_alike(name: str, payer: str) -> bool:
    return bool(name and payer) and fuzz.token_set_ratio(name.casefold(), payer.casefold()) >= _ALIKE
