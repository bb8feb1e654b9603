"""The page: what is read from it once, its full form with the notice, and its cut form for the wall."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.core.sketch import sketch
from pennypress.pages.blocks import Outline, outline
from pennypress.pages.body import Body
from pennypress.pages.cut import cut_body
from pennypress.pages.document import Document, read_document
from pennypress.pages.facts import Facts, read_facts, says_article, words_of_origin
from pennypress.pages.find import find_body
from pennypress.pages.frameworks import hydrating
from pennypress.pages.json_data import long_texts
from pennypress.pages.marking import mark, mark_gone, traces
from pennypress.pages.place import notice_place
from pennypress.pages.preview import BRIEF_WORDS, NOTHING, choose_preview, is_brief
from pennypress.pages.prose import Prose, find_prose
from pennypress.pages.scripts import ScriptFate, drop_hydration, is_hydrated
from pennypress.pages.structured import WITHHELD_SELECTOR, Structured, mark_not_free, read_structured
from pennypress.pages.sweep import Finding, Kind, held_state, script_kind, sweep
from pennypress.pages.withheld import Withheld
from pennypress.pages.words import words

_MANY_TEASERS = 4
_FEW_TEASERS = 3
"""So many are a list where next to nothing else stands in the page."""

_MANY_LINES = 10
"""So are so many lines of links."""

_LEAST_ARTICLE = 80
"""A page with fewer words of its own than this, and many teasers, is a list; a brief has no teasers to speak of."""

_HEADERS_KEPT = 64


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How pages are read: the configured selector of the body, the preview's blocks, and what becomes of scripts."""

    selector: str | None = None
    preview: int = 2
    scripts: Literal["auto", "keep", "drop"] = "auto"


@dataclass(frozen=True, slots=True)
class Cut:
    """A page for those without a grant: ``head``, then the wall, then ``tail``.

    ``alone`` is None, or says why the page could not be cut: then both are empty, and the headline and the wall go out
    alone. ``wide`` is the charset into which the wall's ASCII must be put where its bytes are no text there (UTF-16).
    ``preview`` is the text of the body that is left, a line a block; ``told`` is what was taken out of it.
    """

    head: bytes
    tail: bytes
    alone: str | None
    title: str
    withheld_words: int = 0
    findings: tuple[Finding, ...] = ()
    scripts: tuple[ScriptFate, ...] = ()
    wide: str | None = None
    withheld: Withheld | None = None
    preview: str = ""
    told: str = ""
    _telling: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def tells(self, header: str) -> bool:
        """Whether the value of a header holds withheld text, in any form. Most are the same in every answer, and are
        looked at once."""
        if self.withheld is None:
            return False
        if header not in self._telling:
            if len(self._telling) >= _HEADERS_KEPT:
                self._telling.clear()
            self._telling[header] = self.withheld.in_text(header)
        return self._telling[header]

    def walled(self, wall: bytes) -> bytes:
        """The cut page with this wall (ASCII) in its place."""
        return self.head + _widened(wall, self.wide) + self.tail


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was read once. ``notice_at`` is where in ``body`` the notice goes in, None where nowhere is safe.

    ``body_rule`` is the rule that found the article's body, None where none did; ``words`` and ``blocks`` measure it;
    ``sketch`` tells whether another page's body has anything in common with it. ``content`` is how many words stand in
    the page, but for what stands beside the rest; ``leads_on`` is whether many of its headings or lines lead elsewhere.
    """

    body: bytes
    content_type: str | None
    address: str
    options: PageOptions
    facts: Facts
    list_like: bool
    says_article: bool
    body_rule: str | None
    brief: bool
    words: int
    blocks: int
    notice_at: int | None
    wide: str | None = None
    sketch: bytes = b""
    content: int = 0
    leads_on: bool = False
    around_notice: tuple[bytes, bytes] = (b"", b"")

    def full(self, notice: bytes) -> bytes:
        """The origin's bytes with this one insertion (ASCII); as they are where no place for it is safe."""
        return self.body if self.notice_at is None else self.insert(self.body, self.notice_at, notice)

    def insert(self, body: bytes, at: int, notice: bytes) -> bytes:
        """The bytes of this page, or of one that differs in its nonces alone, with the notice (ASCII) put in."""
        return b"".join((memoryview(body)[:at], self.insertion(notice), memoryview(body)[at:]))

    def insertion(self, notice: bytes) -> bytes:
        """All that goes into the page for a notice: it, and what must stand around it there."""
        before, after = self.around_notice
        return _widened(before + notice + after, self.wide)

    def cut(self, *, continued: bool = False) -> Cut:
        """The page without the withheld text. Heavy: once a version. ``continued``: page 2 or later, no preview."""
        reading = _read(self.body, self.content_type, self.options, self.address)
        if reading.body is None:
            return _alone(self, "no rule finds the body of the article")
        return _cut(reading, reading.body, self, continued=continued)

    def marked(self, *, continued: bool = False) -> bytes:
        """The whole page for a verified crawler: what a walled reader does not get bears a class, by which the
        structured data says that it is not free. Heavy."""
        reading, twin = (_read(self.body, self.content_type, self.options, self.address) for _ in range(2))
        document, body = reading.document, reading.body
        if not self._mark_gone(reading, twin, continued=continued):
            # A walled reader gets none of it, or all of it comes by a script.
            place = body.column.node if body is not None and self.cut(continued=continued).alone is None else None
            place = place or document.tree.body
            if place is not None:
                mark(place)
        document.unmark()
        for meta in words_of_origin(document.tree):
            meta.remove()
        mark_not_free(document.tree, self.facts.title, WITHHELD_SELECTOR)
        return self.body[: document.text.bom] + document.text.encode(document.serialise())

    def _mark_gone(self, reading: _Reading, twin: _Reading, *, continued: bool) -> bool:
        """Mark in one reading what the cut takes out of its twin; whether there is any."""
        if reading.body is None or twin.body is None:
            return False
        before = traces(twin.document.tree)
        if _cut(twin, twin.body, self, continued=continued).alone is not None:
            return False
        preview = NOTHING if continued else choose_preview(reading.body, self.options.preview)
        kept = None if preview.last is None else (preview.last.mem_id, preview.length)
        return mark_gone(reading.document, before, twin.document.tree, kept)


def read_page(body: bytes, content_type: str | None, options: PageOptions, *, address: str) -> Page:
    """Read a page asked for at ``address`` (absolute, or from the root). Raises Undecodable."""
    reading = _read(body, content_type, options, address)
    document, found = reading.document, reading.body
    place = notice_place(document, found, hydrated=is_hydrated(document.tree))
    article = says_article(document.tree, reading.structured)
    return Page(
        body=body,
        content_type=content_type,
        address=address,
        options=options,
        facts=reading.facts,
        list_like=_is_list(reading) or (not article and _is_links(reading)),
        says_article=article,
        body_rule=found.rule if found is not None else None,
        brief=found is not None and is_brief(found, options.preview) and not _told_in_data(reading, found, options),
        words=found.words if found is not None else 0,
        blocks=found.counted if found is not None else 0,
        notice_at=document.byte_offset(place.at) if place is not None else None,
        around_notice=(place.before, place.after) if place is not None else (b"", b""),
        wide=_wide(document),
        sketch=sketch(words(found.text)) if found is not None and reading.facts.canonical else b"",
        content=reading.prose.content if reading.prose is not None else 0,
        leads_on=reading.prose is not None and _leads_on(reading.prose, _MANY_TEASERS),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    document: Document
    structured: Structured
    facts: Facts
    outline: Outline | None
    prose: Prose | None
    body: Body | None


def _read(body: bytes, content_type: str | None, options: PageOptions, address: str) -> _Reading:
    document = read_document(body, content_type)
    structured = read_structured(document.tree)
    facts = read_facts(document.tree, structured, address)
    root = document.tree.body
    if root is None:
        return _Reading(document, structured, facts, None, None, None)
    page = outline(root)
    prose = find_prose(page)
    found = find_body(
        document.tree,
        page,
        prose,
        selector=options.selector,
        paywall_selectors=structured.selectors,
        title=facts.title,
    )
    return _Reading(document, structured, facts, page, prose, found)


def _told_in_data(reading: _Reading, body: Body, options: PageOptions) -> str:
    """The article's text where the page holds it as data alone, and shows no more than a teaser; else nothing."""
    if not is_brief(body, options.preview):
        return ""
    return _data(reading)


def _data(reading: _Reading) -> str:
    """The texts of an article's length that a page holds as data."""
    state = [
        text
        for script in reading.document.tree.css("script[type]")
        if script_kind(script) is Kind.STATE
        for text in long_texts(script.text(), BRIEF_WORDS)
    ]
    structured = reading.structured.body
    return "\n".join([*([structured] if len(words(structured)) > BRIEF_WORDS else []), *state])


def _is_list(reading: _Reading) -> bool:
    """Whether the page shows that it is a list: no article type, no block that holds most of the prose, and it says so
    or many of its headings lead elsewhere."""
    page, prose = reading.outline, reading.prose
    if reading.structured.article or page is None or prose is None:
        return False
    own, says_list = prose.within(prose.column), reading.structured.lists
    if own > max(_LEAST_ARTICLE, prose.teased if says_list else prose.carded):
        return False
    return says_list or prose.teasers >= _MANY_TEASERS


def _is_links(reading: _Reading) -> bool:
    """Whether nearly all that a page shows leads elsewhere, and it holds no article as data."""
    prose = reading.prose
    if prose is None or prose.elsewhere * 4 < prose.content * 3 or not _leads_on(prose, _FEW_TEASERS):
        return False
    return not _data(reading)


def _leads_on(prose: Prose, teasers: int) -> bool:
    return prose.leads >= teasers or prose.lines >= _MANY_LINES


def _cut(reading: _Reading, body: Body, page: Page, *, continued: bool) -> Cut:
    document, tree, title = reading.document, reading.document.tree, page.facts.title
    preview = NOTHING if continued else choose_preview(body, page.options.preview)
    frameworks = hydrating(tree)
    told = _told_in_data(reading, body, page.options)
    cutting = cut_body(document, body, preview)
    document.unmark()
    for meta in words_of_origin(tree):
        meta.remove()
    # Words of the address are no secret from who asked for it: on many papers they are the headline's.
    asked = unquote(urlsplit(page.address).path)
    withheld = Withheld(f"{cutting.withheld}\n{told}", f"{title}\n{asked}\n{cutting.kept}")
    findings = sweep(tree, withheld, [*cutting.texts, cutting.mark, *_headlines(tree, title)])
    fates = drop_hydration(tree, frameworks, mode=page.options.scripts, state_held_text=held_state(findings))
    mark_not_free(tree, title)
    html = document.serialise()
    is_left = withheld.in_text(html)
    withheld.rest()
    if is_left:
        why = "eight words in a row of the withheld text are left in the page"
        return replace(_alone(page, why, findings, withheld), preview=cutting.kept, told=f"{cutting.withheld}\n{told}")
    head, mark, tail = html.partition(f"<{cutting.mark.tag}></{cutting.mark.tag}>")
    if not mark:
        return _alone(page, "the page has no place for the wall", findings, withheld)
    text = document.text
    return Cut(
        head=page.body[: text.bom] + text.encode(head),
        tail=text.encode(tail),
        alone=None,
        title=title,
        withheld_words=withheld.words,
        findings=findings,
        scripts=fates,
        wide=page.wide,
        withheld=withheld,
        preview=cutting.kept,
        told=f"{cutting.withheld}\n{told}",
    )


def _alone(page: Page, why: str, findings: tuple[Finding, ...] = (), withheld: Withheld | None = None) -> Cut:
    return Cut(b"", b"", why, page.facts.title, findings=findings, wide=page.wide, withheld=withheld)


def _headlines(tree: LexborHTMLParser, title: str) -> list[LexborNode]:
    return [heading for heading in tree.css("h1") if " ".join(heading.text().split()) == title]


def _wide(document: Document) -> str | None:
    return document.text.charset if document.text.charset.startswith("utf-16") else None


def _widened(ascii_bytes: bytes, wide: str | None) -> bytes:
    return ascii_bytes.decode("ascii").encode(wide) if wide else ascii_bytes
