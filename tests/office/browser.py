"""A reader's browser, without scripts: it asks the office, keeps its cookies, and fills in the forms on its pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode, urljoin, urlsplit

from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

HOST = "paper.test"
_MOST_REDIRECTS = 8
_ALL = "p, h1, h2, h3, h4, li, td, th, dt, dd, label, legend, a, button, span, div"


@dataclass(frozen=True)
class Page:
    """A page as it stands in the browser; ``url`` is its path with the query, ``trail`` those that led to it."""

    browser: Browser
    url: str
    status: int
    headers: dict[str, str]
    html: str
    trail: tuple[str, ...] = ()

    @property
    def tree(self) -> LexborHTMLParser:
        """The page's nodes."""
        return LexborHTMLParser(self.html)

    @property
    def text(self) -> str:
        """What the page says, in words with one space between."""
        body = self.tree.body
        return "" if body is None else " ".join(body.text(separator=" ").split())

    @property
    def heading(self) -> str:
        """The page's first heading."""
        node = self.tree.css_first("h1")
        return "" if node is None else " ".join(node.text().split())

    def follow(self, words: str) -> Page:
        """Follow the link whose words hold these."""
        for link in self.tree.css("a[href]"):
            if words.casefold() in " ".join(link.text().split()).casefold():
                return self.browser.get(urljoin(self.url, link.attributes["href"] or ""), site="same-origin")
        raise AssertionError(f"no link says {words!r} on {self.url}: {self.text[:2000]}")

    def button(self, words: str) -> bool:
        """Whether a button with these words is there."""
        return any(words.casefold() in _words(button).casefold() for button in self.tree.css("form button"))

    def submit(self, fields: dict[str, Any] | None = None, *, button: str | None = None) -> Page:
        """Fill in the form that has the button of these words (else the last form of the page's main part) and send it.

        A field that the form does not have is a fault of the test, not of the reader.
        """
        form, pressed = self._form(button, set(fields or {}))
        values = _values(form)
        for name, value in (fields or {}).items():
            if not form.css(f'[name="{name}"]'):
                raise AssertionError(f"the form on {self.url} has no field {name!r}, but {sorted(values)}")
            values[name] = value
        if pressed is not None and pressed.attributes.get("name"):
            values[str(pressed.attributes["name"])] = pressed.attributes.get("value") or ""
        wanted = {name: value for name, value in values.items() if value is not None}
        override = None if pressed is None else pressed.attributes.get("formaction")
        target = urljoin(self.url, override or form.attributes.get("action") or self.url)
        if (form.attributes.get("method") or "get").lower() == "get":
            return self.browser.get(f"{target.partition('?')[0]}?{urlencode(wanted, doseq=True)}", site="same-origin")
        return self.browser.post(target, wanted)

    def _form(self, button: str | None, names: set[str]) -> tuple[LexborNode, LexborNode | None]:
        forms = self.tree.css("main form") or self.tree.css("form")
        for form in forms:
            for pressed in form.css("button"):
                if button is not None and button.casefold() in _words(pressed).casefold():
                    return form, pressed
        if button is None and forms:
            fitting = [form for form in forms if all(form.css(f'[name="{name}"]') for name in names)]
            chosen = (fitting or forms)[-1]
            return chosen, chosen.css_first("button")
        raise AssertionError(f"no button says {button!r} on {self.url}: {self.text[:2000]}")


class Browser:
    """One browser of one reader, asking the office alone; forged forms are refused as they are in the world."""

    def __init__(self, *, language: str = "en-GB", address: str = "203.0.113.9") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": language}, SERVER_NAME=HOST)
        self._address = address

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that are kept."""
        return {name: morsel.value for name, morsel in self.client.cookies.items() if morsel.value}

    def get(self, path: str, *, site: str = "none", follow: bool = True) -> Page:
        """Open an address; ``site`` is what ``Sec-Fetch-Site`` says."""
        return self._followed(path, self._ask("GET", path, {}, {"sec-fetch-site": site}), follow=follow)

    def post(self, path: str, values: dict[str, Any], *, site: str = "same-origin", follow: bool = True) -> Page:
        """Send a form."""
        fields = {"sec-fetch-site": site, "origin": f"http://{HOST}", "referer": f"http://{HOST}{path}"}
        return self._followed(path, self._ask("POST", path, values, fields), follow=follow)

    def _ask(self, method: str, path: str, values: dict[str, Any], headers: dict[str, str]) -> Page:
        asked = self.client.get if method == "GET" else self.client.post
        answer = asked(path, values or None, headers=headers, REMOTE_ADDR=self._address)
        return Page(self, path, answer.status_code, dict(answer.items()), _content(answer).decode("utf-8", "replace"))

    def _followed(self, path: str, page: Page, *, follow: bool) -> Page:
        trail: list[str] = []
        while follow and page.status in (301, 302, 303) and len(trail) < _MOST_REDIRECTS:
            parts = urlsplit(urljoin(path, page.headers["Location"]))
            trail.append(path)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc not in ("", HOST):
                return Page(self, page.headers["Location"], 0, {}, "", tuple(trail))
            page = self._ask("GET", path, {}, {"sec-fetch-site": "same-origin"})
        return replace(page, url=path, trail=tuple(trail))


def _content(answer: HttpResponseBase) -> bytes:
    if answer.streaming:
        return b"".join(cast("Iterable[bytes]", answer))
    return cast("HttpResponse", answer).content


def _words(node: LexborNode) -> str:
    return " ".join(node.text().split())


def _values(form: LexborNode) -> dict[str, Any]:
    """What the form would send if nothing were changed; None for boxes that are not ticked."""
    values: dict[str, Any] = {}
    for field in form.css("input[name], select[name], textarea[name]"):
        name, kind = str(field.attributes["name"]), field.attributes.get("type")
        if field.tag == "textarea":
            values[name] = field.text()
        elif field.tag == "select":
            chosen = field.css_first("option[selected]") or field.css_first("option")
            values[name] = None if chosen is None else chosen.attributes.get("value") or ""
        elif kind in ("checkbox", "radio"):
            is_on = "checked" in field.attributes
            values[name] = (field.attributes.get("value") or "on") if is_on else values.get(name)
        elif kind not in ("submit", "file"):
            values[name] = field.attributes.get("value") or ""
    return values
