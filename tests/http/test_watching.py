"""Text looked at as it streams: in the charset that its beginning settles, wherever the pieces are cut."""

from __future__ import annotations

import json

import pytest

from pennypress.http.watching import Watch
from pennypress.pages.withheld import Withheld

TEXT = (
    "Кран на набережной старше ратуши, и большинство тех, кто здесь живёт, скажут, что он ещё и безобразнее. "
    "Начальник порта сказал нам во вторник, что весь он будет разобран ещё до наступления зимы."
)
FILLED = "<i>x</i>" * 900
BODIES: dict[str, tuple[str, bytes]] = {
    "a feed in the charset of its declaration": (
        "text/xml",
        f'<?xml version="1.0" encoding="windows-1251"?><d>{FILLED}<t>{TEXT}</t></d>'.encode("cp1251"),
    ),
    "a page in the charset of its meta": (
        "text/html",
        f'<html><head><meta charset="koi8-r"></head><body>{FILLED}<p>{TEXT}</p></body></html>'.encode("koi8-r"),
    ),
    "a style sheet in the charset of its first line": (
        "text/css",
        f'@charset "windows-1251";{"a{color:red}" * 600}p::after{{content:"{TEXT}"}}'.encode("cp1251"),
    ),
    "JSON with a mark of UTF-16": (
        "application/json",
        json.dumps({"pad": "x" * 6_000, "t": TEXT}, ensure_ascii=False).encode("utf-16"),
    ),
    "mere text with a mark of UTF-16": ("text/plain", (FILLED + TEXT).encode("utf-16")),
    "UTF-16 without a mark": ("text/plain", (FILLED + TEXT).encode("utf-16-be")),
    "the charset of the type": ("text/plain; charset=windows-1251", (FILLED + TEXT).encode("cp1251")),
    "UTF-8 that calls itself something else": ("text/plain; charset=windows-1251", (FILLED + TEXT).encode()),
    "UTF-8": ("text/plain", (FILLED + TEXT).encode()),
}


async def sent(content_type: str, body: bytes, size: int, text: str) -> bytes:
    """What goes out of a body that comes in pieces of a size."""
    withheld = Withheld(text, "")
    out = b""

    async def clean(window: str) -> bool:
        return not withheld.in_text(window)

    watch = Watch(clean, "", content_type, personal=False)
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        if not await watch.passes(piece):
            break
        out += piece
    return out


@pytest.mark.parametrize("size", [333, 5_001, 1_000_000])
@pytest.mark.parametrize("form", BODIES)
async def test_a_stream_is_read_in_the_charset_that_its_beginning_tells(form: str, size: int) -> None:
    content_type, body = BODIES[form]
    assert len(await sent(content_type, body, size, TEXT)) < len(body) - 100


@pytest.mark.parametrize("size", [777])
@pytest.mark.parametrize("form", BODIES)
async def test_a_stream_without_the_text_passes_to_its_end(form: str, size: int) -> None:
    content_type, body = BODIES[form]
    assert await sent(content_type, body, size, "Somebody else wrote these eight words on another day.") == body
