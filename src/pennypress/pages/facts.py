"""What a page says of itself: its title, canonical link, sections, tags, authors, date, and who may open it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.core.article import Access, stricter
from pennypress.pages.structured import Structured

_NUMBERED = re.compile(r"[0-9]/*(?:[?#]|$)|[?&](?:page|p|seite|pagina)=", re.IGNORECASE)
_BEFORE = {"prev", "previous", "first"}
_MOST_PAGES = 64

WORD = "pennypress"
"""The name of the ``meta`` in which an origin says who may open its page."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page says of itself. ``canonical`` is absolute or from the root, as are the links in ``earlier``, which
    lead to pages before this one of several; ``access`` is None where the page does not say."""

    title: str
    canonical: str | None
    sections: tuple[str, ...]
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    published: datetime | None
    access: Access | None
    language: str | None
    earlier: tuple[str, ...] = ()


def read_facts(tree: LexborHTMLParser, structured: Structured, address: str) -> Facts:
    """Read the facts of a page asked for at ``address``."""
    metas = _metas(tree)
    sections = structured.sections or metas.get("article:section", ())
    tags = dict.fromkeys((*structured.keywords, *metas.get("article:tag", ())))
    published = structured.published or next(iter(metas.get("article:published_time", ())), "")
    root = tree.root
    language = (root.attributes.get("lang") or "").strip() if root is not None else ""
    return Facts(
        title=_title(tree, structured, metas),
        canonical=_canonical(tree, address),
        earlier=_earlier(tree, address) if _NUMBERED.search(address) else (),
        sections=sections,
        tags=tuple(tags),
        authors=structured.authors or metas.get("author", ()),
        published=read_moment(published),
        access=_access(metas),
        language=language or structured.language or None,
    )


def says_article(tree: LexborHTMLParser, structured: Structured) -> bool:
    """Whether a page says that it is an article: an article type in its JSON-LD, or ``og:type=article``."""
    kinds = [meta.attributes.get("content") or "" for meta in tree.css('meta[property="og:type" i]')]
    return structured.article or any(kind.strip().lower() == "article" for kind in kinds)


def words_of_origin(tree: LexborHTMLParser) -> list[LexborNode]:
    """The ``meta`` elements in which the origin speaks to us and not to the reader."""
    return [meta for meta in tree.css("meta[name]") if (meta.attributes.get("name") or "").strip().lower() == WORD]


def _metas(tree: LexborHTMLParser) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for meta in tree.css("meta[content]"):
        attributes = meta.attributes
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        content = (attributes.get("content") or "").strip()
        if name and content:
            found.setdefault(name, []).append(content)
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def _title(tree: LexborHTMLParser, structured: Structured, metas: dict[str, tuple[str, ...]]) -> str:
    """The headline: the page's only ``h1``, else what the page tells others, else its ``title``."""
    headings = [_line(node) for node in tree.css("h1")]
    shown = [heading for heading in headings if heading]
    told = _plain(structured.headline) or _plain(next(iter(metas.get("og:title", ())), ""))
    if len(shown) == 1:
        return shown[0]
    if told in shown or (told and not shown):
        return told
    named = tree.css_first("title")
    return (shown[0] if shown else "") or told or (_line(named) if named is not None else "")


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).split())


def _line(node: LexborNode) -> str:
    return " ".join(node.text().split())


def _canonical(tree: LexborHTMLParser, address: str) -> str | None:
    links = [
        link.attributes.get("href")
        for link in tree.css("link[rel][href]")
        if "canonical" in (link.attributes.get("rel") or "").lower().split()
    ]
    link = next((link for link in links if link and link.strip()), None)
    return None if link is None else _joined(tree, address, link)


def _earlier(tree: LexborHTMLParser, address: str) -> tuple[str, ...]:
    """The links to pages before this one: those that say so, and those whose text is nothing but a one."""
    links = [
        link.attributes.get("href") or ""
        for link in tree.css("link[rel][href], a[href]")
        if _BEFORE & set((link.attributes.get("rel") or "").lower().split()) or link.text().strip() == "1"
    ]
    joined = (_joined(tree, address, link) for link in dict.fromkeys(links))
    return tuple([link for link in joined if link is not None][:_MOST_PAGES])


def _joined(tree: LexborHTMLParser, address: str, link: str) -> str | None:
    """A link of the page as it is meant, by the page's ``base`` and its address; None where it is none."""
    base = tree.css_first("base[href]")
    try:
        home = urljoin(address, (base.attributes.get("href") or "").strip()) if base is not None else address
        return urljoin(home, link.strip())
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """The moment of a date as pages write it (ISO 8601, more or less); one without a zone is taken as UTC."""
    written = text.strip().replace("Z", "+00:00").replace(" +", "+")
    for candidate in (written, written[:19], written[:10]):
        try:
            moment = datetime.fromisoformat(candidate)
        except ValueError:
            continue
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return None


def _access(metas: dict[str, tuple[str, ...]]) -> Access | None:
    words = [word.lower() for word in metas.get(WORD, ())]
    known = [Access(word) for word in words if word in set(Access)]
    return reduce(stricter, known) if known else None
