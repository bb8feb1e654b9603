"""All that is kept of a reader, as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet

from pennypress.core.meter import Standing
from pennypress.office import clock
from pennypress.office.beside import beside
from pennypress.office.models import Account, Letter, Refund, SignInCode

_HASHES = frozenset(("code", "link", "card_code", "password", "meter", "key", "anonymous"))
"""Hashes and random names: they say nothing of the reader, and would let somebody else in."""


def everything(account: Account) -> dict[str, Any]:
    """Everything that is kept of an account, by table, ready for JSON; secrets are named and not shown.

    Raises StoreUnavailable where the meter cannot be asked.
    """
    return {
        "made": clock.now().isoformat(),
        "account": _fields(account),
        "devices": _all(account.devices.all()),
        "subscriptions": _all(account.subscriptions.all()),
        "rights": _all(account.rights.all()),
        "orders": _all(account.orders.all()),
        "consents": _all(account.consents.all()),
        "payments": _all(account.payments.all()),
        "refunds": _all(Refund.objects.filter(payment__account=account)),
        "codes_used": _all(account.redemptions.all()),
        "letters": _all(Letter.objects.filter(account=account)),
        "sign_in_codes": _all(SignInCode.objects.filter(address=account.email or "-")),
        "meter": _meter(beside().standing(account.reader)),
    }


def _all(found: QuerySet[Any]) -> list[dict[str, Any]]:
    return [_fields(one) for one in found.order_by("pk")]


def _fields(one: Model) -> dict[str, Any]:
    return {
        field.name: "(secret)" if field.name in _HASHES else _plain(getattr(one, field.attname))
        for field in one._meta.concrete_fields
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _meter(standing: Standing) -> list[dict[str, Any]]:
    return [{"article": unit.article, "opened": unit.taken.isoformat()} for unit in standing.units]
