"""What each target begins with: a few inputs of every sort that it should know, made here."""

from __future__ import annotations

import base64
import json
from html import escape

from fuzz.laws import GENUINE, READER, SHOWN, WITHHELD
from pennypress.readers.keys import Keys
from pennypress.readers.pass_ import Passes


def canonical_form() -> list[str]:
    """Addresses, links, and games with both."""
    return [
        "/news/a?utm_source=x&id=1",
        "/news/a;x=1/../b/%2e%2E/c",
        "/news%2fa%252Fb%5c%25252e",
        "//news\\a/./",
        "/NEWS/%C3%A9%ff%c0%af",
        "https://www.paper.test:443/news/a?p=2",
        "//paper.test/news/caf\xe9",
        "/news/a/page/2",
        "/news/a/2?page=3&_ga=1;id=2",
    ]


def cookie() -> list[str]:
    """Passes of ours and what is like them."""
    given = []
    for secure in (True, False):
        passes = Passes(Keys((b"k" * 32,)), secure=secure)
        value = passes.set_cookie(GENUINE).decode().partition(";")[0]
        device = passes.set_device_cookie(GENUINE).decode().partition(";")[0]
        given += [f"a=b; {value}; c=d", f'{device},{value}\n"{value}"', value.replace("=", ' = "') + '"', f"={value}"]
    return [
        *given,
        "pennypress=" + "A" * 43,
        "pennypress; pennypress=;\x00pennypress\xa0=x",
        "__Host-pennypress-account=x",
    ]


def forwarded_for() -> list[str]:
    """Lists of addresses as proxies write them."""
    return [
        f"1.1.1.1, {READER}",
        f"[2001:db8::1]:4711, {READER}:80\n10.0.0.1",
        "::ffff:10.0.0.1, fe80::1%eth0",
        '"[::1]", unknown, _hidden, 010.1.1.1',
        ",".join(["10.0.0.1"] * 60),
        "\xff, \t1.2.3.4 \n\n,",
    ]


def html_cutter() -> list[str]:
    """Pages as newspapers build them, and as nobody should."""
    return [page.replace("{body}", _paragraphs()) for page in _PAGES]


def guard() -> list[str]:
    """Answers of every kind that hold withheld text; the first letter names the kind."""
    coded = base64.b64encode(WITHHELD.encode()).decode()
    link = "<link>http://paper.test/news/crane</link>"
    item = f"<item><title>x</title>{link}<description>{escape(WITHHELD)}</description></item>"
    return [
        "\x00<html><body><p>" + WITHHELD + '</p><p title="' + WITHHELD + '">x</p><!--' + WITHHELD + "--></body></html>",
        "\x01" + json.dumps({"link": "/news/crane", "content": f"<p>{SHOWN}</p><p>{WITHHELD}</p>", "more": [WITHHELD]}),
        "\x01" + json.dumps({"a": coded, WITHHELD: 1}),
        f'\x02<?xml version="1.0"?><rss><channel>{item}</channel></rss>',
        f'\x02<feed><entry><link href="/news/crane"/><content><![CDATA[<p>{WITHHELD}</p>]]></content></entry></feed>',
        "\x03# The crane\n\n" + SHOWN + "\n\n" + WITHHELD + "\n",
        "\x04var text = '" + "".join(f"\\u{ord(char):04x}" for char in WITHHELD[:200]) + "';",
        "\x03WEBVTT\n\n00:01.000 --> 00:02.000\n" + WITHHELD,
    ]


SEEDS = {
    "canonical_form": canonical_form,
    "cookie": cookie,
    "forwarded_for": forwarded_for,
    "html_cutter": html_cutter,
    "guard": guard,
}
"""The seeds of each target, as text; a byte each letter."""

_PAGES = (
    "<!doctype html><html><head><title>The crane</title></head><body><main><article><h1>The crane</h1>{body}</article>"
    "</main><footer>The Paper</footer></body></html>",
    '<html><head><script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,"articleBody":'
    '"The harbour"}</script></head><body><div itemprop=articleBody>{body}<table><tr><td>x<td>y</table></div></body>',
    "<div class=a hidden><svg><p>{body}</svg><template>{body}</template><noscript>{body}</noscript></div>{body}",
    "<article>{body}<ul><li>one<li>two<ul><li>{body}</ul></ul><pre>\n{body}</pre><a href=/x>{body}</a></article>",
    "<body>{body}<select><option>{body}</select><textarea>{body}</textarea><plaintext>{body}",
    "<article><p>" + "word " * 300 + "</p></article>",
)


def _paragraphs() -> str:
    return "".join(
        f"<p>Paragraph {number} of the report says that alder{number} and birch{number} stood by the old quay, "
        f"where cedar{number} grew before elm{number}, and <b>fir{number}</b> hides what no hazel{number} tells.</p>"
        for number in range(1, 7)
    )
