"""What would hydrate a cut page is left out of it; other scripts stay."""

from __future__ import annotations

from typing import Literal

import pytest
from selectolax.lexbor import LexborHTMLParser

from pennypress.pages.frameworks import hydrating
from pennypress.pages.scripts import ScriptFate, drop_hydration

OTHERS = (
    '<script async src="https://www.example-ads.net/tag/js/gpt.js"></script>'
    '<script src="https://consent.example-cmp.org/main.js"></script>'
    "<script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments)}</script>"
    "<script>window.__tcfapi = window.__tcfapi || function () {};</script>"
    '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    "<script>document.querySelector('.menu').onclick = toggle</script>"
)
CANONICAL = '<link rel="canonical" href="https://www.paper.example/news/wall">'
ARTICLE = "<article><h1>The harbour wall</h1><p>It moved.</p></article>"

PAGES: dict[str, tuple[str, str, str]] = {
    "Next": (
        f'<div id="__next">{ARTICLE}</div>',
        '<script id="__NEXT_DATA__" type="application/json">{"props": {}}</script>'
        '<script defer src="/_next/static/chunks/main-0f1e2d3c.js"></script>'
        '<script src="https://cdn.paper-assets.net/_next/static/b1/_buildManifest.js"></script>',
        '<script src="/js/weather.js"></script>',
    ),
    "Next's app router": (
        ARTICLE,
        '<script>(self.__next_f=self.__next_f||[]).push([0])</script><script>self.__next_f.push([1,"x"])</script>'
        '<script src="/_next/static/chunks/app/page-77aa.js" async></script>',
        "",
    ),
    "Nuxt": (
        f'<div id="__nuxt">{ARTICLE}</div>',
        '<script>window.__NUXT__={config:{}}</script><script type="module" src="/_nuxt/entry.abcd1234.js"></script>'
        '<script type="application/json" data-nuxt-data="nuxt-app" id="__NUXT_DATA__">[]</script>',
        "",
    ),
    "Gatsby": (
        f'<div id="___gatsby">{ARTICLE}</div>',
        "<script>window.pagePath='/news/wall';window.___webpackCompilationHash='1'</script>"
        '<script src="/app-0123456789abcdef0123.js"></script>',
        '<script src="/js/weather.js"></script>',
    ),
    "Remix": (
        ARTICLE,
        "<script>window.__remixContext = {state: {}}</script>"
        '<script type="module">import * as route0 from "/build/routes/news-A1.js"; go(route0)</script>'
        '<script type="module" src="/build/entry.client-ZZ12.js"></script>',
        "",
    ),
    "React": (
        f'<div id="root"><div data-reactroot="">{ARTICLE}</div></div>',
        '<script>window.__INITIAL_STATE__ = {"a": 1}</script><script src="/static/js/main.3f2a1b0c.js"></script>'
        '<script src="https://static.paper.example/vendor.js"></script>',
        "",
    ),
    "React's comments": (
        f'<div id="root"><!--$-->{ARTICLE}<!--/$--></div>',
        '<script type="module" src="/assets/index-BX12.js"></script>',
        "",
    ),
    "React from elsewhere": (
        f'<div id="root" data-reactroot="">{ARTICLE}</div>',
        '<script src="https://d1a2b3.cdnhost.net/build/main.9f8e7d6c5b.js"></script>',
        "",
    ),
    "React started inline": (
        f'<div id="story">{ARTICLE}</div>',
        "<script>ReactDOM.hydrateRoot(document.getElementById('story'), h(Story))</script>"
        '<script src="/dist/story.js"></script>',
        "",
    ),
    "Vue": (
        f'<div id="app" data-server-rendered="true">{ARTICLE}</div>',
        '<script>window.__INITIAL_STATE__={"a":1};(function(){var s;}());</script>'
        '<script src="/js/app.11aa22bb.js"></script>',
        "",
    ),
    "Vue's comments": (
        f'<div id="app"><!--[-->{ARTICLE}<!--]--></div>',
        '<script type="module" crossorigin src="/assets/index-DYc0.js"></script>',
        "",
    ),
    "an application without a sign": (
        f'<div id="app">{ARTICLE}</div>',
        '<script type="module" crossorigin src="/assets/index-DYc0.js"></script>',
        "",
    ),
    "Angular": (
        f'<app-root ng-version="17.0.1" ng-server-context="ssr">{ARTICLE}</app-root>',
        '<script id="ng-state" type="application/json">{"a": 1}</script>'
        '<script src="polyfills-RX4V3J3S.js" type="module"></script>'
        '<script src="main-ABCDEF12.js" type="module"></script>',
        "",
    ),
    "SvelteKit": (
        f'<div style="display: contents" data-sveltekit-preload-data="hover">{ARTICLE}</div>',
        "<script>{ __sveltekit_1a2b = {base: ''}; import('/_app/immutable/entry/start.A1.js') }</script>"
        '<script type="application/json" data-sveltekit-fetched data-url="/api">{}</script>',
        '<script src="/js/weather.js"></script>',
    ),
    "Astro": (
        f'<astro-island component-url="/_astro/Story.B2.js" client="load">{ARTICLE}</astro-island>',
        "<script>(()=>{customElements.define('astro-island',class extends HTMLElement{})})()</script>"
        '<script type="module" src="/_astro/hoisted.C3.js"></script>',
        '<script src="/js/weather.js"></script>',
    ),
    "Qwik": (
        f'<div q:container="paused" q:base="/build/">{ARTICLE}</div>',
        '<script type="qwik/json">{}</script><script id="qwikloader">/* qwik */</script>',
        "",
    ),
}


def page(body: str) -> str:
    return f"<!doctype html><html><head>{CANONICAL}</head><body>{body}{OTHERS}</body></html>"


def fates(
    markup: str, *, mode: Literal["auto", "keep", "drop"] = "auto", state_held_text: bool = False
) -> tuple[tuple[ScriptFate, ...], LexborHTMLParser]:
    tree = LexborHTMLParser(markup, scripting=True)
    return drop_hydration(tree, hydrating(tree), mode=mode, state_held_text=state_held_text), tree


def scripts_of(markup: str) -> list[str | None]:
    return [node.html for node in LexborHTMLParser(markup, scripting=True).css("script")]


@pytest.mark.parametrize("name", PAGES)
def test_what_hydrates_goes_and_the_others_stay(name: str) -> None:
    """Of each framework the bundles, the bootstraps and the state go; advertisements, consent and menus stay."""
    body, hydrates, others = PAGES[name]
    outcome, tree = fates(page(body + hydrates + others))
    assert [node.html for node in tree.css("script")] == scripts_of(page(body + others))
    assert sum(not fate.kept for fate in outcome) == len(scripts_of(hydrates))
    assert ARTICLE in (tree.html or "")


@pytest.mark.parametrize("body", [ARTICLE, f'<div id="main">{ARTICLE}</div>', f'<div id="app">{ARTICLE}</div>'])
def test_a_page_that_nothing_hydrates_keeps_every_script(body: str) -> None:
    """Ordinary pages keep their scripts, the site's own too."""
    markup = page(f'{body}<script src="/js/jquery.min.js"></script><script src="/js/menu.js"></script>')
    outcome, tree = fates(markup)
    assert all(fate.kept for fate in outcome)
    assert [node.html for node in tree.css("script")] == scripts_of(markup)


def test_where_state_held_the_text_the_sites_own_bundles_go() -> None:
    """Page state that held the text feeds some application, by whatever name: the site's bundles go, libraries stay."""
    library = '<script src="/wp-includes/js/jquery/jquery.min.js"></script>'
    own = '<script src="/static/paper.js"></script><script type="module" src="https://img.paper.example/x.js"></script>'
    outcome, tree = fates(page(ARTICLE + library + own), state_held_text=True)
    assert [node.html for node in tree.css("script")] == scripts_of(page(ARTICLE + library))
    assert [fate.script for fate in outcome if not fate.kept] == ["/static/paper.js", "https://img.paper.example/x.js"]


def test_preloads_go_with_their_scripts() -> None:
    """Nothing is fetched in advance that is no longer run; other preloads stay."""
    markup = page(
        '<link rel="modulepreload" href="/_nuxt/a.js"><link rel="preload" as="script" href="/_nuxt/b.js">'
        '<link rel="preload" as="font" href="/_nuxt/c.woff2">'
        '<link rel="preload" as="script" href="https://ads.example.net/t.js">'
        f'<div id="__nuxt">{ARTICLE}</div><script type="module" src="/_nuxt/a.js"></script>'
    )
    _, tree = fates(markup)
    assert [link.attributes["href"] for link in tree.css('link:not([rel="canonical"])')] == [
        "/_nuxt/c.woff2",
        "https://ads.example.net/t.js",
    ]


def test_keep_leaves_every_script() -> None:
    """The operator may say that the scripts do no harm."""
    markup = page("".join(PAGES["Next"]))
    outcome, tree = fates(markup, mode="keep", state_held_text=True)
    assert all(fate.kept for fate in outcome)
    assert [node.html for node in tree.css("script")] == scripts_of(markup)


def test_drop_leaves_no_script_that_runs() -> None:
    """The operator may say that none shall run; data stays."""
    _, tree = fates(page("".join(PAGES["Next"])), mode="drop")
    assert [node.attributes.get("type") for node in tree.css("script")] == ["application/json", "application/ld+json"]


def test_every_script_has_a_fate_with_a_reason() -> None:
    """explain shows each script, by its address or its beginning, and why it stays or goes."""
    outcome, _ = fates(page("".join(PAGES["Next"])))
    assert outcome[0] == ScriptFate('{"props": {}}', False, "state of Next")
    assert outcome[1] == ScriptFate("/_next/static/chunks/main-0f1e2d3c.js", False, "hydrates the page (Next)")
    assert outcome[-1] == ScriptFate(
        "document.querySelector('.menu').onclick = toggle", True, "is not what hydrates the page"
    )
    assert len(outcome) == len(scripts_of(page("".join(PAGES["Next"]))))
