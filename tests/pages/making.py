"""Pages made for tests: an article as newspapers build them, with as many paragraphs as asked for."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from pennypress.pages.page import Cut, Page, PageOptions, read_page

NOTICE = b'<aside class="pennypress-notice"><div>You can read 2 more articles this month</div></aside>'
WALL = b'<aside class="pennypress-wall"><h2>Sorry, your limit is up for this month</h2></aside>'
TITLE = "The harbour gets a new bridge"


def paragraph(number: int) -> str:
    """A paragraph of forty-odd words that shares eight words in a row with no other, nor with what stands beside it."""
    return (
        f"Paragraph {number} says of the alder{number} that its birch{number} stood by the old quay. "
        f"Some cedar{number} grew there once, dogwood{number} and elm{number} later, and each was cut{number} down. "
        f"What fir{number} the gorse{number} now hides, no hazel{number} in town can{number} tell today."
    )


def paragraphs(count: int, tag: str = "p") -> str:
    """So many paragraphs as markup."""
    return "\n".join(f"<{tag}>{paragraph(number)}</{tag}>" for number in range(1, count + 1))


def article(body: str, *, head: str = "", before: str = "", after: str = "") -> str:
    """A whole page around a body's markup."""
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{TITLE} - The Morning Post</title>{head}</head>"
        f"<body class=page><a href=#main class=skip>Skip to the article</a>"
        f"<header><nav><a href=/>Home</a></nav></header>"
        f"<main id=main>{before}{body}{after}</main><footer><p>Printed and published by the Morning Post</p></footer>"
        "</body></html>"
    )


def read(page: str | bytes, content_type: str = "text/html; charset=utf-8", **options: object) -> Page:
    """Read a page as the gate does."""
    body = page if isinstance(page, bytes) else page.encode()
    return read_page(body, content_type, PageOptions(**options), address="https://paper.example/news/a")  # type: ignore[arg-type]


def visible(page: bytes | Cut) -> str:
    """The text of a page as it is read, with one space between words."""
    data = page.walled(WALL) if isinstance(page, Cut) else page
    tree = LexborHTMLParser(data.decode(), scripting=True)
    for node in tree.css("script, style, noscript, template, title"):
        node.remove()
    return " ".join((tree.body.text(separator=" ") if tree.body else "").split())


def shown(page: bytes | Cut) -> list[int]:
    """The numbers of the made paragraphs of which anything stands anywhere in a page."""
    data = page.walled(WALL) if isinstance(page, Cut) else page
    return sorted({int(number) for number in re.findall(r"Paragraph (\d+) says", data.decode())})
