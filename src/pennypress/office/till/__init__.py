"""The tills: where readers pay, and what becomes of their money."""

from __future__ import annotations

from collections.abc import Iterator

from pennypress.office.installation import installation
from pennypress.office.models import Method
from pennypress.office.till.base import Till


def till_of(method: Method) -> Till:
    """The till that takes this kind of payment; that of promises for what comes without one."""
    return next((till for till in _tills() if method in till.methods), None) or _promises()


def offered() -> tuple[Method, ...]:
    """The ways to pay that this installation offers its readers, in their order."""
    config = installation().config
    ways: list[Method] = []
    if config.stripe.key is not None or config.office.demo_till:
        ways += [Method.CARD, *(Method(debit) for debit in config.stripe.debit)]
    if config.office.bank:
        ways += [Method.TRANSFER, Method.STANDING_ORDER]
    return (*ways, Method.CHEQUE, Method.CASH)


def _tills() -> Iterator[Till]:
    """The tills of this installation; each is imported once it is asked for, since it imports what calls it."""
    config = installation().config
    if config.stripe.key is not None:
        from pennypress.office.till.stripe import StripeTill

        yield StripeTill()
    elif config.office.demo_till:
        from pennypress.office.till.demo import DemoTill

        yield DemoTill()


def _promises() -> Till:
    from pennypress.office.till.promise import PromiseTill

    return PromiseTill()
