"""Events: what happened, for those who ask."""

from __future__ import annotations

from tests.stripe_server.account import Account, Route, retrieving
from tests.stripe_server.lists import PAGING, matches, paged, within
from tests.stripe_server.wire import Json, Params

PATH = "/v1/events"


def _listed(account: Account, params: Params, _: str) -> Json:
    rows = [one for one in account.all("event") if matches(params, one, ("type",))]
    if kinds := params.texts("types"):
        rows = [one for one in rows if one["type"] in kinds]
    return paged(params, PATH, within(params, rows))


ROUTES = (
    retrieving("event", PATH),
    Route("GET", PATH, _listed, (*PAGING, "type", "types", "created", "delivery_success")),
)
