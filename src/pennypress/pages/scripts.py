"""The scripts of a cut page: those that would hydrate it are left out, the others stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.pages.frameworks import BUNDLE, FRAMEWORKS, MOUNTED, STATE_IN_WINDOW, Framework, hydrating
from pennypress.pages.sweep import Kind, script_kind

_PRELOADS = 'link[rel~="modulepreload"], link[rel~="preload"][as="script"], link[rel~="prefetch"][as="script"]'
_OWN_ADDRESS = ('link[rel="canonical"]', 'meta[property="og:url"]', "base")
_LIBRARIES = re.compile(
    r"/wp-includes/|/wp-content/(?:plugins|mu-plugins)/|/core/(?:misc|assets)/|jquery|/sites/", re.IGNORECASE
)
_HASHED = re.compile(r"[.~_-](?=[0-9A-Za-z]*\d)[0-9A-Za-z]{8,}\.m?js|/[0-9a-f]{8,}/")
_IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""")
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ScriptFate:
    """One script of a page (its address, or how it begins), whether it stays in the cut page, and why."""

    script: str
    kept: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Script:
    """A script element as far as its fate depends on it. ``address`` is empty for inline ones."""

    node: LexborNode
    kind: Kind
    address: str
    text: str
    module: bool


def drop_hydration(
    tree: LexborHTMLParser,
    frameworks: Sequence[str],
    *,
    mode: Literal["auto", "keep", "drop"],
    state_held_text: bool,
) -> tuple[ScriptFate, ...]:
    """Leave out of a cut page the scripts that would hydrate it, in place, and say of every script what became of it.

    ``frameworks`` are those that ``hydrating`` found in the whole page; ``state_held_text`` is whether the sweep took
    text out of a script or page state. By mode: "auto" leaves out what hydrates; "keep" nothing; "drop" all that runs.
    """
    scripts = [_read(node) for node in tree.css("script")]
    if mode == "keep":
        return tuple(_fate(script, None, "scripts are kept by configuration") for script in scripts)
    if mode == "drop":
        return _drop(tree, scripts, _runs, lambda _: True)
    hydration = _Hydration(tree, scripts, frameworks, state_held_text)
    if not hydration.by:
        return tuple(_fate(script, None, "nothing hydrates this page") for script in scripts)
    return _drop(tree, scripts, hydration.reason, hydration.is_its)


def is_hydrated(tree: LexborHTMLParser) -> bool:
    """Whether scripts hydrate a whole page."""
    scripts = [_read(node) for node in tree.css("script")]
    return bool(_Hydration(tree, scripts, hydrating(tree), state_held_text=False).by)


class _Hydration:
    """What hydrates a page, and which scripts belong to it."""

    def __init__(
        self, tree: LexborHTMLParser, scripts: list[_Script], frameworks: Sequence[str], state_held_text: bool
    ) -> None:
        self.found = [framework for framework in FRAMEWORKS if framework.name in frameworks]
        self.state = {node.mem_id for framework in self.found if framework.state for node in tree.css(framework.state)}
        self.site = _site(tree)
        loaded = [link.attributes.get("href") or "" for link in tree.css(_PRELOADS)]
        imported = [address for script in scripts for address in (script.address, *_IMPORTED.findall(script.text))]
        self.told_apart = any(self._owner(address) for address in (*imported, *loaded))
        mounted = tree.css_first(MOUNTED) is not None and any(self._is_bundle(script) for script in scripts)
        states = any(STATE_IN_WINDOW.search(script.text) for script in scripts if script.kind is Kind.SCRIPT)
        self.by = (
            self.found[0].name
            if self.found
            else "page state that held the text"
            if state_held_text
            else "an application mounted in the page"
            if mounted and (states or any(script.module for script in scripts))
            else ""
        )

    def reason(self, script: _Script) -> str | None:
        """Why a script goes; None when it stays."""
        if script.node.mem_id in self.state:
            return f"state of {self.by}"
        if script.kind is not Kind.SCRIPT:
            return None
        if not script.address:
            return self._inline_reason(script)
        if self.is_its(script.address) or (not self.told_apart and self._is_bundle(script)):
            return f"hydrates the page ({self.by})"
        return None

    def is_its(self, address: str) -> bool:
        """Whether an address is that of a bundle which hydrates the page."""
        if self.told_apart:
            return self._owner(address) is not None
        return self._is_of_site(address)

    def _inline_reason(self, script: _Script) -> str | None:
        if any(framework.inline and framework.inline.search(script.text) for framework in FRAMEWORKS):
            return f"starts or feeds {self.by}"
        if STATE_IN_WINDOW.search(script.text):
            return f"page state for {self.by}"
        if any(self.is_its(address) for address in _IMPORTED.findall(script.text)):
            return f"imports what hydrates the page ({self.by})"
        return None

    def _owner(self, address: str) -> Framework | None:
        if not address:
            return None
        path = _parts(address).path
        return next((framework for framework in self.found if framework.own and framework.own.search(path)), None)

    def _is_bundle(self, script: _Script) -> bool:
        """Whether an external script may be the site's application: its own, or by its name a bundle from elsewhere."""
        if script.kind is not Kind.SCRIPT or not script.address:
            return False
        path = _parts(script.address).path
        return self._is_of_site(script.address) or bool(BUNDLE.search(path) and _HASHED.search(path))

    def _is_of_site(self, address: str) -> bool:
        parts = _parts(address)
        ours = not parts.netloc or (bool(self.site) and _registrable(parts.hostname or "") == self.site)
        return ours and parts.scheme in ("", "http", "https") and not _LIBRARIES.search(parts.path)


def _drop(
    tree: LexborHTMLParser,
    scripts: list[_Script],
    reason: Callable[[_Script], str | None],
    is_its: Callable[[str], bool],
) -> tuple[ScriptFate, ...]:
    gone = set()
    fates = []
    for script in scripts:
        why = reason(script)
        fates.append(_fate(script, why, "is not what hydrates the page"))
        if why is not None:
            gone.add(script.address)
            script.node.remove()
    for link in tree.css(_PRELOADS):
        address = link.attributes.get("href") or ""
        if address in gone or is_its(address):
            link.remove()
    return tuple(fates)


def _runs(script: _Script) -> str | None:
    return "scripts are dropped by configuration" if script.kind is Kind.SCRIPT else None


def _fate(script: _Script, why: str | None, why_kept: str) -> ScriptFate:
    begin = " ".join(script.text[:300].split())[:_SHOWN]
    return ScriptFate(script.address[:_SHOWN] or begin or "(empty)", why is None, why or why_kept)


def _read(node: LexborNode) -> _Script:
    attributes = node.attributes
    address = (attributes.get("src") or attributes.get("href") or attributes.get("xlink:href") or "").strip()
    module = (attributes.get("type") or "").strip().lower() == "module"
    return _Script(node, script_kind(node), address, node.text(), module)


def _site(tree: LexborHTMLParser) -> str:
    """The registrable part of the page's own host, as it calls itself; empty when it does not."""
    for selector in _OWN_ADDRESS:
        node = tree.css_first(selector)
        if node is not None:
            host = _parts(node.attributes.get("href") or node.attributes.get("content") or "").hostname
            if host:
                return _registrable(host)
    return ""


def _parts(address: str) -> SplitResult:
    """The parts of an address; of one that is none, empty parts, as of the page's own."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _registrable(host: str) -> str:
    """The last two labels of a host's name; three where the second but last is short, as in co.uk or com.au."""
    labels = host.lower().rstrip(".").split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else labels[-2:])
