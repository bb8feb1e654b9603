"""Codes that were printed or handed out: made in batches, used within bounds, and reported on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q

from pennypress.office import clock, rights
from pennypress.office.models import Account, Code, Kind, Order, OrderState, Plan, Redemption, Right, RightKind
from pennypress.office.models.plans import CODE_LETTERS, one_code

_LENGTH = 8
_LONGEST = 32
_LEFT_AFTER = timedelta(hours=48)
"""How long a code is kept for an order that is not paid; no till takes payment for one so old."""


class Refusal(StrEnum):
    """Why a code does nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED_UP = "used-up"
    ALREADY_USED = "already-used"
    OTHER_PLAN = "other-plan"
    NOT_FOR_THIS = "not-for-this"
    READS_ALREADY = "reads-already"
    TOO_MANY_TRIES = "too-many-tries"


class CodeRefused(Exception):
    """A code that cannot be used, and why."""

    def __init__(self, why: Refusal, code: Code | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.code = code


def make_codes(
    count: int,
    *,
    until: datetime,
    days: int = 0,
    percent: int = 0,
    periods: int = 1,
    plan: Plan | None = None,
    uses: int = 1,
    why: str = "",
) -> list[Code]:
    """So many new codes, for days to read or for a discount, of letters that cannot be misread.

    Raises ValueError for codes that would give nothing, both, or more than there is.
    """
    if (days > 0) == (percent > 0) or not 0 <= percent <= 100 or min(count, uses, periods) < 1:
        raise ValueError("a code gives days to read, or a discount of 1 to 100 per cent")
    drawn = _new_codes(count)
    given = {"days": days, "percent": percent, "periods": periods, "plan": plan, "uses": uses, "why": why}
    return Code.objects.bulk_create([Code(code=code, until=until, **given) for code in drawn])


def find(typed: str) -> Code:
    """The code that somebody typed, in whatever spelling. Raises CodeRefused where there is none."""
    spelt = one_code(typed)
    code = Code.objects.filter(code=spelt).first() if 0 < len(spelt) <= _LONGEST else None
    if code is None:
        raise CodeRefused(Refusal.UNKNOWN)
    return code


def check(code: Code, account: Account, plan: Plan | None = None) -> None:
    """Nothing, where the account may use the code, with the plan if one is named. Raises CodeRefused."""
    refusal = _refusal(code, account, plan)
    if refusal is not None:
        raise CodeRefused(refusal, code)


def redeem(code: Code, account: Account) -> Right:
    """Let an account read for the days of a code, after any that it has. Raises CodeRefused; a code is used once."""
    with transaction.atomic():
        locked = _locked(code, account)
        check(locked, account)
        if _reads_by_subscription(account):
            raise CodeRefused(Refusal.READS_ALREADY, code)
        start = _end_of_rights(account) or clock.now()
        _count(locked, account)
        right = Right.objects.create(
            account=account,
            kind=RightKind.CODE,
            start=start,
            until=start + timedelta(days=locked.days),
            why=locked.why or locked.printed,
            external=f"{locked.code}-{account.number}",
        )
        rights.project(account)
    return right


def reserve(code: Code, account: Account, plan: Plan) -> None:
    """Count a discount as used by an account that orders; once, however often it does. Raises CodeRefused."""
    with transaction.atomic():
        locked = _locked(code, account)
        check(locked, account, plan)
        if not locked.redemptions.filter(account=account).exists():
            _count(locked, account)


def release_left() -> int:
    """Free the codes of orders that were begun and never paid; how many."""
    old = clock.now() - _LEFT_AFTER
    left = Redemption.objects.filter(code__percent__gt=0, when__lt=old)
    return sum(_release(redemption, old) for redemption in left.select_related("code", "account"))


def _refusal(code: Code, account: Account, plan: Plan | None) -> Refusal | None:
    own = code.redemptions.filter(account=account).exists()
    if own and (code.days or _bought_with(code, account)):
        return Refusal.ALREADY_USED
    if code.until <= clock.now():
        return Refusal.EXPIRED
    if not own and code.used >= code.uses:
        return Refusal.USED_UP
    if plan is not None and code.plan_id not in (None, plan.pk):
        return Refusal.OTHER_PLAN
    if plan is not None and (code.days or plan.kind == Kind.DONATION):
        return Refusal.NOT_FOR_THIS
    return None


def _bought_with(code: Code, account: Account) -> bool:
    return Order.objects.filter(code=code, account=account, state=OrderState.DONE).exists()


def _locked(code: Code, account: Account) -> Code:
    """The code as it stands now, held for this transaction; the account first, as everywhere."""
    Account.objects.select_for_update().get(pk=account.pk)
    return Code.objects.select_for_update().get(pk=code.pk)


def _count(code: Code, account: Account) -> None:
    Redemption.objects.create(code=code, account=account, when=clock.now())
    Code.objects.filter(pk=code.pk).update(used=F("used") + 1)


def _release(redemption: Redemption, old: datetime) -> bool:
    code, account = redemption.code, redemption.account
    with transaction.atomic():
        _locked(code, account)
        orders = Order.objects.filter(code=code, account=account)
        if orders.filter(Q(state=OrderState.DONE) | Q(made__gte=old)).exists():
            return False
        gone, _ = Redemption.objects.filter(pk=redemption.pk).delete()
        Code.objects.filter(pk=code.pk).update(used=F("used") - gone)
    return gone > 0


def _reads_by_subscription(account: Account) -> bool:
    now = clock.now()
    return any(right.why in _LASTING for right in rights.resolve(account, now).entitlements)


_LASTING = frozenset({rights.Why.SUBSCRIPTION, rights.Why.TRIAL, rights.Why.GRACE, rights.Why.TRUST, rights.Why.STAFF})


def _end_of_rights(account: Account) -> datetime | None:
    """The end of the last right that an account has now; None where it has none."""
    now = clock.now()
    running = account.rights.filter(revoked=None, until__gt=now)
    last = running.order_by("-until").first()
    return last.until if last is not None else None


def _new_codes(count: int) -> list[str]:
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn |= {_draw() for _ in range(count - len(drawn))}
        drawn -= set(_known(drawn))
    return list(drawn)


def _known(drawn: set[str]) -> Iterator[str]:
    listed = list(drawn)
    for start in range(0, len(listed), 500):
        yield from Code.objects.filter(code__in=listed[start : start + 500]).values_list("code", flat=True)


def _draw() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(_LENGTH))
