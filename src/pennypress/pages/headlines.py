"""The headlines on an article's page, its own and those that it links to: the most public text there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.errors import Undecodable
from pennypress.pages.blocks import Block, outline
from pennypress.pages.document import read_document
from pennypress.pages.nodes import above
from pennypress.pages.page import Page
from pennypress.pages.structured import read_structured
from pennypress.pages.withheld import RUN, is_unspaced
from pennypress.pages.words import words

_LONGEST = 25
"""So many words has a headline at most, twice as many letters where no spaces stand between words: a whole paragraph
in a link is no headline."""


def read_headlines(page: Page, told: str) -> tuple[str, str]:
    """What a page calls itself, a line each, as far as that is eight words or more; and what it tells, which is
    withheld, without the headlines of other pages in it. These are links that make up most of their block, and no more
    than half of all that is told."""
    try:
        tree = read_document(page.body, page.content_type).tree
        blocks = outline(tree.body).blocks if tree.body is not None and told else ()
    except Undecodable:
        return "", told
    linked = {text for text in _linked(blocks, page.address) if text in told and _is_headline(text)}
    rest = told
    for text in sorted(linked, key=len, reverse=True):
        rest = rest.replace(text, "\n")
    own = dict.fromkeys(line for line in _own(tree) if _is_headline(line))
    return "\n".join(own), rest if 2 * len(words(rest)) >= len(words(told)) else told


def _own(tree: LexborHTMLParser) -> Iterator[str]:
    """What a page calls itself, in its head, in its structured data, and above its text."""
    yield _line(read_structured(tree).headline)
    for node in (tree.css_first("title"), tree.css_first("h1")):
        yield _line(node.text()) if node is not None else ""
    for meta in tree.css('meta[property="og:title" i], meta[name="twitter:title" i]'):
        yield _line(meta.attributes.get("content") or "")


def _linked(blocks: Sequence[Block], address: str) -> Iterator[str]:
    """The texts of the links to other pages in the blocks that are mostly links."""
    for block in blocks:
        if block.linked * 2 > block.words:
            links: dict[int, list[LexborNode]] = {}
            for text in block.texts:
                link = next((node for node in above(text) if node.tag == "a"), None)
                if link is not None and _leads_away(link.attributes.get("href"), address):
                    links.setdefault(link.mem_id, []).append(text)
            yield from ("".join(text.text_content or "" for text in texts).strip() for texts in links.values())


def _leads_away(href: str | None, address: str) -> bool:
    """Whether a link leads to another page than this one."""
    try:
        here, there = urlsplit(address), urlsplit(urljoin(address, (href or "").strip()))
    except ValueError:
        return False
    return there.scheme in ("", "http", "https") and there.path != here.path


def _is_headline(line: str) -> bool:
    plain = words(line)
    return RUN <= len(plain) <= (2 * _LONGEST if is_unspaced(plain) else _LONGEST)


def _line(text: str) -> str:
    return " ".join(text.split())
