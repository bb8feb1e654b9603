"""Refusing an answer that must not go out: 403, in the format that was asked for."""

from __future__ import annotations

import json
from html import escape

from pennypress.http.answer import Answer, first
from pennypress.http.request import PageRequest
from pennypress.messages import wording
from pennypress.pages.layout import Layout
from pennypress.pages.notice import Board, ErrorPage

_FORMATS = {
    b"text/html": Layout.HTML,
    b"application/xhtml+xml": Layout.HTML,
    b"application/json": Layout.JSON,
    b"application/xml": Layout.XML,
    b"text/xml": Layout.XML,
    b"text/plain": Layout.PLAIN,
}


def refuse(board: Board, request: PageRequest, language: str, layout: Layout) -> Answer:
    """The refusal, as the request asks for it, else laid out as what is refused."""
    asked = _asked_for(request) or layout
    said = " – ".join(board.say(message, language) for message in (wording.REFUSED, wording.REFUSED_WAY))
    match asked:
        case Layout.HTML:
            body, content_type = board.error(ErrorPage.REFUSED, language), b"text/html; charset=utf-8"
        case Layout.JSON:
            told = {"code": "pennypress_withheld", "message": said, "data": {"status": 403}}
            body, content_type = json.dumps(told).encode(), b"application/json"
        case Layout.XML:
            text = escape(said, quote=False)
            body = f'<?xml version="1.0" encoding="utf-8"?>\n<error>{text}</error>\n'.encode()
            content_type = b"application/xml; charset=utf-8"
        case _:
            body, content_type = f"{said}\n".encode(), b"text/plain; charset=utf-8"
    headers = (
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"private, no-store"),
        (b"vary", b"Accept, Cookie"),
    )
    return Answer(403, headers, body)


def layout_sent(request: PageRequest) -> Layout:
    """How a refusal of what a request sends is laid out, where it does not say what it asks for: as what it sends."""
    said = (first(request.headers, b"content-type") or b"").lower()
    if b"json" in said:
        return Layout.JSON
    return Layout.XML if b"xml" in said else Layout.HTML if not said or b"form" in said else Layout.PLAIN


def _asked_for(request: PageRequest) -> Layout | None:
    """The format that a request asks for by its type, the most wanted first; None where it asks for none of ours."""
    wanted: list[tuple[float, Layout]] = []
    for part in b",".join(request.values(b"accept")).lower().split(b","):
        kind, *parameters = (piece.strip() for piece in part.split(b";"))
        layout = _FORMATS.get(kind) or (Layout.JSON if kind.endswith(b"+json") else None)
        if layout is not None:
            wanted.append((_weight(parameters), layout))
    best = max(wanted, key=lambda pair: pair[0], default=None)
    return None if best is None or best[0] <= 0 else best[1]


def _weight(parameters: list[bytes]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
