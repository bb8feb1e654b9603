"""Reading an answer: how its text is laid out, and the text."""

from __future__ import annotations

from dataclasses import dataclass

from pennypress.config import Config
from pennypress.errors import Undecodable
from pennypress.http.answer import Answer, first, layout_of
from pennypress.pages.layout import Layout, is_text, written
from pennypress.pages.page import Page, PageOptions
from pennypress.pages.source import undo_coding
from pennypress.pages.versions import read_version

LARGEST = 20_000_000
"""So many bytes of an answer are read, also once its coding is undone."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Read:
    """An answer that was read: its layout (None for no text) and its text."""

    kind: Layout | None
    text: str
    body: bytes = b""


def read(answer: Answer) -> Read:
    """Read an answer. A sitemap that is packed as a file is read too; what cannot be read is no text."""
    coding = first(answer.headers, b"content-encoding")
    said = first(answer.headers, b"content-type")
    layout = layout_of(list(answer.headers))
    try:
        body = undo_coding(answer.body, coding.decode("latin-1") if coding else None, limit=LARGEST)
        if body.startswith(_GZIP):
            body, layout = undo_coding(body, "gzip", limit=LARGEST), Layout.NAMELESS
    except Undecodable:
        return Read(None, "")
    if layout is None or not body or (layout.unsure and not is_text(body)):
        return Read(layout, "", body)
    found = written(body, said.decode("latin-1") if said else None, layout)
    text = found.text.text if found.also is None else f"{found.text.text}\n{found.also}"
    return Read(found.layout, text, body)


def read_page_of(answer: Answer, address: str, config: Config) -> Page | None:
    """An answer read as the gateway reads an article's page; None where it cannot be read."""
    articles = config.articles
    options = PageOptions(articles.body, articles.preview, articles.scripts)
    said = first(answer.headers, b"content-type")
    return read_version(read(answer).body, said.decode("latin-1") if said else None, address, options).page
