"""Payment: Stripe, the demo's till, and money that comes without a card."""

from __future__ import annotations

from pennypress.office.installation import installation
from pennypress.office.models import Method
from pennypress.office.till.base import Till, TillDown

__all__ = ["Till", "TillDown", "offered", "till_of"]

_AT_ONCE = frozenset({Method.CARD, Method.BACS, Method.SEPA})


def till_of(method: Method) -> Till:
    """The till that takes a method. Raises TillDown for a card or a debit where this installation takes none."""
    if Method(method) in _AT_ONCE:
        till = _at_once()
        if till is None:
            raise TillDown("payment by card is not set up: [stripe] key is missing")
        return till
    from pennypress.office.till.promise import PromiseTill

    return PromiseTill()


def offered() -> tuple[Method, ...]:
    """The methods that readers of this installation may choose, in the order in which they are shown."""
    at_once = _at_once()
    return (*(at_once.methods if at_once else ()), *till_of(Method.TRANSFER).methods)


def _at_once() -> Till | None:
    config = installation().config
    if config.stripe.key is not None:
        from pennypress.office.till.stripe import StripeTill

        return StripeTill()
    if config.office.demo_till:
        from pennypress.office.till.demo import DemoTill

        return DemoTill()
    return None
