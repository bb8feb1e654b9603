"""Answers that are no article's own page, without the withheld text: feeds, JSON, plain text, other HTML pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape

from selectolax.lexbor import LexborHTMLParser

from pennypress.errors import Undecodable
from pennypress.pages.addresses import Aside, is_link, may_put_aside
from pennypress.pages.document import read_document
from pennypress.pages.layout import Layout, put_back, written
from pennypress.pages.looking import stands_in
from pennypress.pages.nodes import walk
from pennypress.pages.sweep import sweep
from pennypress.pages.withheld import Withheld
from pennypress.pages.words import squeeze

_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"(?!\s*+:)|"(?:[^"\\\x00-\x1f]|\\.)*+"(?=\s*+:)', re.DOTALL)
_XML = re.compile(
    r"(?P<comment><!--.*?-->)|(?P<cdata><!\[CDATA\[.*?\]\]>)|(?P<other><\?.*?\?>|<![^>\[]*(?:\[.*?\]\s*)?>)"
    r"|(?P<tag></?[^\s<>!?](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>)|(?P<text>[^<]+|<)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""(=\s*)("[^"]*"|'[^']*')""")
_MARKUP = re.compile(r"<[^<>]*>")
_OPENING = 24
_BLANK = re.compile(r"(\n[ \t\r]*\n\s*)")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What stands in for an article's text: what it shows, and one sentence that leads to it.

    ``closing`` holds ``{address}`` where ``address`` goes in.
    """

    withheld: Withheld
    shown: str
    closing: str
    address: str

    def opens(self, text: str) -> bool:
        """Whether a text begins as the article does, or holds its beginning."""
        opening = squeeze(self.shown)[:_OPENING]
        return bool(opening) and opening in squeeze(_MARKUP.sub(" ", unescape(text)))

    def beginning_of(self, text: str) -> str:
        """The words at the beginning of a text that the article shows as well, in one row from its first on."""
        shown, told, end = squeeze(self.shown), "", 0
        for word in re.finditer(r"\S+", text):
            told += squeeze(word[0])
            if not shown.startswith(told):
                break
            end = word.end()
        return f"{text[:end]} …"

    def instead_of(self, text: str, *, first: bool) -> str:
        """What stands in for a text that holds a run of the article, ``first`` where nothing of it stood before."""
        opens, marked = self.opens(text), _MARKUP.search(text) is not None
        if not opens and not first:
            return ""
        return (self._html if marked else self._plain)(opens=opens)

    def _plain(self, *, opens: bool) -> str:
        lines = self.shown.splitlines() if opens else []
        return "\n\n".join([line for line in (*lines, self.closing.replace("{address}", self.address)) if line])

    def _html(self, *, opens: bool) -> str:
        link = f'<a href="{escape(self.address)}">{escape(self.address)}</a>'
        lines = [escape(line, quote=False) for line in self.shown.splitlines() if line] if opens else []
        closing = escape(self.closing, quote=False).replace("{address}", link)
        return "".join(f"<p>{line}</p>" for line in (*lines, closing))


def trim_json(text: str, excerpts: Sequence[Excerpt]) -> str | None:
    """JSON (or lines of it) whose strings hold no run; None where it cannot be cut so."""
    trimming = _Trimming(excerpts)

    def replace(found: re.Match[str]) -> str:
        try:
            value = json.loads(found[0])
        except ValueError:
            return found[0]
        instead = trimming.instead_of(value)
        return found[0] if instead is None else json.dumps(instead)

    return trimming.clean(_STRING.sub(replace, text))


def trim_xml(text: str, excerpts: Sequence[Excerpt]) -> str | None:
    """XML whose elements and attributes hold no run; None where it cannot be cut so."""
    trimming = _Trimming(excerpts)
    pieces: list[str] = []
    leaf: list[re.Match[str]] = []
    for found in _XML.finditer(text):
        if found.lastgroup in ("text", "cdata"):
            leaf.append(found)
            continue
        pieces.append(_leaf(leaf, trimming))
        leaf = []
        pieces.append(_tag(found, trimming))
    pieces.append(_leaf(leaf, trimming))
    return trimming.clean("".join(pieces))


def trim_plain(text: str, excerpts: Sequence[Excerpt]) -> str | None:
    """Plain text without the paragraphs that hold a run; None where it cannot be cut so."""
    trimming = _Trimming(excerpts)
    pieces = _BLANK.split(text)
    trimmed = [(piece, trimming.instead_of(piece)) for piece in pieces]
    return trimming.clean("".join(piece if instead is None else instead for piece, instead in trimmed))


def trim_html(body: bytes, content_type: str | None, excerpts: Sequence[Excerpt]) -> bytes | None:
    """An HTML page without the parts that hold a run; None where it cannot be cut so, or cannot be read."""
    try:
        document = read_document(body, content_type)
    except Undecodable:
        return None
    document.unmark()
    _shorten(document.tree, excerpts)
    for excerpt in excerpts:
        sweep(document.tree, excerpt.withheld, ())
    html = _Trimming(excerpts).clean(document.serialise())
    return None if html is None else body[: document.text.bom] + document.text.encode(html)


def _shorten(tree: LexborHTMLParser, excerpts: Sequence[Excerpt]) -> None:
    """End the texts that begin as an article does with what it shows: the teasers of an archive, of which only the end
    is withheld."""
    openings = {squeeze(excerpt.shown)[:_OPENING]: excerpt for excerpt in excerpts}
    openings.pop("", None)
    root = tree.body
    for node in list(walk(root)) if root is not None else ():
        text = (node.text_content or "") if node.is_text_node else ""
        excerpt = openings.get(squeeze(text.lstrip()[: 4 * _OPENING])[:_OPENING]) if text else None
        if excerpt is not None and stands_in(excerpt.withheld, text):
            node.replace_with(excerpt.beginning_of(text))


_TRIMS: dict[Layout, Callable[[str, Sequence[Excerpt]], str | None]] = {
    Layout.JSON: trim_json,
    Layout.XML: trim_xml,
    Layout.PLAIN: trim_plain,
}


def trim(layout: Layout, body: bytes, content_type: str | None, excerpts: Sequence[Excerpt]) -> bytes | None:
    """An answer without the withheld text; None where it cannot be cut: its layout has no parts that could go, or
    something is left of it in a form that it may be read in. Addresses stay, whatever words they are made of."""
    text, aside = body.decode("latin-1"), Aside()
    if not may_put_aside(text):
        return _trimmed(layout, body, content_type, excerpts)
    less = aside.put(text).encode("latin-1")
    ways_on = [replace(excerpt, address=aside.put(excerpt.address)) for excerpt in excerpts]
    trimmed = _trimmed(layout, less, content_type, ways_on)
    return None if trimmed is None else aside.back(trimmed.decode("latin-1")).encode("latin-1")


def _trimmed(layout: Layout, body: bytes, content_type: str | None, excerpts: Sequence[Excerpt]) -> bytes | None:
    was = written(body, content_type, layout)
    if was.layout is Layout.HTML:
        trimmed = trim_html(body, content_type, excerpts)
    else:
        cut = _TRIMS.get(was.layout)
        text = cut(was.text.text, excerpts) if cut is not None else None
        trimmed = None if text is None else put_back(was, text, body)
    if trimmed is None or was.also is None:
        return trimmed
    now = written(trimmed, content_type, layout)  # with less in it, it may be taken for the other charset
    readings = (now.text.text, now.also or "")
    return None if any(stands_in(excerpt.withheld, text) for excerpt in excerpts for text in readings) else trimmed


class _Trimming:
    """One answer on its way: of which articles something stands in it already."""

    def __init__(self, excerpts: Sequence[Excerpt]) -> None:
        self._excerpts = excerpts
        self._placed: set[str] = set()

    def instead_of(self, text: str) -> str | None:
        """What stands in for a text; None where it may stay."""
        held = [excerpt for excerpt in self._excerpts if stands_in(excerpt.withheld, text)]
        if not held:
            return None
        if is_link(text):
            return held[0].address
        instead: dict[str, str] = {}
        for excerpt in held:
            instead.setdefault(excerpt.address, excerpt.instead_of(text, first=excerpt.address not in self._placed))
        self._placed.update(instead)
        return "\n".join(filter(None, instead.values()))

    def clean(self, text: str) -> str | None:
        """The text; None while a run is left in it."""
        return None if any(stands_in(excerpt.withheld, text) for excerpt in self._excerpts) else text


def _leaf(tokens: list[re.Match[str]], trimming: _Trimming) -> str:
    """What stands between two tags, as it was or cut."""
    if not tokens:
        return ""
    whole = "".join(token[0] for token in tokens)
    marked = any(token.lastgroup == "cdata" for token in tokens)
    instead = trimming.instead_of(
        "".join(token[0][9:-3] if token.lastgroup == "cdata" else unescape(token[0]) for token in tokens)
    )
    if instead is None:
        return whole
    return f"<![CDATA[{instead.replace(']]>', ']]&gt;')}]]>" if marked else escape(instead, quote=False)


def _tag(found: re.Match[str], trimming: _Trimming) -> str:
    """A tag without the attributes that hold a run; comments that hold one go."""
    if found.lastgroup == "comment":
        return found[0] if trimming.instead_of(found[0]) is None else ""
    if found.lastgroup != "tag" or "=" not in found[0]:
        return found[0]

    def emptied(attribute: re.Match[str]) -> str:
        value = attribute[2]
        return attribute[0] if trimming.instead_of(unescape(value[1:-1])) is None else f'{attribute[1]}""'

    return _ATTRIBUTE.sub(emptied, found[0])
