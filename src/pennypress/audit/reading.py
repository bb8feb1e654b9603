"""Reading an answer: what kind of text it is, and the text."""

from __future__ import annotations

from dataclasses import dataclass

from pennypress.config import Config
from pennypress.errors import Undecodable
from pennypress.http.answer import Answer, first, text_kind
from pennypress.pages.page import Page, PageOptions
from pennypress.pages.source import read_text, undo_coding
from pennypress.pages.versions import read_version

LARGEST = 20_000_000
"""So many bytes of an answer are read, also once its coding is undone."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Read:
    """An answer that was read: its kind (html, json, xml, plain, code, captions; None for no text) and its text."""

    kind: str | None
    text: str
    body: bytes = b""


def read(answer: Answer, address: str) -> Read:
    """Read an answer for an address. A sitemap that is packed as a file is read too; what cannot be read is no text."""
    path = address.partition("?")[0].lower()
    coding = first(answer.headers, b"content-encoding")
    said = first(answer.headers, b"content-type")
    kind = text_kind(list(answer.headers), path)
    try:
        body = undo_coding(answer.body, coding.decode("latin-1") if coding else None, limit=LARGEST)
        if body.startswith(_GZIP):
            body, kind = undo_coding(body, "gzip", limit=LARGEST), "xml"
    except Undecodable:
        return Read(None, "")
    if kind is None or not body:
        return Read(kind, "", body)
    try:
        return Read(kind, read_text(body, said.decode("latin-1") if said else None).text, body)
    except Undecodable:
        return Read(kind, body.decode("utf-8", "replace"), body)


def read_page_of(answer: Answer, address: str, config: Config) -> Page | None:
    """An answer read as the gateway reads an article's page; None where it cannot be read."""
    articles = config.articles
    options = PageOptions(articles.body, articles.preview, articles.scripts)
    said = first(answer.headers, b"content-type")
    return read_version(read(answer, address).body, said.decode("latin-1") if said else None, address, options).page
