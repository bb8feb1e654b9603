"""Lists in pages, and objects with what was asked to be expanded."""

from __future__ import annotations

import copy
from collections.abc import Callable

from tests.stripe_server.account import Account, Route
from tests.stripe_server.wire import Json, Params, invalid

PAGING = ("limit", "starting_after", "ending_before")
Included = Callable[[Account, Json], Json]


def as_list(url: str, data: list[Json], has_more: bool = False) -> Json:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def paged(params: Params, url: str, oldest_first: list[Json]) -> Json:
    """The page of a list that the parameters ask for, newest first."""
    limit = params.whole("limit")
    limit = 10 if limit is None else limit
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100", "parameter_invalid_integer", "limit")
    rows = oldest_first[::-1]
    if (after := params.text("starting_after")) is not None:
        return as_list(url, *_cut(rows[_place(rows, after, "starting_after") + 1 :], limit))
    if (before := params.text("ending_before")) is not None:
        rows = rows[: _place(rows, before, "ending_before")]
        return as_list(url, rows[-limit:], len(rows) > limit)
    return as_list(url, *_cut(rows, limit))


def listing(kind: str, path: str, *filters: str) -> Route:
    """The endpoint that lists objects of a kind, filtered by fields of their own and by ``created``."""

    def handler(account: Account, params: Params, _: str) -> Json:
        rows = [one for one in account.all(kind) if matches(params, one, filters)]
        return paged(params, path, within(params, rows))

    return Route("GET", path, handler, (*PAGING, "created", *filters))


def matches(params: Params, one: Json, filters: tuple[str, ...]) -> bool:
    """Whether the fields that the parameters name have the values that they give."""
    wanted = {name: params.text(name) for name in filters if params.has(name)}
    return all(_written(one.get(name)) == value for name, value in wanted.items())


def within(params: Params, rows: list[Json]) -> list[Json]:
    """The rows that were created when the parameter ``created`` says."""
    if not params.has("created"):
        return rows
    bounds = params.part("created")
    if not bounds.raw:
        return [one for one in rows if one["created"] == params.need_whole("created")]
    least = max(bounds.whole("gte") or 0, (bounds.whole("gt") or -1) + 1)
    ends = [end for end in (bounds.whole("lte"), _less(bounds.whole("lt"))) if end is not None]
    return [one for one in rows if least <= one["created"] and all(one["created"] <= end for end in ends)]


def expanded(account: Account, answer: Json, paths: list[str], included: dict[tuple[str, str], Included]) -> Json:
    """A copy of an answer in which the named ids are replaced by their objects (at most four levels down)."""
    shown: Json = copy.deepcopy(answer)
    for path in paths:
        names = path.split(".")
        if len(names) - (names[0] == "data") > 4:
            raise invalid(f"You cannot expand more than 4 levels of a property. Property: {path}", param="expand")
        _expand(account, shown, names, included)
    return shown


def _expand(account: Account, node: Json, names: list[str], included: dict[tuple[str, str], Included]) -> None:
    name, rest = names[0], names[1:]
    if build := included.get((node.get("object", ""), name)):
        if not isinstance(node.get(name), dict):
            node[name] = copy.deepcopy(build(account, node))
    elif name not in node:
        raise invalid(f"This property cannot be expanded ({name}).", param="expand")
    value = node[name]
    if isinstance(value, list):
        node[name] = [_opened(account, one) for one in value]
    else:
        node[name] = _opened(account, value)
    for one in node[name] if isinstance(node[name], list) else [node[name]]:
        if rest and isinstance(one, dict):
            _expand(account, one, rest, included)


def _opened(account: Account, value: object) -> object:
    if isinstance(value, str) and value in account.objects:
        return copy.deepcopy(account.objects[value])
    return value


def _cut(rows: list[Json], limit: int) -> tuple[list[Json], bool]:
    return rows[:limit], len(rows) > limit


def _place(rows: list[Json], which: str, param: str) -> int:
    for place, one in enumerate(rows):
        if one["id"] == which:
            return place
    raise invalid(f"No such object: '{which}'", "resource_missing", param)


def _written(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _less(bound: int | None) -> int | None:
    return None if bound is None else bound - 1
