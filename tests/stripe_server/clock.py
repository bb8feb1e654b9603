"""The clock: what falls due happens in its order, each at its own second."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from tests.stripe_server import billing, payment_intents, refunds, sessions
from tests.stripe_server.account import Account
from tests.stripe_server.wire import Params, invalid


def advance(account: Account, to: int) -> None:
    """Let the time go on to a second; it never goes back."""
    if to < account.now:
        raise invalid(f"The clock stands at {account.now} and cannot go back.", param="to")
    while account.agenda and account.agenda[0].at <= to:
        due = heapq.heappop(account.agenda)
        account.now = max(account.now, due.at)
        if due.which in account.objects:
            _AGENDA[due.what](account, due.which)
    account.now = to


def _settle(account: Account, which: str) -> None:
    intent = account.get("payment_intent", which)
    payment_intents.settle(account, intent)
    billing.learn(account, intent)
    sessions.learn(account, intent)


def _expire_session(account: Account, which: str) -> None:
    if account.get("checkout.session", which)["status"] == "open":
        sessions.expire(account, Params({}), which)


def _retry(account: Account, which: str) -> None:
    invoice = account.get("invoice", which)
    if invoice["next_payment_attempt"] == account.now:
        billing.collect(account, invoice)


_AGENDA: dict[str, Callable[[Account, str], None]] = {
    "settle": _settle,
    "refund": lambda account, which: refunds.settle(account, account.get("refund", which)),
    "period": billing.renew,
    "trial": billing.warn_of_trial,
    "finalize": lambda account, which: billing.finalize(account, account.get("invoice", which)),
    "retry": _retry,
    "expire": billing.expire,
    "resume": billing.resume,
    "cancel": billing.end_at,
    "session": _expire_session,
}
