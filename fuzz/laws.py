"""The laws that hold for any bytes that anybody sends: a function a part, AssertionError where one is broken."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser

from pennypress.core.article import Article
from pennypress.core.meter import ReaderId
from pennypress.core.target import PathPattern, any_matches, read_target
from pennypress.errors import TargetError, Undecodable
from pennypress.pages.addresses import Aside
from pennypress.pages.blocks import outline
from pennypress.pages.body import Body
from pennypress.pages.document import read_document
from pennypress.pages.facts import read_facts
from pennypress.pages.find import find_body
from pennypress.pages.guard import Guard, Sighting, known_text
from pennypress.pages.items import bare_json, bare_xml
from pennypress.pages.layout import Layout
from pennypress.pages.naming import canonical_target, first_page, keys_extended_by, name_article
from pennypress.pages.page import PageOptions, read_page
from pennypress.pages.prose import find_prose
from pennypress.pages.structured import read_structured
from pennypress.pages.trimming import Excerpt, trim
from pennypress.pages.words import words
from pennypress.readers.address import Networks, client_address
from pennypress.readers.keys import Keys
from pennypress.readers.pass_ import Passes
from tests.pages import judge

HTML = "text/html; charset=utf-8"
ADDRESS = "/news/crane"
SHOWN = "The crane on the quay is older than the town hall and both of its clocks."
WITHHELD = (
    "The harbour master said on Tuesday that the old crane would be taken down before winter. "
    "Nobody had asked the three families who live in its shadow, and one of them has now gone to court. "
    "A judge is going to hear them in March, long after the last bolt has been carried away by barge."
)
GENUINE = ReaderId(b"sixteen bytes id")
TRUSTED = Networks.parse(["127.0.0.0/8", "10.0.0.0/8", "::1"])
READER = "81.2.69.142"

_PATTERNS = (PathPattern("/news/**"),)
_PASSES = {secure: Passes(Keys((b"k" * 32, b"o" * 32)), secure=secure) for secure in (True, False)}
_LETTERS = 160
"""A stretch of so many letters holds eight words, long as they may be, and is no chance."""

_COOKIE_END = re.compile(rb"[;,]")
_KINDS = ("html", "json", "xml", "plain", "code")


def canonical_form(data: bytes) -> None:
    """An address is refused, or has one name however it is written, and is matched as what is fetched."""
    raw = data.decode("latin-1")
    try:
        target = read_target(raw)
    except TargetError:
        return
    again = read_target(target.forwarded)
    assert (again.forwarded, again.key, again.paths) == (target.forwarded, target.key, target.paths)
    assert all(
        path.startswith("/") and not re.search(r"[\x00-\x1f\x7f]|/\.\.?(?:/|$)|//", path) for path in target.paths
    )
    path, _, query = raw.partition("?")
    behind = f"?{query}" if query else ""
    others = [path.swapcase(), f"/.{path}", f"/x/..{path}", f"{path}/"]
    if "." not in path and "%" not in path:  # among dots an empty segment counts as one
        others += [path.replace("/", "//"), f"{path};a=b"]
    for other in others:
        assert read_target(other + behind).folded == target.folded, other
    for tracking in ("utm_source=x", "fbclid=y"):
        assert read_target(f"{path}?{tracking}{'&' + query if query else ''}").key == target.key
    for part in ("/", "%2F", "%252f", "%5C", "\\"):
        assert any_matches(_PATTERNS, read_target(f"/news{part}a").paths)
    _names(raw)


def _names(raw: str) -> None:
    """A link that a page claims names an article under the article paths, or nothing."""
    target = canonical_target(raw, "paper.test", _PATTERNS)
    asked = read_target("/news/a/2?x=1")
    assert target is None or any_matches(_PATTERNS, target.paths)
    first = first_page(asked, [raw], "paper.test", _PATTERNS)
    assert first is None or first.key == "/news/a?x=1"
    name = name_article(asked, target)
    assert set(asked.paths) <= set(name.paths), "the stricter of both decides"
    if target is not None:
        assert all(key.startswith("/") for key in keys_extended_by(target))


def cookie(data: bytes) -> None:
    """No bytes are an error, and none are a name that was not given; the origin never sees a pass."""
    fields = data.split(b"\n")
    for secure, passes in _PASSES.items():
        given = {
            passes.set_cookie(GENUINE).partition(b";")[0].partition(b"=")[2],
            passes.set_device_cookie(GENUINE).partition(b";")[0].partition(b"=")[2],
        }
        named = {*passes.read(fields), *passes.read_devices(fields)}
        assert named <= {GENUINE}
        assert not named or any(value in data for value in given), "a name out of nothing"
        left = list(passes.cookies(fields).others)
        assert passes.read(left) == passes.read_devices(left) == ()
        assert list(passes.cookies(left).others) == left
        for pair in (pair for field in left for pair in _COOKIE_END.split(field)):
            assert b"=" not in pair or pair.partition(b"=")[0].strip() not in (b"pennypress", b"__Host-pennypress"), (
                secure,
                pair,
            )
    if data[:32] == data:
        assert urlsafe_b64encode(data).rstrip(b"=") not in {_value(passes) for passes in _PASSES.values()}


def forwarded_for(data: bytes) -> None:
    """What a client says never moves its address; the right entry decides, and else the peer."""
    fields = data.split(b"\n")
    assert client_address("203.0.113.9", fields, TRUSTED) == "203.0.113.9"
    assert client_address("127.0.0.1", [*fields, READER.encode()], TRUSTED) == READER
    assert client_address("127.0.0.1", [data.replace(b"\n", b" ") + b", " + READER.encode()], TRUSTED) == READER
    assert client_address(None, [*fields, READER.encode(), b"10.1.1.1, ::ffff:10.2.2.2"], TRUSTED) == READER
    found = client_address("127.0.0.1", fields, TRUSTED)
    assert str(ip_address(found)) == found
    assert found == "127.0.0.1" or found not in TRUSTED
    assert client_address("127.0.0.1", [b"6.6.6.6", *fields], TRUSTED) in (found, "6.6.6.6")
    client_address(data.decode("latin-1"), fields, TRUSTED)
    assert data.decode("latin-1") not in Networks.parse([])


def html_cutter(data: bytes) -> None:
    """Any page is cut without an error: what is shown begins the body, nothing is added, nothing withheld is left, and
    a page that was cut is no longer when cut again."""
    try:
        page = read_page(data, HTML, PageOptions(), address=ADDRESS)
    except Undecodable:
        return
    cut = page.cut()
    continued = page.cut(continued=True)
    assert not words(continued.preview)
    page.marked()
    if page.notice_at is not None:
        assert page.full(b"<!--n-->").replace(page.insertion(b"<!--n-->"), b"", 1) == data
    if cut.alone is not None:
        assert (cut.head, cut.tail) == (b"", b"")
        return
    body = _body(data)
    assert body is not None
    preview, whole = words(cut.preview), words(body.text)
    assert preview == whole[: len(preview)], "the preview begins the body"
    walled = cut.walled(b"")
    _nothing_added(walled, data)
    told = cut.told.split("\n")
    allowed = f"{cut.preview}\n{cut.title}\n{ADDRESS}"
    assert not judge.leaks(walled.decode(), told, allowed, _LETTERS), "withheld text is left"
    try:
        again = read_page(walled, HTML, PageOptions(), address=ADDRESS).cut()
    except Undecodable:
        return
    if again.alone is None:
        _nothing_added(again.walled(b""), walled)


def guard(data: bytes) -> None:
    """Any answer of any kind is looked at without an error; one that is cut holds no run any more, stays what it was,
    and is not cut a second time."""
    kind, body = _KINDS[data[0] % len(_KINDS)] if data else "plain", data[1:]
    text = body.decode("utf-8", "replace")
    for bare in (bare_xml, bare_json):
        bare(text, lambda link: "crane" in link)
    found = GUARD.look(text)
    if not found:
        return
    content_type = "text/plain; charset=utf-8" if kind != "html" else HTML
    trimmed = trim(Layout(kind), body, content_type, _excerpts(found))
    if trimmed is None:
        return
    left = trimmed.decode("utf-8", "replace")
    assert not GUARD.look(Aside().put(left)), "a run is left"
    if kind == "json" and _is_json(text):
        assert _is_json(left)
    if kind == "xml" and _is_xml(text):
        assert _is_xml(left)
    assert trim(Layout(kind), trimmed, content_type, _excerpts(found)) is not None


LAWS: dict[str, Callable[[bytes], None]] = {
    "canonical_form": canonical_form,
    "cookie": cookie,
    "forwarded_for": forwarded_for,
    "html_cutter": html_cutter,
    "guard": guard,
}
"""Each part by its name."""


def _taught() -> Guard:
    guard = Guard()
    guard.learn((known_text(Article(ADDRESS, (ADDRESS,), title="The crane"), ADDRESS, "", SHOWN, WITHHELD),))
    return guard


GUARD = _taught()


def _excerpts(found: tuple[Sighting, ...]) -> list[Excerpt]:
    return [
        Excerpt(sighting.withheld, sighting.known.texts[0], "Read it here: {address}", f"http://paper.test{ADDRESS}")
        for sighting in found
    ]


def _value(passes: Passes) -> bytes:
    return passes.set_cookie(GENUINE).partition(b";")[0].partition(b"=")[2]


def _body(data: bytes) -> Body | None:
    """The body of a page's article, found as the page finds it."""
    document = read_document(data, HTML)
    root = document.tree.body
    if root is None:
        return None
    structured = read_structured(document.tree)
    page = outline(root)
    title = read_facts(document.tree, structured, ADDRESS).title
    found = find_prose(page)
    return find_body(document.tree, page, found, selector=None, paywall_selectors=structured.selectors, title=title)


def _nothing_added(cut: bytes, origin: bytes) -> None:
    """Letters are counted, not words: what stood on both sides of a part that went now stands together."""
    assert _letters(cut) <= _letters(origin), "the cut added text"


def _letters(page: bytes) -> Counter[str]:
    tree = LexborHTMLParser(page.decode("utf-8-sig", "replace"), scripting=True)
    for node in tree.css("script, style"):
        node.remove()
    return Counter("".join(tree.body.text().split())) if tree.body is not None else Counter()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_xml(text: str) -> bool:
    try:
        ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return False
    return True
