"""The shapes of Stripe's objects, read from the types that its own SDK publishes."""

from __future__ import annotations

import inspect
import types
from decimal import Decimal
from importlib import import_module
from typing import Any, ClassVar, ForwardRef, Literal, Union, get_args, get_origin

from stripe import ListObject, SearchResultObject, StripeObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import UntypedStripeObject

_WIRE: dict[object, tuple[type, ...]] = {Decimal: (str,), float: (float, int), int: (int,), str: (str,), bool: (bool,)}


def faults(value: object, path: str = "") -> list[str]:
    """What in an answer departs from the published type of its own ``object``; nothing when all is well."""
    if not isinstance(value, dict) or value.get("object") not in OBJECT_CLASSES:
        return [f"{path or 'the answer'} is no object that Stripe knows"]
    module, name = OBJECT_CLASSES[value["object"]]
    kind = getattr(import_module(module), name)
    if kind in (ListObject, SearchResultObject):
        return [fault for n, one in enumerate(value["data"]) for fault in faults(one, f"{path}.data[{n}]")]
    if value.get("deleted"):
        return _unknown(value, kind, path or name)
    return _within(value, kind, path or name)


def _within(value: dict[str, Any], kind: type, path: str) -> list[str]:
    found = _unknown(value, kind, path)
    for name, annotation in _fields(kind).items():
        if name in value:
            found += _check(value[name], annotation, f"{path}.{name}")
        elif not _may_be_none(annotation):
            found.append(f"{path}.{name} is missing")
    return found


def _unknown(value: dict[str, Any], kind: type, path: str) -> list[str]:
    return [f"{path}.{name} is not known to Stripe" for name in value.keys() - _fields(kind).keys()]


def _fields(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base is not StripeObject and base.__module__.startswith("stripe"):
            found.update(inspect.get_annotations(base))
    return {
        name: annotation
        for name, annotation in found.items()
        if not name.startswith("_") and get_origin(annotation) is not ClassVar
    }


def _check(value: object, annotation: Any, path: str) -> list[str]:
    """No fault when the value fits one of the annotation's kinds; else those of the last that could have fitted."""
    tried = [_check_one(value, kind, path) for kind in _kinds(annotation)]
    return [] if [] in tried else max(tried, key=lambda found: (path + " is" not in found[0], len(found)))


def _check_one(value: object, kind: Any, path: str) -> list[str]:
    wrong = [f"{path} is {value!r}, which is no {kind}"]
    if kind is None or kind is types.NoneType:
        return [] if value is None else wrong
    if get_origin(kind) is Literal:
        return [] if value in get_args(kind) else wrong
    if kind in _WIRE:
        return [] if isinstance(value, _WIRE[kind]) and (kind is bool) == isinstance(value, bool) else wrong
    if isinstance(kind, str | ForwardRef):
        return faults(value, path) if isinstance(value, dict) and "object" in value else wrong
    if get_origin(kind) is list:
        return _check_list(value, get_args(kind)[0], path) if isinstance(value, list) else wrong
    if get_origin(kind) is ListObject:
        return faults(value, path) if isinstance(value, dict) and value.get("object") == "list" else wrong
    if get_origin(kind) is UntypedStripeObject or kind in (UntypedStripeObject, Any):
        return [] if isinstance(value, dict) else wrong
    if isinstance(kind, type) and isinstance(value, dict):
        return faults(value, path) if isinstance(value.get("object"), str) else _within(value, kind, path)
    return wrong


def _check_list(value: list[object], kind: Any, path: str) -> list[str]:
    return [fault for n, one in enumerate(value) for fault in _check(one, kind, f"{path}[{n}]")]


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """The kinds that an annotation admits. Where Stripe says "these, or a newer one", only these are taken."""
    if get_origin(annotation) is not Union:
        return (annotation,)
    kinds = [kind for one in get_args(annotation) for kind in _kinds(one)]
    if any(get_origin(kind) is Literal for kind in kinds):
        kinds = [kind for kind in kinds if kind is not str]
    return tuple(kinds)


def _may_be_none(annotation: Any) -> bool:
    return types.NoneType in _kinds(annotation)
