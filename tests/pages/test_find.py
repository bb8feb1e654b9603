"""Where the body stands on a page that nobody prepared."""

from __future__ import annotations

import json

import pytest

from tests.pages.making import TITLE, article, paragraph, paragraphs, read, shown, visible

FREE = json.dumps(
    {
        "@type": "NewsArticle",
        "isAccessibleForFree": "False",
        "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paid"},
    }
)
MARKED = f'<script type="application/ld+json">{FREE}</script>'


def test_the_configured_selector_goes_first_and_all_its_outermost_matches_are_the_body() -> None:
    parts = (
        f"<div class=part>{paragraphs(3)}</div><p>Between the parts.</p><div class=part><div class=part>{paragraph(4)}"
    )
    page = read(article(f"<article>{parts}</div></div></article>"), selector=".part")
    assert page.body_rule == "selector"
    assert page.blocks == 4
    cut = page.cut()
    assert shown(cut) == [1]
    assert "Between the parts." in visible(cut)


def test_a_selector_that_matches_nothing_leaves_the_finding_to_the_page() -> None:
    assert read(article(f"<article>{paragraphs(6)}</article>"), selector=".absent").body_rule == "article"
    assert read(article(f"<article>{paragraphs(6)}</article>"), selector=":::").body_rule == "article"


def test_the_pages_own_paywall_markup_is_believed_when_it_covers_the_text() -> None:
    page = read(article(f"<article><h1>{TITLE}</h1><div class=paid>{paragraphs(8)}</div></article>", head=MARKED))
    assert (page.body_rule, page.blocks) == ("paywall markup", 8)


@pytest.mark.parametrize(
    "inner",
    [
        "<div class=paid></div>",
        "<div class=paid><p>Subscribe to read on.</p></div>",
        "<div class=paid><p>Subscribe now to read on, and to get every article of the paper, for a year.</p></div>",
        "",
    ],
)
def test_paywall_markup_that_covers_nothing_is_not_believed(inner: str) -> None:
    page = read(article(f"<article>{paragraphs(8)}{inner}</article>", head=MARKED))
    assert page.body_rule == "article"
    assert shown(page.cut()) == [1, 2]


@pytest.mark.parametrize(
    "free", ["true", "false", '"True"', '"False"', '"true"', '"false"', '"https://schema.org/True"']
)
def test_is_accessible_for_free_never_decides_access(free: str) -> None:
    data = f'{{"@type": "NewsArticle", "isAccessibleForFree": {free}}}'
    page = read(
        article(f"<article>{paragraphs(8)}</article>", head=f'<script type="application/ld+json">{data}</script>')
    )
    assert page.facts.access is None
    assert shown(page.cut()) == [1, 2]


def test_article_body_goes_before_article() -> None:
    body = (
        f"<article><h1>{TITLE}</h1><p>By a reporter</p><div itemprop='name articleBody'>{paragraphs(8)}</div></article>"
    )
    page = read(article(body))
    assert (page.body_rule, page.blocks) == ("articleBody", 8)
    assert "By a reporter" in visible(page.cut())


def test_the_article_that_holds_the_prose_is_found_among_teasers() -> None:
    teasers = "".join(
        f"<article><h3><a href=/n/{n}>Another thing happened in town {n}</a></h3></article>" for n in range(9)
    )
    page = read(
        article(f"<article id=a><h1>{TITLE}</h1>{paragraphs(8)}</article>", after=f"<section>{teasers}</section>")
    )
    assert page.body_rule == "article"
    cut = page.cut()
    assert shown(cut) == [1, 2]
    assert "Another thing happened in town 8" in visible(cut)


def test_without_markup_the_block_that_holds_most_of_the_prose_is_the_body() -> None:
    page = read(article(f"<div><h1>{TITLE}</h1><div class=x>{paragraphs(8)}</div></div>"))
    assert page.body_rule == "prose"
    assert shown(page.cut()) == [1, 2]


def test_paragraphs_each_in_wrappers_of_their_own_are_one_body() -> None:
    body = "".join(f"<section class=el><div><p>{paragraph(n)}</p></div></section>" for n in range(1, 9))
    assert shown(read(article(f"<article>{body}</article>")).cut()) == [1, 2]
    assert shown(read(article(f"<div>{body}</div>")).cut()) == [1, 2]


def test_prose_beside_the_marked_part_is_withheld_as_well() -> None:
    page = read(article(f"<div><div itemprop=articleBody>{paragraphs(6)}</div><div><p>{paragraph(7)}</p></div></div>"))
    assert shown(page.cut()) == [1, 2]


def test_an_article_in_several_article_elements_is_withheld_whole() -> None:
    entries = "".join(f"<article><h2>Entry {n}</h2><p>{paragraph(n)}</p></article>" for n in range(1, 9))
    cut = read(article(f"<h1>{TITLE}</h1><div>{entries}</div>")).cut()
    assert shown(cut) in ([1], [1, 2])


def test_comments_are_not_taken_for_the_body() -> None:
    comments = "".join(f"<li><p>I think that {paragraph(n)}</p></li>" for n in range(20, 26))
    page = read(article(f"<div><div class=t>{paragraphs(8)}</div><ol class=comments>{comments}</ol></div>"))
    assert shown(page.cut())[:2] == [1, 2]
    assert not set(shown(page.cut())) & set(range(3, 9))


def cards(first: int, many: int) -> str:
    return "".join(f"<li><a href=/news/{n}>Another story</a><p>{paragraph(n)}</p>" for n in range(first, first + many))


LONGER = [
    f"<section id=comments><h2>Comments</h2>{paragraphs(40)}</section>",
    f"<div class='c Comments-Area'>{paragraphs(40)}</div>",
    f"<aside><h2>More</h2><ul>{cards(20, 20)}</ul></aside>",
    f"<section class=related><ul>{cards(20, 20)}</ul></section>",
]


@pytest.mark.parametrize("longer", LONGER)
@pytest.mark.parametrize("around", ["article", "div"])
def test_a_brief_stays_one_however_much_stands_beside_it(around: str, longer: str) -> None:
    brief = f"<{around}><h1>{TITLE}</h1><p>Two people were hurt when cars met on the old bridge at dawn.</p></{around}>"
    assert read(article(brief + longer)).brief


@pytest.mark.parametrize("comments", LONGER[:2])
def test_a_brief_stays_one_with_its_comments_in_the_same_element(comments: str) -> None:
    brief = f"<h1>{TITLE}</h1><p>Two people were hurt when cars met on the old bridge at dawn.</p>"
    assert read(article(f"<article>{brief}{comments}</article>")).brief
    assert read(article(brief + comments)).brief
    facts = f"<aside>{paragraphs(3)}</aside>"
    assert not read(article(f"<article>{brief}{facts}</article>")).brief, "a box is the article's own"


@pytest.mark.parametrize("longer", LONGER)
def test_a_short_article_is_cut_in_itself_and_not_in_what_stands_beside_it(longer: str) -> None:
    story = f"<article><h1>{TITLE}</h1>{''.join(f'<p>{paragraph(n)}</p>' for n in range(90, 96))}</article>"
    page = read(article(story + longer))
    assert page.blocks == 6
    assert all(paragraph(n) not in visible(page.cut()) for n in range(92, 96))
    assert paragraph(25) in visible(page.cut())


def test_what_is_named_like_comments_is_the_body_where_no_other_text_stands_under_the_headline() -> None:
    for body in (f"<h1>{TITLE}</h1><div id=comments>{paragraphs(8)}</div>", f"<aside><h1>{TITLE}</h1>{paragraphs(8)}"):
        assert shown(read(article(body)).cut()) == [1, 2]


def test_text_that_is_hidden_is_body_all_the_same() -> None:
    rest = "".join(f"<p hidden style='display:none' aria-hidden=true>{paragraph(n)}</p>" for n in range(3, 9))
    assert shown(read(article(f"<article>{paragraphs(2)}{rest}</article>")).cut()) == [1, 2]


@pytest.mark.parametrize(
    "body",
    [
        "<article>" + "<br><br>".join(paragraph(n) for n in range(1, 9)) + "</article>",
        "<article><ul>" + "".join(f"<li>{paragraph(n)}" for n in range(1, 9)) + "</ul></article>",
        "<article><blockquote>" + paragraphs(8) + "</blockquote></article>",
        "<article><table>" + "".join(f"<tr><td>{paragraph(n)}" for n in range(1, 9)) + "</table></article>",
        "<table><tr><td>" + paragraphs(8) + "</td></tr></table>",
        "<article><pre>" + "</pre><pre>".join(paragraph(n) for n in range(1, 9)) + "</pre></article>",
        "<article><dl>" + "".join(f"<dt>{n}<dd>{paragraph(n)}" for n in range(1, 9)) + "</dl></article>",
        "<article><p>" + "<p>".join(paragraph(n) for n in range(1, 9)) + "</article>",
        "<article><x-story>" + paragraphs(8) + "</x-story></article>",
        "<form>" + paragraphs(8) + "</form>",
        paragraphs(8),
    ],
)
def test_a_body_of_any_kind_of_block_is_cut(body: str) -> None:
    cut = read(article(body)).cut()
    assert cut.alone is None
    assert shown(cut) == [1, 2]


def test_a_page_without_any_text_has_no_body_and_its_cut_says_why() -> None:
    page = read("<!doctype html><title>A film</title><video src=x></video>")
    assert page.body_rule is None
    cut = page.cut()
    assert (cut.head, cut.tail) == (b"", b"")
    assert cut.alone is not None
    assert cut.title == "A film"


@pytest.mark.parametrize(
    "page", ["", " ", "\0", "<frameset><frame src=a></frameset>", "<svg><text>a</text></svg>", "<!--"]
)
def test_no_page_is_too_odd_to_be_read(page: str) -> None:
    assert read(page).cut().alone is not None
