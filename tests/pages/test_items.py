"""The items of feeds and JSON answers."""

from __future__ import annotations

import pytest

from pennypress.pages.items import bare_json, bare_xml

TOLD = "Nothing of what happened on the quay is told here, only that the weather was fair."


def test_a_page_has_no_items() -> None:
    page = f'<html><body><article><link itemprop="url" href="/news/a"/><p>{TOLD}</p></article></body></html>'
    assert bare_xml(page, lambda link: True) == (page, ())


def test_an_item_that_follows_one_without_an_end_is_found() -> None:
    feed = f"<x><item><entry><link>/news/a</link><text>{TOLD}</text></entry></x>"
    assert bare_xml(feed, lambda link: True)[1] == ("/news/a",)


@pytest.mark.parametrize("opening", ["[", '{"a": '])
def test_what_lies_very_deep_is_made_bare_as_well(opening: str) -> None:
    json_text = f'{opening * 200}{{"url": "/news/a", "text": "{TOLD}"}}'
    assert TOLD not in bare_json(json_text, lambda link: True)[0]
