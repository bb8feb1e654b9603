"""A right that the paper's own system hands over, checked once and then written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from pennypress.office import rights
from pennypress.office.mailboxes import one_spelling
from pennypress.office.models import Account, Right, RightKind

_KNOWN = frozenset(("id", "mail", "name", "from", "until", "why", "revoked"))


class Unfit(Exception):
    """What was sent cannot be used: where, what is wrong, how to mend it."""

    def __init__(self, place: str, wrong: str, mend: str) -> None:
        super().__init__(f"{place} {wrong}; {mend}")
        self.place, self.wrong, self.mend = place, wrong, mend


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One right: ``id`` is its name in the paper's own system, under which it is changed and taken back."""

    id: str
    mail: str
    name: str
    start: datetime | None
    until: datetime | None
    why: str
    revoked: bool


def read(said: object, place: str) -> HandedOver:
    """The right that a JSON object says. Raises Unfit."""
    if not isinstance(said, dict):
        raise Unfit(place, "is no object", 'send {"id": "…", "mail": "…", "until": "…"}')
    if unknown := sorted(set(said) - _KNOWN):
        raise Unfit(f"{place}.{unknown[0]}", "is not known", f"take it out; known are {', '.join(sorted(_KNOWN))}")
    return HandedOver(
        id=_text(said, "id", place, most=128, needed=True),
        mail=_mail(said, place),
        name=_text(said, "name", place, most=120),
        start=_moment(said, "from", place),
        until=_moment(said, "until", place),
        why=_text(said, "why", place, most=200) or "handed over",
        revoked=_flag(said, "revoked", place),
    )


@transaction.atomic
def hand_over(wanted: tuple[HandedOver, ...], now: datetime) -> list[tuple[str, str, datetime | None, bool]]:
    """Write them all, or none; for each its id, the account's number, until when, and whether it is new.

    The mail address is taken to be verified: the paper's own system has signed its reader in.
    """
    return [_one(right, now) for right in wanted]


def _one(wanted: HandedOver, now: datetime) -> tuple[str, str, datetime | None, bool]:
    account = Account.objects.with_mail(wanted.mail)
    account = account or Account.objects.make(wanted.mail, name=wanted.name, mail_verified=now, created=now)
    right, is_new = Right.objects.select_related("account").get_or_create(
        kind=RightKind.HANDED_OVER,
        external=wanted.id,
        defaults={"account": account, "start": wanted.start or now, "until": wanted.until, "why": wanted.why},
    )
    before = right.account
    right.account = account
    right.start = wanted.start or right.start
    right.until = wanted.until
    right.why = wanted.why
    right.revoked = (right.revoked or now) if wanted.revoked else None
    right.save()
    for changed in {before.pk: before, account.pk: account}.values():
        rights.project(changed)
    return wanted.id, account.number, right.revoked or right.until, is_new


def _text(said: dict[str, object], name: str, place: str, *, most: int, needed: bool = False) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > most or (needed and not value.strip()):
        raise Unfit(f"{place}.{name}", "is no such text", f"send a text of at most {most} characters")
    return value.strip()


def _mail(said: dict[str, object], place: str) -> str:
    value = _text(said, "mail", place, most=254, needed=True)
    try:
        validate_email(value)
    except ValidationError:
        raise Unfit(f"{place}.mail", "is no mail address", "send the one with which the reader signs in") from None
    return one_spelling(value)


def _moment(said: dict[str, object], name: str, place: str) -> datetime | None:
    value = said.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unfit(f"{place}.{name}", "is no moment with its zone", "send it as 2026-12-31T23:59:59Z")
    return moment


def _flag(said: dict[str, object], name: str, place: str) -> bool:
    value = said.get(name, False)
    if not isinstance(value, bool):
        raise Unfit(f"{place}.{name}", "is neither true nor false", "send true to take the right back")
    return value
