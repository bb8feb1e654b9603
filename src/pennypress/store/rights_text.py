"""Rights as text, for stores that keep text."""

from __future__ import annotations

import json
from datetime import datetime

from pennypress.core.entitlement import Entitlement, EntitlementKind
from pennypress.core.meter import ReaderId
from pennypress.core.rights import Lapse, LapseKind, Rights


def to_text(rights: Rights) -> str:
    """The rights as text; equal rights are equal text."""
    lapse = rights.lapse
    return json.dumps(
        {
            "registered": rights.registered,
            "entitlements": [
                [right.kind.value, _moment(right.start), _moment(right.until), right.name, right.why]
                for right in rights.entitlements
            ],
            "lapse": None if lapse is None else [lapse.kind.value, lapse.on.isoformat()],
        },
        separators=(",", ":"),
    )


def of_text(account: ReaderId, text: str) -> Rights:
    """The rights of an account that a text says."""
    said = json.loads(text)
    lapse = said["lapse"]
    return Rights(
        account=account,
        registered=said["registered"],
        entitlements=tuple(
            Entitlement(EntitlementKind(kind), _read(start), _read(until), name, why)
            for kind, start, until, name, why in said["entitlements"]
        ),
        lapse=None if lapse is None else Lapse(LapseKind(lapse[0]), datetime.fromisoformat(lapse[1])),
    )


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
