"""A paper's telephone and mail: links that dial and write, whichever way the text runs."""

from __future__ import annotations

import re
from urllib.parse import quote

from markupsafe import Markup, escape

_TELEPHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{3,}")
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_TRUNK_ZERO = "(0)"  # dialled at home alone: a number that begins with + goes without it


def contacts(help: tuple[str, ...], direction: str, comma: str) -> Markup:
    """The ways to reach a paper, one behind the other: telephone and mail as links, anything else as it stands."""
    return Markup(comma).join(_contact(text, direction) for text in help)


def _contact(text: str, direction: str) -> Markup:
    # Figures have no direction of their own: in a text from right to left their groups would be turned about.
    shown = Markup('<bdi dir="ltr">{}</bdi>').format(text) if direction == "rtl" else escape(text)
    href = _href(text)
    return shown if href is None else Markup('<a href="{}">{}</a>').format(href, shown)


def _href(text: str) -> str | None:
    if _TELEPHONE.fullmatch(text):
        dialled = text.replace(_TRUNK_ZERO, "") if text.startswith("+") else text
        return "tel:" + re.sub(r"[^+0-9]", "", dialled)
    if _MAIL.fullmatch(text):
        return "mailto:" + quote(text, safe="@")
    return None
