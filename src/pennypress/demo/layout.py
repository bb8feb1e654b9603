"""The pages of the demo newspaper as HTML: the front page, the sections, the stories."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_date

from pennypress.demo.almanac import CHART_PLACE, archive, state, tide_chart
from pennypress.demo.stories import Kind, Story, stories

NAME = "The Skerrow Lantern"
SECTIONS: Mapping[str, str] = {
    "news": "News",
    "business": "Business",
    "features": "Features",
    "sport": "Sport",
    "opinion": "Opinion",
    "live": "Live",
    "pictures": "Pictures",
    "obituaries": "Obituaries",
    "arabic": "بالعربية",
}

_UPDATE = re.compile(
    r'<section id="(\w+)"><h2><time datetime="([^"]+)">[^<]*</time>(.*?)</h2>(.*?)</section>', re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")
_WORDS = {
    "en-GB": {
        "by": "By",
        "next": "Next page",
        "back": "Previous page",
        "page": "Page",
        "more": "More from the Lantern",
    },
    "ar": {"by": "بقلم", "next": "الصفحة التالية", "back": "الصفحة السابقة", "page": "صفحة", "more": "المزيد"},
}


def front_page(site: str = "") -> str:
    """The front page: a lead, and every other story as a teaser. ``site`` is the scheme and host asked for."""
    lead, *rest = (story for story in stories() if story.kind is not Kind.LIVE)
    live = [story for story in stories() if story.kind is Kind.LIVE]
    strips = "".join(
        f'<p class="live-line"><a href="{story.path}"><b>Live, now closed</b> {_esc(story.title)}</a></p>'
        for story in live
    )
    main = (
        f'<h1 class="unseen">{NAME}: today’s paper</h1>{strips}'
        f'<div class="lead">{_teaser(lead, standfirst=True, eager=True)}</div>'
        f'<ul class="teasers">{"".join(f"<li>{_teaser(story, standfirst=True)}</li>" for story in rest)}</ul>'
    )
    return _page(NAME, main, site=site, path="/", structured={"@type": "WebPage", "name": NAME})


def section_page(section: str, site: str = "") -> str:
    """The list of the stories in one section. Raises KeyError where the paper has no such section."""
    name = SECTIONS[section]
    listed = [story for story in stories() if story.section == section]
    items = "".join(f"<li>{_teaser(story, standfirst=True)}</li>" for story in listed)
    main = f'<h1 class="section-name">{_esc(name)}</h1><ul class="teasers">{items}</ul>'
    structured = {"@type": "CollectionPage", "name": name, "hasPart": [_listed(story) for story in listed]}
    return _page(f"{name} – {NAME}", main, site=site, path=f"/{section}", current=section, structured=structured)


def story_page(story: Story, number: int = 1, site: str = "") -> str:
    """One page (from 1) of a story."""
    words = _WORDS[story.language]
    body = story.bodies[number - 1]
    extra = ""
    if story.kind is Kind.LONG:
        body = body.replace(CHART_PLACE, tide_chart())
        extra = archive(story.path) + state(story)
    picture = _lead_picture(story) if number == 1 and story.kind is not Kind.GALLERY else ""
    part = f' <span class="part">({words["page"]} {number})</span>' if number > 1 else ""
    main = (
        f'<article class="story {story.kind.value}">'
        f'<header><p class="kicker"><a href="/{story.section}">{_esc(SECTIONS[story.section])}</a></p>'
        f"<h1>{_esc(story.title)}{part}</h1>"
        f"{_standfirst(story)}"
        f'<p class="byline">{words["by"]} {_esc(story.author)} · '
        f'<time datetime="{story.published.isoformat()}">{_date(story.published, story.language)}</time></p></header>'
        f'{picture}<div class="story-body" itemprop="articleBody">\n{body}</div>'
        f"{_pages_nav(story, number)}</article>{_more(story)}"
    )
    return _page(
        f"{story.title} – {NAME}",
        main,
        site=site,
        path=story.path,
        current=story.section,
        language=story.language,
        direction=story.direction,
        head=_story_head(story, number, site),
        structured=_structured(story, number, site),
        foot=extra,
    )


def plain_page(path: str, title: str, body: str, site: str = "") -> str:
    """A page that is no story, such as the one on which one subscribes."""
    main = f'<div class="plain"><h1>{_esc(title)}</h1>{body}</div>'
    return _page(f"{title} – {NAME}", main, site=site, path=path, structured={"@type": "WebPage", "name": title})


def _page(
    title: str,
    main: str,
    *,
    site: str,
    path: str,
    structured: Mapping[str, Any],
    current: str = "",
    language: str = "en-GB",
    direction: str = "ltr",
    head: str = "",
    foot: str = "",
) -> str:
    of_paper = "" if language == "en-GB" else ' lang="en-GB" dir="ltr"'
    ld = json.dumps({"@context": "https://schema.org", **structured}, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{_esc(title)}</title>\n'
        f'<link rel="canonical" href="{site}{path}">\n'
        '<link rel="icon" href="/assets/lantern.svg" type="image/svg+xml">\n'
        f'<link rel="stylesheet" href="/assets/lantern.css">\n{head}'
        f'<script type="application/ld+json">{ld}</script>\n</head>\n<body>\n'
        f'<a class="skip" href="#main"{of_paper}>Skip to the story</a>\n'
        f'<header class="masthead"{of_paper}><a class="name" href="/"><img src="/assets/lantern.svg" alt="" width="36" '
        f'height="48"><span>{NAME}</span></a><p>The paper of the sound, every day but Sunday, since 1871</p>'
        f'<nav aria-label="Sections"><ul>{_nav(current)}</ul></nav></header>\n'
        f'<main id="main" tabindex="-1">{main}</main>\n'
        f'<footer class="foot"{of_paper}><p>{NAME}, 3 Chandler’s Court, Skerrow. The town, its people and its '
        f'weather are invented.</p><p><a href="/subscribe">Subscribe</a> '
        f'<a href="/about">About the paper</a></p></footer>\n'
        f"{foot}</body>\n</html>\n"
    )


def _nav(current: str) -> str:
    links = []
    for section, name in SECTIONS.items():
        here = ' aria-current="true"' if section == current else ""
        language = ' lang="ar" dir="rtl"' if section == "arabic" else ""
        links.append(f'<li><a href="/{section}"{here}{language}>{_esc(name)}</a></li>')
    return "".join(links)


def _teaser(story: Story, *, standfirst: bool, eager: bool = False) -> str:
    language = "" if story.language == "en-GB" else f' lang="{story.language}" dir="{story.direction}"'
    picture = ""
    if story.picture is not None:
        loading = "" if eager else ' loading="lazy"'
        picture = f'<img src="/assets/{story.picture.file}" alt="" width="800" height="500"{loading}>'
    line = f"<p>{_esc(story.standfirst)}</p>" if standfirst and story.standfirst else ""
    return (
        f'<div class="teaser"{language}>{picture}<p class="kicker">{_esc(SECTIONS[story.section])}</p>'
        f'<h2><a href="{story.path}">{_esc(story.title)}</a></h2>{line}</div>'
    )


def _more(story: Story) -> str:
    others = [other for other in stories() if other.path != story.path][:4]
    items = "".join(f"<li>{_teaser(other, standfirst=False)}</li>" for other in others)
    title = _WORDS[story.language]["more"]
    heading = f'<h2 id="more">{title}</h2>'
    return f'<section class="more" aria-labelledby="more">{heading}<ul class="teasers">{items}</ul></section>'


def _standfirst(story: Story) -> str:
    return f'<p class="standfirst">{_esc(story.standfirst)}</p>' if story.standfirst else ""


def _lead_picture(story: Story) -> str:
    if story.picture is None:
        return ""
    return (
        f'<figure class="lead-picture"><img src="/assets/{story.picture.file}" alt="{_esc(story.picture.alt)}" '
        f'width="800" height="500"></figure>'
    )


def _pages_nav(story: Story, number: int) -> str:
    if len(story.bodies) == 1:
        return ""
    words = _WORDS[story.language]
    links = []
    if number > 1:
        address = story.path if number == 2 else f"{story.path}?page={number - 1}"
        links.append(f'<a rel="prev" href="{address}">{words["back"]}</a>')
    if number < len(story.bodies):
        links.append(f'<a rel="next" href="{story.path}?page={number + 1}">{words["next"]}</a>')
    return f'<nav class="pages" aria-label="{words["page"]} {number} / {len(story.bodies)}">{" ".join(links)}</nav>'


def _story_head(story: Story, number: int, site: str) -> str:
    metas: list[tuple[str, str, str]] = [
        ("name", "description", _description(story)),
        ("name", "author", story.author),
        ("property", "og:type", "article"),
        ("property", "og:site_name", NAME),
        ("property", "og:title", story.title),
        ("property", "og:description", _description(story)),
        ("property", "og:url", site + story.path),
        ("property", "article:published_time", story.published.isoformat()),
        ("property", "article:modified_time", story.updated.isoformat()),
        ("property", "article:section", SECTIONS[story.section]),
        *(("property", "article:tag", tag) for tag in story.tags),
    ]
    if story.picture is not None:
        metas.append(("property", "og:image", f"{site}/assets/{story.picture.file}"))
    lines = [f'<meta {kind}="{name}" content="{_esc(content)}">' for kind, name, content in metas]
    if number < len(story.bodies):
        lines.append(f'<link rel="next" href="{story.path}?page={number + 1}">')
    return "\n".join(lines) + "\n"


def _structured(story: Story, number: int, site: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "@type": "OpinionNewsArticle" if story.section == "opinion" else "NewsArticle",
        "headline": story.title,
        "description": _description(story),
        "inLanguage": story.language,
        "author": {"@type": "Person", "name": story.author},
        "publisher": {"@type": "Organization", "name": NAME},
        "datePublished": story.published.isoformat(),
        "dateModified": story.updated.isoformat(),
        "articleSection": SECTIONS[story.section],
        "keywords": list(story.tags),
        "mainEntityOfPage": site + story.path,
        "articleBody": story.text(number),
    }
    if story.picture is not None:
        facts["image"] = f"{site}/assets/{story.picture.file}"
    if story.kind is Kind.LIVE:
        facts["@type"] = "LiveBlogPosting"
        facts["liveBlogUpdate"] = [
            {
                "@type": "BlogPosting",
                "headline": _plain(headline),
                "url": f"{site}{story.path}#{anchor}",
                "datePublished": when,
                "articleBody": _plain(body),
            }
            for anchor, when, headline, body in _UPDATE.findall(story.bodies[number - 1])
        ]
    return facts


def _listed(story: Story) -> dict[str, str]:
    return {"@type": "WebPage", "name": story.title, "url": story.path}


def _description(story: Story) -> str:
    return story.standfirst or next(iter(_sentences(story.text(1))), story.title)


def _sentences(text: str) -> Iterable[str]:
    return re.findall(r".+?[.!?](?= |$)", text)


def _date(moment: datetime, language: str) -> str:
    return format_date(moment, "long", locale=language.replace("-", "_"))


def _plain(markup: str) -> str:
    return html.unescape(_TAG.sub("", markup)).strip()


def _esc(text: str) -> str:
    return html.escape(text)
