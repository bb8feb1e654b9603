"""How long it takes to look for the withheld text in a page, and to sweep it out: processor time, best of five.

Run as ``python benchmarks/withheld_text.py``.
"""

from __future__ import annotations

import base64
import html
import json
import random
import time
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser

from pennypress.pages.sweep import sweep
from pennypress.pages.withheld import Withheld

_SYLLABLES = (
    "ba",
    "be",
    "do",
    "fa",
    "fi",
    "go",
    "ha",
    "ko",
    "la",
    "li",
    "me",
    "na",
    "pa",
    "re",
    "sa",
    "ti",
    "vo",
    "yo",
)


def sentence(chance: random.Random, count: int) -> str:
    """So many made words."""
    return " ".join("".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(count))


def page(chance: random.Random, size: int, copies: str) -> str:
    """A page of about ``size`` characters of the usual mixture: markup, state, packed data and prose elsewhere."""
    parts = [f"<!doctype html><html><head><title>News</title>{copies}</head><body><article><p>Preview.</p></article>"]
    while sum(map(len, parts)) < size:
        state = {
            "id": chance.randint(1, 10**9),
            "text": sentence(chance, 60),
            "url": "https:\\/\\/example.com\\/a?b=%20c",
        }
        packed = base64.b64encode(chance.randbytes(900)).decode()
        data = html.escape(json.dumps(state))
        links = [
            f'<li><a href="/news/{sentence(chance, 6).replace(" ", "-")}">{sentence(chance, 6)}</a></li>'
            for _ in range(12)
        ]
        parts.append(
            f'<section class="card card--wide" data-state="{data}"><h2>{sentence(chance, 8)}</h2>'
            f'<p>{sentence(chance, 90)} &amp; caf&eacute;</p><img src="data:image/png;base64,{packed}" alt="">'
            f"<script>window.cards.push({json.dumps(state)})</script><ul>{''.join(links)}</ul></section>"
        )
    return "".join(parts) + "</body></html>"


def _best(task: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times) * 1000


def main() -> None:
    """Print the figures."""
    chance = random.Random(2)
    body = sentence(chance, 900)
    copies = (
        f'<script type="application/ld+json">{json.dumps({"articleBody": body})}</script>'
        f'<meta name="description" content="{body[:300]}">'
        f"<script>window.__STATE__={json.dumps({'body': body})}</script>"
    )
    print(f"withheld: 900 words, laid out in {_best(lambda: Withheld(body, 'Preview.')):.1f} ms")
    for size in (150_000, 2_000_000):
        clean, held = page(chance, size, ""), page(chance, size, copies)

        def look(text: str = clean) -> bool:
            return Withheld(body, "Preview.").in_text(text)

        def clear(text: str = held) -> object:
            tree = LexborHTMLParser(text, scripting=True)
            return sweep(tree, Withheld(body, "Preview."), tree.css("article p"))

        print(f"{size // 1000} kB: a clean page looked at in {_best(look):.0f} ms")
        print(f"{size // 1000} kB: one with three copies of the text swept in {_best(clear):.0f} ms")


if __name__ == "__main__":
    main()
