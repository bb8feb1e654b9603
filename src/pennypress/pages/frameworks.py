"""The frameworks that hydrate a page in the browser: by what they are known, and which scripts are theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

_BUNDLED = (
    r"(?:^|/)(?:main|app|application|bundle|index|client|entry|vendors?|runtime|framework|polyfills?|chunk|commons?)"
    r"(?:[.~-][\w.~-]*)?\.m?js"
)


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework: selectors and comments of what it rendered, patterns of its inline code and of its bundles.

    ``own`` is None where its bundles have no path of their own.
    """

    name: str
    rendered: str = ""
    comments: frozenset[str] = frozenset()
    inline: re.Pattern[str] | None = None
    own: re.Pattern[str] | None = None
    state: str = ""


def _framework(
    name: str, *, rendered: str = "", comments: str = "", inline: str = "", own: str = "", state: str = ""
) -> Framework:
    return Framework(
        name,
        rendered,
        frozenset(comments.split()),
        re.compile(inline) if inline else None,
        re.compile(own) if own else None,
        state,
    )


FRAMEWORKS = (
    _framework(
        "Next",
        rendered="#__next, #__NEXT_DATA__, next-route-announcer",
        inline=r"__next_f|__next_s|__NEXT_DATA__|__next_require__",
        own=r"/_next/",
        state="#__NEXT_DATA__",
    ),
    _framework(
        "Nuxt",
        rendered="#__nuxt, #__layout, #__NUXT_DATA__",
        inline=r"__NUXT__|__NUXT_DATA__|\$nuxt\b",
        own=r"/_nuxt/",
        state="#__NUXT_DATA__, script[data-nuxt-data]",
    ),
    _framework(
        "Gatsby",
        rendered="#___gatsby",
        inline=r"___gatsby|window\.pagePath|___chunkMapping|___webpackCompilationHash",
        own=r"/(?:webpack-runtime|framework|app|polyfill|commons|component---[\w-]+|[0-9a-f]{8,})-[0-9a-f]{16,}\.js",
    ),
    _framework(
        "Remix",
        inline=r"__remix(?:Context|Manifest|RouteModules)|__reactRouter(?:Context|Manifest|RouteModules|DataRouter)",
        own=r"/(?:build|assets)/(?:_shared/|_assets/|routes/|manifest-|root-|entry\.client|jsx-runtime|components-|chunk-)",
    ),
    _framework(
        "React",
        rendered="[data-reactroot], [data-reactid], [data-react-checksum], [data-react-class], [data-react-helmet]",
        comments="$ /$ $? $! $~ react-text /react-text",
        inline=r"\bhydrateRoot\b|ReactDOM(?:Client)?\.(?:hydrate|render|createRoot)|\$RC\(|\$RX\(",
    ),
    _framework(
        "Vue",
        rendered="[data-server-rendered], [data-v-app]",
        comments="[ ] ssr-outlet app-html",
        inline=r"\bcreateSSRApp\b|\bcreateApp\(|new Vue\(",
    ),
    _framework(
        "Angular",
        rendered="[ng-version], [ng-server-context], [ngh], #ng-state, #serverApp-state, app-root",
        comments="ngetn ngtns nghm",
        inline=r"\b__jsaction_contract\b|ng-event-dispatch-contract",
        own=r"(?:^|/)(?:main|polyfills|runtime|scripts|vendor|styles|chunk|common|\d+)(?:-es\d+)?[.-][\w-]{6,}\.m?js",
        state='#ng-state, #serverApp-state, script[id$="-state"][type$="json"], #ng-event-dispatch-contract',
    ),
    _framework(
        "SvelteKit",
        rendered="[data-sveltekit-hydrate], [data-sveltekit-preload-data], [data-sveltekit-preload-code], "
        "script[data-sveltekit-fetched]",
        inline=r"__sveltekit_|/_app/immutable/",
        own=r"/_app/",
        state="script[data-sveltekit-fetched]",
    ),
    _framework(
        "Svelte",
        rendered="[data-svelte-h]",
        comments="[! [-1 [?",
    ),
    _framework("Astro", rendered="astro-island", inline=r"astro-island|astro:hydrate|self\.Astro\b", own=r"/_astro/"),
    _framework(
        "Qwik",
        rendered=r"[q\:container]",
        inline=r"\bqwik|q:container|_qwikEv",
        own=r"/build/q-[\w-]+\.js",
        state='script[type="qwik/json"], script[type="qwik/vnode"], script[type="qwik/state"]',
    ),
    _framework("Solid", rendered="[data-hk]", inline=r"_\$HY\b", own=r"/_build/"),
    _framework("Fresh", inline=r"__FRSH_STATE|/_frsh/|/_fresh/", own=r"/_fr(?:e)?sh/", state='[id^="__FRSH_STATE"]'),
    _framework("Lit", comments="lit-part /lit-part", inline=r"lit-element-hydrate-support"),
    _framework(
        "Ember",
        rendered='script[type="fastboot/shoebox"]',
        own=r"/assets/(?:vendor|chunk\.[\w.]+|[\w-]+)-[0-9a-f]{20,}\.js",
        state='script[type="fastboot/shoebox"]',
    ),
    _framework(
        "Fusion",
        rendered="#fusion-app",
        inline=r"window\.Fusion\b|\bFusion\.(?:globalContent|contentCache)",
        own=r"/pf/dist/",
    ),
)
"""Every framework that is looked for, the particular before the general."""

STATE_IN_WINDOW = re.compile(
    r"""(?:window|self|globalThis)(?:\.|\[["'])(?:__[A-Za-z]\w*|\w*(?:INITIAL|PRELOADED|APOLLO|HYDRAT)\w*)(?:["']\])?"""
    r"""\s*=\s*(?:[{\["']|JSON\.parse|\(?\(?function|\(\()"""
    r"""|__(?:INITIAL|PRELOADED|APOLLO|REDUX|RELAY|SSR|SERVER|APP|PAGE|DATA|STATE|CONTEXT|URQL)_?\w*__\s*=(?!=)"""
)
"""Inline code that puts a page's state into the window under a name of the customary kind."""

BUNDLE = re.compile(_BUNDLED)
"""The customary names of a site's bundles."""

MOUNTED = "#root, #react-root, #app, #app-root, #application, #vue-app, #svelte, #react-app, #main-app, [data-app-root]"
"""The customary elements in which an application is mounted."""


def hydrating(tree: LexborHTMLParser) -> tuple[str, ...]:
    """The names of the frameworks that hydrate a page, by what it shows; to be asked of it before the cut."""
    comments = _comments(tree)
    inline = "\n".join(script.text() for script in tree.css("script:not([src])"))
    return tuple(
        framework.name
        for framework in FRAMEWORKS
        if (framework.rendered and tree.css_first(framework.rendered) is not None)
        or not framework.comments.isdisjoint(comments)
        or (framework.inline is not None and framework.inline.search(inline))
    )


def _comments(tree: LexborHTMLParser) -> frozenset[str]:
    return frozenset(_short_comments(tree))


def _short_comments(tree: LexborHTMLParser) -> Iterator[str]:
    root = tree.root
    for node in root.traverse(include_text=False) if root is not None else ():
        if node.is_comment_node:
            words = (node.comment_content or "").split(maxsplit=1)
            if words and len(words[0]) < 16:
                yield words[0]
