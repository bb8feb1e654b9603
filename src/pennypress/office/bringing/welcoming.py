"""The one letter to each who was brought over, with a link that signs the device in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pennypress.office import letters
from pennypress.office.installation import installation
from pennypress.office.models import Account, Letter
from pennypress.office.signin.codes import lasting_link

_VALID = timedelta(days=30)


def welcome(accounts: Iterable[Account]) -> int:
    """Write to each who has a mail address and was not written to before; how many were. The jobs send the letters."""
    return sum(_welcome(account) for account in accounts)


def _welcome(account: Account) -> bool:
    key = f"brought-over:{account.pk}"
    if account.email is None or Letter.objects.filter(key=key).exists():
        return False
    language = account.language or installation().config.paper.languages[0]
    facts: dict[str, object] = {
        "name": account.name,
        "link": lasting_link(account, _VALID),
        "days": _VALID.days,
    }
    letters.send(
        "brought-over", key, account.email, facts, language=language, account=account, due=timedelta(seconds=1)
    )
    return True
