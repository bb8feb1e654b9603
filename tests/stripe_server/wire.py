"""What goes over the wire: parameters as Stripe's clients write them, errors as Stripe answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


class Refused(Exception):
    """An answer in the shape of Stripe's errors."""

    def __init__(self, status: int, kind: str, message: str, code: str | None = None, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"type": kind, "message": message, **({"code": code} if code else {}), **more}}


def invalid(message: str, code: str | None = None, param: str | None = None, status: int = 400) -> Refused:
    """What Stripe answers to a request that it cannot act on."""
    return Refused(status, "invalid_request_error", message, code, **({"param": param} if param else {}))


class Params:
    """The parameters of a request, read by name and kind."""

    def __init__(self, raw: Json, within: str = "") -> None:
        self._raw = raw
        self._within = within

    @classmethod
    def decoded(cls, encoded: str) -> Params:
        """The parameters of a form or a query in which brackets nest: ``items[0][price]=price_1``."""
        raw: Json = {}
        for key, value in parse_qsl(encoded, keep_blank_values=True):
            _put(raw, re.findall(r"[^\[\]]+|(?<=\[)(?=\])", key), value)
        return cls({key: _lists(value) for key, value in raw.items()})

    @property
    def raw(self) -> Json:
        """All of it, to compare two requests by."""
        return self._raw

    def refuse_but(self, accepted: Iterable[str]) -> None:
        """Refuse a parameter of another name, as Stripe does."""
        for name in sorted(set(self._raw) - set(accepted)):
            raise invalid(f"Received unknown parameter: {self._named(name)}", "parameter_unknown", self._named(name))

    def has(self, name: str) -> bool:
        return name in self._raw

    def text(self, name: str) -> str | None:
        """A text; None when it is absent or empty."""
        value = self._raw.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(f"Invalid string: {self._named(name)}", param=self._named(name))
        return value or None

    def need(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise invalid(f"Missing required param: {self._named(name)}.", "parameter_missing", self._named(name))
        return value

    def one_of(self, name: str, known: Iterable[str], otherwise: str) -> str:
        value = self.text(name) or otherwise
        if value not in (allowed := list(known)):
            raise invalid(f"Invalid {self._named(name)}: must be one of {', '.join(allowed)}", param=self._named(name))
        return value

    def whole(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d+", value):
            raise invalid(f"Invalid integer: {value}", "parameter_invalid_integer", self._named(name))
        return int(value)

    def need_whole(self, name: str) -> int:
        self.need(name)
        return self.whole(name) or 0

    def flag(self, name: str, otherwise: bool = False) -> bool:
        return {"true": True, "false": False, None: otherwise}.get(self.text(name), otherwise)

    def part(self, name: str) -> Params:
        """The parameters under a name; none when it is absent."""
        value = self._raw.get(name)
        return Params(value if isinstance(value, dict) else {}, self._named(name))

    def parts(self, name: str) -> list[Params]:
        value = self._raw.get(name)
        found = value if isinstance(value, list) else []
        return [Params(one, f"{self._named(name)}[{n}]") for n, one in enumerate(found) if isinstance(one, dict)]

    def texts(self, name: str) -> list[str]:
        value = self._raw.get(name)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def metadata(self, before: Json | None = None, name: str = "metadata") -> Json:
        """The metadata after this request: given keys replace, empty values remove."""
        kept = dict(before or {})
        given = self._raw.get(name)
        if given == "":
            return {}
        for key, value in (given if isinstance(given, dict) else {}).items():
            kept[key] = value
        return {key: value for key, value in kept.items() if value != ""}

    def _named(self, name: str) -> str:
        return f"{self._within}[{name}]" if self._within else name


def _put(raw: Json, path: list[str], value: str) -> None:
    for name in path[:-1]:
        raw = raw.setdefault(name or str(len(raw)), {})
    raw[path[-1] or str(len(raw))] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {key: _lists(one) for key, one in value.items()}
    if inside and all(key.isdigit() for key in inside):
        return [inside[key] for key in sorted(inside, key=int)]
    return inside
