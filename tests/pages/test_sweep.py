"""The sweep takes the withheld text out of everything else, and leaves the honest parts of a page alone."""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import json
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pennypress.pages.sweep import Finding, Kind, held_state, sweep
from pennypress.pages.withheld import Withheld

HEADLINE = "The harbour wall that walked"
PREVIEW = "The harbour wall of Tremorvah has stood for two hundred years. Nobody expected it to move."
PARAGRAPHS = (
    "On the night of the second storm it moved by a hand's breadth, and the harbour master's dog began to howl.",
    "“We measured it twice,” said Iris Penhallow, who keeps the tide tables, “and twice it had gone further.”",
    "The café on the quay closed its doors for good; naïve visitors still ask for its saffron buns every Sunday.",
)
BODY = "\n".join(PARAGRAPHS)
HONEST = {
    "head": '<meta property="og:title" content="The harbour wall that walked">'
    '<meta property="og:description" content="Nobody expected it to move, and yet one night it did.">'
    '<link rel="canonical" href="/news/the-harbour-wall-that-walked">'
    "<style>.lead { font-weight: bold } .ad::before { content: 'Advertisement' }</style>"
    '<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", '
    '"name": "News & views", "item": "/news"}]}</script>'
    '<script async src="https://ads.example.net/tag.js"></script>'
    "<script>window.dataLayer = window.dataLayer || []; dataLayer.push({page: 'article', words: 812});</script>",
    "body": '<nav><a href="/news">News</a> <a href="/sport">Sport</a></nav>'
    '<aside class="related"><ul><li><a href="/news/tides">How the tide tables are made, from gauge to almanac</a></li>'
    "<li>Ferry times for the coming winter season</li></ul></aside>"
    '<div class="ad" data-slot="{&quot;size&quot;: [300, 250]}"></div><!-- /1234/paper/footer -->'
    "<noscript><img src=/pixel.gif alt=''></noscript><template><li>{{name}}</li></template>"
    "<footer>Printed in Tremorvah since 1902. All rights reserved by the harbour trust.</footer>",
}


@dataclass
class Swept:
    findings: tuple[Finding, ...]
    html: str


def page(*, head: str = "", body: str = "", inside: str = "") -> str:
    return (
        f"<!doctype html><html lang=en><head><title>{HEADLINE}</title>{HONEST['head']}{head}</head><body>"
        f'<main><h1>{HEADLINE}</h1><article class="story"><p id="preview">{PREVIEW}</p><wall-mark></wall-mark>{inside}'
        f"</article></main>{body}{HONEST['body']}</body></html>"
    )


def swept(markup: str, withheld: str = BODY) -> Swept:
    tree = LexborHTMLParser(markup, scripting=True)
    kept = [*tree.css("#preview"), *tree.css("h1"), *tree.css("head > title"), *tree.css("wall-mark")]
    findings = sweep(tree, Withheld(withheld, f"{HEADLINE} {PREVIEW}"), kept)
    return Swept(findings, tree.html or "")


def assert_clean(outcome: Swept) -> None:
    """No run is left, and all that was honest in the page is."""
    assert not Withheld(BODY, f"{HEADLINE} {PREVIEW}").in_text(outcome.html)
    untouched = LexborHTMLParser(page(), scripting=True)
    left = LexborHTMLParser(outcome.html, scripting=True)
    for selector in ("title", "meta", "link", "style", "script", "nav", "aside", "div.ad", "noscript", "footer", "h1"):
        expected = [node.html for node in untouched.css(selector)]
        assert [node.html for node in left.css(selector) if node.html in expected] == expected, selector
    assert f'<p id="preview">{PREVIEW}</p><wall-mark></wall-mark>' in outcome.html
    assert "<!-- /1234/paper/footer -->" in outcome.html
    assert "{{name}}" in outcome.html


ONE = html.escape(PARAGRAPHS[0])
ALL = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in PARAGRAPHS)
STYLED = "".join(f"\\{ord(char):x} " for char in PARAGRAPHS[0])
PLACES: dict[str, tuple[str, Kind]] = {
    "structured data": (
        f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "articleBody": BODY})}</script>',
        Kind.STRUCTURED,
    ),
    "broken structured data": (
        f'<script type="application/ld+json">{{"articleBody": "{BODY}",,}}</script>',
        Kind.STRUCTURED,
    ),
    "state in JSON": (f'<script type="application/json">{json.dumps({"a": [{"html": ALL}]})}</script>', Kind.STATE),
    "state in words": (f'<script type="application/json">{json.dumps({"a": BODY.split()})}</script>', Kind.STATE),
    "state in keyed words": (
        f'<script type="application/json">{json.dumps([{"text": word, "as": "t"} for word in BODY.split()])}</script>',
        Kind.STATE,
    ),
    "state as a key": (f'<script type="application/json">{json.dumps({BODY: 1})}</script>', Kind.STATE),
    "state in JSON in JSON": (
        f'<script type="application/json">{json.dumps({"body": json.dumps({"text": BODY})})}</script>',
        Kind.STATE,
    ),
    "script": (f"<script>window.__STATE__ = {json.dumps({'html': ALL})}</script>", Kind.SCRIPT),
    "script in base64": (
        f"<script>show(atob('{base64.b64encode(BODY.encode()).decode()}'))</script>",
        Kind.SCRIPT,
    ),
    "script in gzip": (
        f"<script>show('{base64.b64encode(gzip.compress(BODY.encode())).decode()}')</script>",
        Kind.SCRIPT,
    ),
    "script in literals": (
        f"<script>show({' + '.join(json.dumps(word + ' ') for word in BODY.split())})</script>",
        Kind.SCRIPT,
    ),
    "script in rot13": (f"<script>show({json.dumps(codecs.encode(BODY, 'rot13'))})</script>", Kind.SCRIPT),
    "script in an address": (f'<script src="data:text/javascript,show(%22{quote(BODY)}%22)"></script>', Kind.ATTRIBUTE),
    "script of text": (f'<script type="text/template">{ALL}</script>', Kind.TEXT),
    "svg script": (f"<svg><script>show({json.dumps(BODY)})</script></svg>", Kind.SCRIPT),
    "attribute": (f'<div data-text="{html.escape(BODY)}">Share</div>', Kind.ATTRIBUTE),
    "attribute in JSON": (f'<div data-props="{html.escape(json.dumps({"b": [ALL]}))}">Share</div>', Kind.ATTRIBUTE),
    "attributes in words": (
        "".join(f'<i data-w="{html.escape(word)}"></i>' for word in BODY.split()),
        Kind.ATTRIBUTE,
    ),
    "names of attributes": (
        "<i the café on the quay closed its doors for good naïve visitors still ask>x</i>",
        Kind.ATTRIBUTE,
    ),
    "name of an attribute": (f'<i class="x" show({quote(PARAGRAPHS[0])})>x</i>', Kind.ATTRIBUTE),
    "alternative text": (f'<img src="/w.jpg" alt="{ONE}">', Kind.ATTRIBUTE),
    "hidden input": (f'<form><input type=hidden name=t value="{ONE}"><button>Send</button></form>', Kind.ATTRIBUTE),
    "srcdoc": (f'<iframe srcdoc="{html.escape(ALL)}"></iframe>', Kind.ATTRIBUTE),
    "address": (f'<a href="/share?text={quote(PARAGRAPHS[0])}">Share</a>', Kind.ATTRIBUTE),
    "event": (f'<a onclick="say({html.escape(json.dumps(BODY))})">Listen</a>', Kind.ATTRIBUTE),
    "inline style": (f'<i style="--text: &quot;{ONE}&quot;"></i>', Kind.ATTRIBUTE),
    "meta": (f'<meta name="description" content="{ONE}">', Kind.META),
    "comment": (f"<!-- {ALL} -->", Kind.COMMENT),
    "comments": ("".join(f"<!--{word}-->" for word in BODY.split()), Kind.COMMENT),
    "processing instruction": (f"<?php echo '{PARAGRAPHS[0]}' ?>", Kind.COMMENT),
    "style rule": (f'<style>.a {{ color: red }} .b::after {{ content: "{PARAGRAPHS[0]}" }}</style>', Kind.STYLE),
    "escaped style rule": (
        f"<style>.a {{ color: red }} .b::after {{ content: '{STYLED}' }}</style>",
        Kind.STYLE,
    ),
    "style rules of words": (
        "<style>" + "".join(f".w{n}::after {{ content: '{w}' }}" for n, w in enumerate(BODY.split())) + "</style>",
        Kind.STYLE,
    ),
    "noscript": (f"<noscript>{ALL}</noscript>", Kind.TEXT),
    "template": (f"<template><section>{ALL}</section></template>", Kind.TEXT),
    "template in a template": (f"<template><template>{ALL}</template></template>", Kind.TEXT),
    "hidden copy": (f"<div hidden><div>{ALL}</div></div>", Kind.TEXT),
    "shadow root": (f"<x-story><template shadowrootmode=open>{ALL}</template></x-story>", Kind.TEXT),
    "pull quote": (f"<aside><blockquote><p>{PARAGRAPHS[1]}</p></blockquote></aside>", Kind.TEXT),
    "bare text": (f"<section>{ONE}<h2>More</h2></section>", Kind.TEXT),
    "lines": (f"<div>{'<br>'.join(PARAGRAPHS)}</div>", Kind.TEXT),
    "letters apart": (
        "<div>" + "".join(f"<span>{html.escape(letter)}</span>" for letter in BODY) + "</div>",
        Kind.TEXT,
    ),
    "words apart": ("<div>" + "".join(f"<b class=w>{w}</b><i></i>" for w in BODY.split()) + "</div>", Kind.TEXT),
    "comments in words": (f"<div>{BODY.replace('e', 'e<!-- x -->')}</div>", Kind.TEXT),
    "scripts between words": (f"<div>{BODY.replace(' ', ' <script>ad()</script>')}</div>", Kind.TEXT),
    "words in divs": ("".join(f"<div>{word}</div>" for word in BODY.split()), Kind.TEXT),
    "backwards": (f'<bdo dir="rtl">{BODY[::-1]}</bdo>', Kind.TEXT),
    "rot13": (f"<div>{codecs.encode(BODY, 'rot13')}</div>", Kind.TEXT),
    "base64": (f"<div>{base64.b64encode(BODY.encode()).decode()}</div>", Kind.TEXT),
    "soft hyphens": (f"<div>{'&shy;'.join(BODY)}</div>", Kind.TEXT),
    "svg": (f"<svg><title>{ONE}</title><desc>{ONE}</desc><text><tspan>{ONE}</tspan></text></svg>", Kind.TEXT),
    "cdata": (f"<svg><![CDATA[{PARAGRAPHS[0]}]]></svg>", Kind.TEXT),
    "textarea": (f"<textarea>{ONE}</textarea>", Kind.TEXT),
    "option": (f"<select><option>{ONE}</option><option>Other</option></select>", Kind.TEXT),
    "table": (f"<table><tr><td>{ONE}</td><td>Tides</td></tr></table>", Kind.TEXT),
    "iframe": (f"<iframe>{ALL}</iframe>", Kind.TEXT),
    "xmp": (f"<xmp>{ALL}</xmp>", Kind.TEXT),
    "object": (
        f'<object data="data:text/html;base64,{base64.b64encode(ALL.encode()).decode()}"></object>',
        Kind.ATTRIBUTE,
    ),
    "element name": ("<the-café-on-the-quay-closed-its-doors-for-good-naïve-visitors>x", Kind.RESIDUE),
    "unknown element": (f"<x-story>{ONE}</x-story>", Kind.TEXT),
}


@pytest.mark.parametrize("place", PLACES)
def test_takes_the_text_out_of_each_place(place: str) -> None:
    """Wherever the withheld text stands a second time, it goes, with nothing honest."""
    markup, kind = PLACES[place]
    outcome = swept(page(body=markup))
    assert_clean(outcome)
    kinds = {finding.kind for finding in outcome.findings}
    assert kind in kinds
    assert kind is Kind.RESIDUE or Kind.RESIDUE not in kinds


@pytest.mark.parametrize("place", PLACES)
def test_takes_the_text_out_of_the_article_itself(place: str) -> None:
    """Beside the preview, in the article's own element, too; the preview and the wall's place stay."""
    assert_clean(swept(page(inside=PLACES[place][0])))


@given(places=st.lists(st.sampled_from(sorted(PLACES)), min_size=2, max_size=6), head=st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_mixture_of_places_leaves_a_run(places: list[str], head: bool) -> None:
    """However many second copies a page has, none is left."""
    markup = "".join(PLACES[place][0] for place in places)
    outcome = swept(page(head=markup) if head else page(body=markup))
    assert not Withheld(BODY, f"{HEADLINE} {PREVIEW}").in_text(outcome.html)
    for script in LexborHTMLParser(outcome.html).css('script[type$="json"]'):
        json.loads(script.text())


def test_a_clean_page_is_left_as_it_is() -> None:
    """Where nothing is found, nothing is changed."""
    outcome = swept(page())
    assert outcome.findings == ()
    assert outcome.html == LexborHTMLParser(page(), scripting=True).html


def test_a_json_script_keeps_its_other_fields() -> None:
    """Fields of prose go and other strings that hold the text are emptied; the rest of the JSON stays."""
    value = {
        "@type": "NewsArticle",
        "headline": HEADLINE,
        "articleBody": BODY,
        "description": PARAGRAPHS[1],
        "wordCount": 812,
        "video": {"name": "Tides </script>", "note": BODY},
        "keywords": ["tide", "harbour", PARAGRAPHS[2]],
    }
    markup = json.dumps(value).replace("</", "<\\/")
    outcome = swept(page(head=f'<script type="application/ld+json">{markup}</script>'))
    (script,) = [s for s in LexborHTMLParser(outcome.html).css("script") if "NewsArticle" in s.text()]
    assert json.loads(script.text()) == {
        "@type": "NewsArticle",
        "headline": HEADLINE,
        "wordCount": 812,
        "video": {"name": "Tides </script>", "note": ""},
        "keywords": ["tide", "harbour", ""],
    }


def test_a_style_sheet_keeps_its_other_rules() -> None:
    """Only the rule that holds the text goes."""
    style = f'@media print {{ .a {{ color: red }} .b::after {{ content: "{PARAGRAPHS[0]}" }} }} .c {{ margin: 0 }}'
    outcome = swept(page(head=f"<style>{style}</style>"))
    assert "<style>@media print { .a { color: red } } .c { margin: 0 }</style>" in outcome.html.replace("}  }", "} }")


def test_attributes_of_what_is_kept_go_and_its_text_stays() -> None:
    """The preview may carry the whole text in an attribute: that goes."""
    markup = page().replace('<p id="preview">', f'<p id="preview" data-full="{html.escape(BODY)}">')
    outcome = swept(markup.replace("<html", f'<html data-state="{html.escape(json.dumps(BODY))}"'))
    assert_clean(outcome)
    assert [finding.where for finding in outcome.findings] == [
        "html[data-state]",
        "main > article.story > p#preview[data-full]",
    ]


def test_text_beside_the_preview_goes_without_it() -> None:
    """Bare text next to what is kept goes by itself: what is around it holds the preview."""
    outcome = swept(
        page().replace("</main>", f"{ONE}</main>").replace("<wall-mark></wall-mark>", f"<wall-mark></wall-mark>{ONE}")
    )
    assert_clean(outcome)


def test_text_in_one_line_with_the_preview_goes_without_it() -> None:
    """Where the preview ends in the middle of a paragraph, only what follows in that paragraph goes."""
    markup = page().replace("</main>", f'<p>It is so: <span id="preview">{PREVIEW}</span> {ONE}</p></main>')
    outcome = swept(markup)
    assert f'<p>It is so: <span id="preview">{PREVIEW}</span></p>' in outcome.html


def test_what_is_kept_stays_whatever_it_says() -> None:
    """The caller decides what is kept: the sweep never touches its text, and leaves the verdict to the caller."""
    outcome = swept(page().replace(PREVIEW, f"{PREVIEW} {ONE}"))
    assert f"{PREVIEW} {html.unescape(ONE)}" in outcome.html


def test_names_in_names_go_one_after_the_other() -> None:
    """What one round uncovers the next one takes out; what the elements hold stays."""
    name = "the-café-on-the-quay-closed-its-doors-for-good-naïve-visitors"
    outcome = swept(page(body=f"<{name}><b>Tides</b><{name}>Ferries</{name}></{name}>"))
    assert_clean(outcome)
    assert "<b>Tides</b>Ferries" in outcome.html


def test_a_list_of_words_in_json_leaves_the_other_fields() -> None:
    """Where only several strings together say the text, those are emptied."""
    value = {"id": 7, "tags": ["tides"], "words": BODY.split(), "parts": [{"t": w, "id": "x"} for w in BODY.split()]}
    outcome = swept(page(head=f'<script type="application/json">{json.dumps(value)}</script>'))
    (script,) = [s for s in LexborHTMLParser(outcome.html).css("script") if '"id": 7' in s.text()]
    left = json.loads(script.text())
    assert (left["id"], left["tags"]) == (7, ["tides"])
    assert set(left["words"]) == {""}


def test_a_menu_keeps_its_other_links() -> None:
    """Of a row of links only the one that says the text goes."""
    outcome = swept(
        page(body=f'<nav id="more"><a href="/a">Tides</a> <a href="/b">{ONE}</a> <a href="/c">Ferries</a></nav>')
    )
    assert_clean(outcome)
    assert ">Tides</a>" in outcome.html
    assert ">Ferries</a>" in outcome.html


def test_templates_may_nest_without_end() -> None:
    """Depth is no way to hide, nor to break the sweep."""
    outcome = swept(page(body="<template>" * 400 + ALL + "</template>" * 400))
    assert_clean(outcome)


def test_neighbours_of_what_goes_stay() -> None:
    """A heading that happens to begin with the letters of the next withheld word stays, and so does a meta beside."""
    markup = page(
        head=f'<meta name="description" content="{ONE}"><meta name="mood" content="We">',
        body=f"<section><h3>{ONE}</h3><h3>W</h3><h3>Wem</h3></section>",
    )
    outcome = swept(markup)
    assert_clean(outcome)
    assert '<meta name="mood" content="We">' in outcome.html
    assert "<section><h3>W</h3><h3>Wem</h3></section>" in outcome.html


def test_a_quotation_leaves_no_empty_frame() -> None:
    """When all of a quotation goes, so does the element around it."""
    outcome = swept(page(body=f"<figure class=pull><blockquote><p>{PARAGRAPHS[1]}</p></blockquote></figure>"))
    assert "blockquote" not in outcome.html
    assert "pull" not in outcome.html


def test_seven_words_may_stay() -> None:
    """Less than a run is no finding."""
    outcome = swept(page(body="<p>The café on the quay closed its</p>"))
    assert outcome.findings == ()


def test_a_finding_says_what_where_and_how_much() -> None:
    """For the log and for explain: the kind of place, the path to it, the words of the run."""
    outcome = swept(page(body=f'<section id="more"><p class="copy other">{ONE}</p></section>'))
    assert outcome.findings == (Finding(Kind.TEXT, "body > section#more > p.copy", 23),)


def test_only_scripts_and_page_state_count_as_state() -> None:
    """What hydrates a page reads state and scripts; the rest does not concern it."""
    assert held_state(swept(page(body=PLACES["script"][0])).findings)
    assert held_state(swept(page(body=PLACES["state in JSON"][0])).findings)
    assert not held_state(swept(page(body=PLACES["structured data"][0] + PLACES["meta"][0])).findings)
