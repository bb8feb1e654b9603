"""How often one may try in an hour: kept in the records, so that it holds for all workers and outlasts a restart."""

from __future__ import annotations

from datetime import timedelta

from pennypress.office import clock
from pennypress.office.installation import installation
from pennypress.office.models import Attempt
from pennypress.office.signin.hashes import every, keyed, line

_HOUR = timedelta(hours=1)
_READERS_AN_ADDRESS = 5
"""How many times as often one may try from an address, behind which a whole library may read."""


class TooMany(Exception):
    """It was tried too often within the hour."""


def take(what: str, name: str, address: str = "") -> None:
    """Count a try at ``what`` for a mail address or a number, from a reader's address if it is known. Raises TooMany.

    A try that is refused does not count: whoever waits for an hour may try again.
    """
    most = installation().config.retention.attempts
    _take(f"{what} of {name}", most)
    if address:
        _take(f"{what} from {line(address)}", most * _READERS_AN_ADDRESS)


def is_spent(what: str, name: str, address: str) -> bool:
    """Whether the next try would be refused; asking counts for nothing."""
    most = installation().config.retention.attempts
    own, shared = _made(f"{what} of {name}"), _made(f"{what} from {line(address)}")
    return own >= most or shared >= most * _READERS_AN_ADDRESS


def forget_old() -> int:
    """Delete the tries that count no longer; how many there were."""
    return Attempt.objects.filter(made__lte=clock.now() - _HOUR).delete()[0]


def _take(what: str, most: int) -> None:
    now = clock.now()
    made = Attempt.objects.create(what=keyed("attempt", what), made=now)
    # Counted after it was noted: of many at once, no more than allowed go on.
    if _made(what) > most:
        made.delete()
        raise TooMany(what)


def _made(what: str) -> int:
    return Attempt.objects.filter(what__in=every("attempt", what), made__gt=clock.now() - _HOUR).count()
