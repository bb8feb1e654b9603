"""The state of the imitated Stripe account: its objects, its clock, its agenda, its events."""

from __future__ import annotations

import copy
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.stripe_server.wire import Json, Params, invalid

API_VERSION = "2026-10-28.endive"
DAY = 86_400


@dataclass(frozen=True)
class Behaviour:
    """How a means of payment behaves: the code of its failure (None: none) when it is kept and when it is charged."""

    attach: str | None = None
    charge: str | None = None
    settles_after: int = 0
    mandate_ends: bool = False


@dataclass
class Rules:
    """What an owner sets in Stripe's dashboard, and a test here."""

    retry_days: tuple[int, ...] = (3, 5, 7)
    after_retries: str = "canceled"
    finalize_after: int = 3600


@dataclass(order=True)
class Due:
    """One thing on the agenda: at a second of the clock, in the order in which it was noted."""

    at: int
    number: int
    what: str = field(compare=False)
    which: str = field(compare=False)


@dataclass
class Account:
    """One Stripe account in test mode."""

    url: str
    secret_key: str
    now: int
    rules: Rules = field(default_factory=Rules)
    objects: dict[str, Json] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    lines: dict[str, list[Json]] = field(default_factory=dict)
    asked: dict[str, Json] = field(default_factory=dict)
    agenda: list[Due] = field(default_factory=list)
    on_event: list[Callable[[Json], None]] = field(default_factory=list)
    beside: list[Json] = field(default_factory=list)
    payment_of: dict[str, Json] = field(default_factory=dict)
    kinds: dict[str, dict[str, Json]] = field(default_factory=dict)
    request_id: str | None = None
    idempotency_key: str | None = None
    _numbers: int = 0

    def new_id(self, prefix: str) -> str:
        """The next id; ids of one run are the same in every run."""
        self._numbers += 1
        return f"{prefix}_{self._numbers:014d}"

    def add(self, new: Json) -> Json:
        """Keep a new object."""
        self.objects[new["id"]] = new
        self.kinds.setdefault(new["object"], {})[new["id"]] = new
        return new

    def remove(self, gone: Json) -> Json:
        """Forget an object; what Stripe answers to that."""
        del self.objects[gone["id"]]
        del self.kinds[gone["object"]][gone["id"]]
        return {"id": gone["id"], "object": gone["object"], "deleted": True}

    def get(self, kind: str, which: str, param: str = "id") -> Json:
        """The object of a kind by its id; refuses what does not exist."""
        found = self.objects.get(which)
        if found is None or found["object"] != kind:
            raise invalid(f"No such {kind}: '{which}'", "resource_missing", param, 404 if param == "id" else 400)
        return found

    def all(self, kind: str) -> list[Json]:
        """All objects of a kind, oldest first."""
        return list(self.kinds.get(kind, {}).values())

    def note(self, at: int, what: str, which: str) -> None:
        """Put something on the agenda."""
        self._numbers += 1
        heapq.heappush(self.agenda, Due(at, self._numbers, what, which))

    def emit(self, kind: str, about: Json, previous: Json | None = None) -> None:
        """Record an event, with the object as it is now, and hand it to the deliveries."""
        data: Json = {"object": copy.deepcopy(about)}
        if previous:
            data["previous_attributes"] = previous
        event: Json = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": kind,
        }
        self.add(event)
        for hear in self.on_event:
            hear(event)


def changed(account: Account, kind: str, about: Json, changes: Json) -> None:
    """Change an object and emit an event that tells what it was before; nothing when nothing changes."""
    previous = {key: copy.deepcopy(about.get(key)) for key, value in changes.items() if about.get(key) != value}
    about.update(changes)
    if previous:
        account.emit(kind, about, previous)


Handler = Callable[[Account, Params, str], Json]


@dataclass(frozen=True)
class Route:
    """One endpoint: ``handler`` is given the account, the parameters and the id in the path ('' when it has none)."""

    method: str
    path: str
    handler: Handler
    accepts: tuple[str, ...] = ()


def retrieving(kind: str, path: str) -> Route:
    """The endpoint that answers with one object."""
    return Route("GET", path + "/{id}", lambda account, _, which: account.get(kind, which))
