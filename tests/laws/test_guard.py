"""Laws of the guard: nothing crashes it, nothing innocent is touched, and nothing withheld is left in any form."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from pennypress.core.article import Article
from pennypress.pages.addresses import Aside, paths_in
from pennypress.pages.guard import Guard, known_text
from pennypress.pages.items import bare_json, bare_xml
from pennypress.pages.layout import Layout, written
from pennypress.pages.looking import forms_of
from pennypress.pages.trimming import Excerpt, trim
from pennypress.pages.words import squeeze, words

SHOWN = "The crane on the quay is older than the town hall, and most of those who live here say uglier."
WITHHELD = (
    "The harbour master told us on Tuesday that the whole of it will be taken down before winter comes. "
    "Three families live in its shadow and not one of them was asked, so one has now gone to court. "
    "A judge is going to hear them in März, long after the last bolt was carried away by a slow barge."
)
PLAIN = words(WITHHELD)
RUNS = frozenset("".join(PLAIN[first : first + 8]) for first in range(len(PLAIN) - 7))
GUARD = Guard()
GUARD.learn((known_text(Article("/news/crane", ("/news/crane",), "The crane"), "/news/crane", "", SHOWN, WITHHELD),))

INNOCENT = (
    "weather",
    "market",
    "ferry",
    "seaweed",
    "the",
    "of",
    "quay",
    "Łódź",
    "漢字",
    "7",
    "<b>",
    "&amp;",
    '"',
    "\\u",
)
WRAPPINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    escape,
    lambda text: escape(escape(text)),
    lambda text: json.dumps(text)[1:-1],
    lambda text: quote(text),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: "".join(f"&#{ord(char)};" for char in text),
    lambda text: text.replace(" ", " <i></i>"),
    lambda text: text.replace("e", "e\u00ad"),
    str.upper,
)

innocent = st.lists(st.sampled_from(INNOCENT), max_size=30).map(" ".join)
stretches = st.tuples(st.integers(0, len(PLAIN) - 1), st.integers(1, 40)).map(
    lambda place: " ".join(WITHHELD.split()[place[0] : place[0] + place[1]])
)
pieces = st.one_of(innocent, st.tuples(st.sampled_from(WRAPPINGS), stretches).map(lambda pair: pair[0](pair[1])))
torn = st.tuples(stretches, st.integers(1, 7)).map(
    lambda pair: [" ".join(pair[0].split()[at : at + pair[1]]) for at in range(0, len(pair[0].split()), pair[1])]
)
texts = st.lists(st.one_of(pieces.map(lambda piece: [piece]), torn), max_size=5).map(
    lambda rows: [part for row in rows for part in row]
)


def holds_a_run(text: str) -> bool:
    return any(run in form for form in forms_of(text) for run in RUNS)


def excerpts() -> list[Excerpt]:
    (sighting,) = GUARD.look(WITHHELD)
    return [Excerpt(sighting.withheld, SHOWN, "Read the whole article: {address}", "http://paper.test/news/crane")]


def laid_out(layout: Layout, parts: list[str]) -> bytes:
    match layout:
        case Layout.JSON:
            return json.dumps({"items": [{"id": n, "text": part} for n, part in enumerate(parts)]}).encode()
        case Layout.XML:
            return f"<rss>{''.join(f'<item><d>{escape(part)}</d></item>' for part in parts)}</rss>".encode()
        case Layout.HTML:
            inner = "".join(f"<p>{part}</p>" for part in parts)
            return f"<!doctype html><html><head><title>x</title></head><body>{inner}</body></html>".encode()
        case _:
            return "\n\n".join(parts).encode()


layouts = st.sampled_from((Layout.JSON, Layout.XML, Layout.HTML, Layout.PLAIN))


@settings(max_examples=150, deadline=None)
@given(texts, layouts)
def test_what_is_looked_at_is_found_if_and_only_if_a_run_stands_in_it(parts: list[str], layout: Layout) -> None:
    text = laid_out(layout, parts).decode()
    assert bool(GUARD.look(text)) == holds_a_run(text)


@settings(max_examples=150, deadline=None)
@given(texts, layouts)
def test_an_answer_that_was_cut_holds_no_run_in_any_form_and_is_cut_no_further(
    parts: list[str], layout: Layout
) -> None:
    body = laid_out(layout, parts)
    trimmed = trim(layout, body, None, excerpts())
    if trimmed is None:
        return
    assert not holds_a_run(written(trimmed, None, layout).text.text)
    assert trim(layout, trimmed, None, excerpts()) == trimmed
    if not holds_a_run(body.decode()) and layout is not Layout.HTML:
        assert trimmed == body


@settings(max_examples=100, deadline=None)
@given(texts)
def test_json_and_xml_that_were_cut_are_valid_still(parts: list[str]) -> None:
    as_json = trim(Layout.JSON, laid_out(Layout.JSON, parts), None, excerpts())
    if as_json is not None:
        assert [item["id"] for item in json.loads(as_json)["items"]] == list(range(len(parts)))
    as_xml = trim(Layout.XML, laid_out(Layout.XML, parts), None, excerpts())
    if as_xml is not None:
        assert len(ElementTree.fromstring(as_xml)) == len(parts)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=300), texts.map(" ".join)).map(str), layouts)
def test_no_text_at_all_crashes_the_guard(text: str, layout: Layout) -> None:
    body = text.encode("utf-8", "surrogatepass")
    GUARD.look(written(body, None, layout).text.text)
    trim(layout, body, None, excerpts())
    bare_xml(text, lambda link: True)
    bare_json(text, lambda link: True)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(tuple(Layout)),
    st.sampled_from((None, "a/b; charset=utf-16", "c/d; charset=x")),
)
def test_no_bytes_at_all_crash_the_guard(body: bytes, layout: Layout, content_type: str | None) -> None:
    was = written(body, content_type, layout)
    GUARD.look(was.text.text)
    trim(was.layout, body, content_type, excerpts())


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(("/news/crane", SHOWN, "x"))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)),
    max_leaves=12,
)


@given(values)
def test_bare_json_is_json_of_the_same_shape_and_bare_twice_is_bare_once(value: object) -> None:
    bare, links = bare_json(json.dumps(value), lambda link: "crane" in link)
    assert type(json.loads(bare)) is type(value)
    assert bare_json(bare, lambda link: "crane" in link)[0] == bare
    assert (bare == json.dumps(value)) == (not links)


def test_the_words_of_a_run_are_the_eight_that_a_reader_sees() -> None:
    assert all(squeeze(run) == run for run in RUNS)


@given(st.text(st.sampled_from('ab/-.%20?"\\ >:'), max_size=120))
def test_addresses_that_are_put_aside_come_back_as_they_were(text: str) -> None:
    for wide in (text, text.replace("a", "the-old-crane")):
        aside = Aside()
        assert aside.back(aside.put(wide)) == wide
        assert paths_in(aside.put(wide)) == []
