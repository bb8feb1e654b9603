"""The notice, the wall and the pages of ours: one true state, whole sentences, no way that is not there."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import trafilatura
from playwright.sync_api import sync_playwright
from readability import Document
from selectolax.lexbor import LexborHTMLParser, LexborNode

from pennypress.core.decision import Decision, Reason, State, Wall
from pennypress.core.meter import Standing, Unit
from pennypress.core.rights import Lapse, LapseKind
from pennypress.core.window import Window
from pennypress.errors import ConfigurationError
from pennypress.messages import OFFERED
from pennypress.pages.notice import STYLE_URL, Board, ErrorPage, Paper

LONDON = ZoneInfo("Europe/London")
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
PAPER = Paper(
    name="The Morning Post",
    name_in_sentence="the Morning Post",
    subscribe_url="/subscribe",
    reading_url="/-/pennypress/reading",
    sign_in_url="/sign-in",
    account_url="/account",
    zone=LONDON,
    window=Window.parse("month", LONDON),
)
PATH = "/news/a"
BARE = replace(PAPER, subscribe_url="", sign_in_url=None, account_url=None)

MORE = Decision(True, Reason.GRANTED, State.MORE, limit=5, remaining=3, resets=DECEMBER)
LAST = replace(MORE, state=State.LAST, remaining=0)
STAYS_OPEN = replace(LAST, reason=Reason.REPEATED, state=State.STAYS_OPEN, until=DECEMBER, more_when_registered=5)
USED_UP = Decision(False, Reason.USED_UP, State.USED_UP, limit=5, remaining=0, resets=DECEMBER, more_when_registered=5)
PREMIUM = Decision(False, Reason.PREMIUM, State.PREMIUM)
UNKNOWN = Decision(False, Reason.METER_UNKNOWN, State.UNKNOWN)
BUDGET = Decision(False, Reason.USED_UP, State.BUDGET, limit=5, remaining=4, resets=DECEMBER)
OPENED = Decision(True, Reason.OPENING, State.OPENED, until=datetime(2026, 12, 1, 6, tzinfo=UTC))
INSTITUTION = Decision(True, Reason.ENTITLED, State.INSTITUTION, name="Anytown Library")
GIFT = Decision(True, Reason.ENTITLED, State.GIFT)
LAPSED = replace(USED_UP, more_when_registered=0, signed_in=True, lapse=Lapse(LapseKind.PAYMENT_FAILED, DECEMBER))
OF_EACH_WALL = (USED_UP, PREMIUM, LAPSED, UNKNOWN)
EVERY = (MORE, LAST, STAYS_OPEN, USED_UP, PREMIUM, UNKNOWN, BUDGET, OPENED, INSTITUTION, GIFT)

_PARAGRAPHS = (
    "The harbour at Saltmere will close for the winter on Friday, the council said, after divers found that the old "
    "sea wall has moved by almost a foot since spring.",
    "Fishermen who have moored there for generations said that they had been given three days to find another berth, "
    "and that none of the neighbouring ports had room.",
    "The council's engineer wrote that the movement was small but that it had not stopped, and that a storm from the "
    "east might bring down forty yards of stone.",
    "Work is to begin in January, if the weather allows, and should be done before the regatta in June.",
)
_BRISK = (_PARAGRAPHS[0], "They were told on Monday.", "It will open again in June.")

RESETS = "Resets on: 1 December 2026"
SUPPORT = "Please help support the Morning Post by [subscribing here](/subscribe?from=/news/a)"
SUPPORT_FROM_NOWHERE = "Please help support the Morning Post by [subscribing here](/subscribe)"
WHICH = "[Which articles counted?](/-/pennypress/reading)"
REGISTER = "[Sign in or register](/sign-in?from=/news/a), free, to read 5 more this month"
SIGN_IN = "Already a subscriber? [Sign in](/sign-in?from=/news/a)"
CROWD = "Many people on your network have been reading the Morning Post, and we cannot tell you apart from them"


def board(paper: Paper = PAPER, languages: tuple[str, ...] = ("en-GB",), **options: object) -> Board:
    return Board(paper, languages, **options)  # type: ignore[arg-type]


def lines(page: bytes, within: str = "aside") -> list[str]:
    """The lines that a reader reads, links as [words](where)."""
    tree = LexborHTMLParser(page.decode("ascii"))
    return [_line(node) for node in tree.css(f"{within} p, {within} h1, {within} h2, {within} li, {within} button")]


def _line(node: LexborNode) -> str:
    inner = re.sub(r'<a href="([^"]*)">(.*?)</a>', r"[\2](\1)", node.inner_html or "")
    return html.unescape(re.sub(r"<[^>]+>", "", inner))


def aside(page: bytes) -> LexborNode:
    (node,) = LexborHTMLParser(page.decode("ascii")).css("aside")
    return node


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("day", "You can read 3 more articles today"),
        ("week", "You can read 3 more articles this week"),
        ("month", "You can read 3 more articles this month"),
        ("30 days", "You can read 3 more articles for now"),
    ],
)
def test_the_notice_says_how_many_are_left_and_in_which_window(window: str, said: str) -> None:
    paper = replace(PAPER, window=Window.parse(window, LONDON))
    resets = [] if window == "30 days" else [RESETS]
    assert lines(board(paper).notice(MORE, "en-GB", PATH)) == [said, *resets, SUPPORT, WHICH, SIGN_IN]


def test_one_article_is_not_articles() -> None:
    assert (
        lines(board().notice(replace(MORE, remaining=1), "en-GB", PATH))[0] == "You can read 1 more article this month"
    )


def test_the_last_article_is_called_the_last() -> None:
    said = lines(board().notice(replace(LAST, more_when_registered=5), "en-GB", PATH))
    assert said == ["This is the last article you can read this month", RESETS, SUPPORT, WHICH, SIGN_IN]


def test_an_article_opened_before_stays_open_and_says_until_when() -> None:
    assert lines(board().notice(STAYS_OPEN, "en-GB", PATH)) == [
        "Sorry, your limit is up for this month. "
        "You opened this article before, so it stays open for you until 1 December 2026",
        RESETS,
        SUPPORT,
        REGISTER,
        WHICH,
        SIGN_IN,
    ]


def test_the_wall_says_that_the_limit_is_up_and_what_can_be_done() -> None:
    assert lines(board().wall(replace(USED_UP, more_when_registered=0), "en-GB", PATH)) == [
        "This is the end of the preview",
        "Sorry, your limit is up for this month",
        RESETS,
        SUPPORT,
        WHICH,
        SIGN_IN,
    ]


def test_where_registering_would_open_more_the_wall_says_so_first() -> None:
    assert lines(board().wall(USED_UP, "en-GB", PATH)) == [
        "This is the end of the preview",
        "Sorry, your limit is up for this month",
        REGISTER,
        RESETS,
        SUPPORT,
        WHICH,
        SIGN_IN,
    ]


def test_a_reader_who_is_signed_in_is_not_asked_to_sign_in() -> None:
    signed_in = replace(USED_UP, more_when_registered=0, signed_in=True)
    for decision in (signed_in, replace(MORE, signed_in=True), replace(PREMIUM, signed_in=True)):
        said = lines(board().wall(decision, "en-GB", PATH))
        assert SIGN_IN not in said
        assert said[-1].endswith("](/account?from=/news/a)")


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("kind", LapseKind)
def test_a_lapsed_reader_is_told_what_happened_and_how_to_mend_it(kind: LapseKind, language: str) -> None:
    lapsed = replace(USED_UP, more_when_registered=0, signed_in=True, lapse=Lapse(kind, DECEMBER))
    shown = board(languages=(language,))
    said = lines(shown.wall(lapsed, language, PATH))
    assert "(/account?from=/news/a)" in said[1]
    assert said != lines(shown.wall(replace(lapsed, lapse=None), language, PATH))


def test_each_kind_of_lapse_is_told_in_its_own_words() -> None:
    told = {
        lines(board().wall(replace(PREMIUM, signed_in=True, lapse=Lapse(kind, DECEMBER)), "en-GB", PATH))[1]
        for kind in LapseKind
    }
    assert len(told) == len(LapseKind)
    assert all("1 December 2026" in said for said in told)


@pytest.mark.parametrize(
    ("decision", "wall"),
    [
        (USED_UP, Wall.REGWALL),
        (replace(USED_UP, more_when_registered=0), Wall.PAYWALL),
        (PREMIUM, Wall.PAYWALL),
        (BUDGET, Wall.REGWALL),
        (replace(USED_UP, signed_in=True, lapse=Lapse(LapseKind.ENDED, DECEMBER)), Wall.LAPSED),
        (replace(PREMIUM, signed_in=True, lapse=Lapse(LapseKind.ENDED, DECEMBER)), Wall.LAPSED),
        (UNKNOWN, None),
        (MORE, None),
        (replace(MORE, signed_in=True, lapse=Lapse(LapseKind.ENDED, DECEMBER)), None),
    ],
)
def test_each_reader_meets_the_wall_that_fits(decision: Decision, wall: Wall | None) -> None:
    assert board().wall_of(decision) is wall


def test_without_a_sign_in_every_wall_is_a_paywall() -> None:
    bare = board(BARE)
    lapsed = replace(USED_UP, lapse=Lapse(LapseKind.ENDED, DECEMBER))
    assert {bare.wall_of(decision) for decision in (USED_UP, PREMIUM, BUDGET, lapsed)} == {Wall.PAYWALL}


@pytest.mark.parametrize(
    ("help", "code", "foot"),
    [
        (("01632 960 123", "help@post.example"), "K7M3-PQ9T", ["tel:01632960123", "mailto:help@post.example"]),
        (("01632 960 123",), "", ["tel:01632960123"]),
        ((), "K7M3-PQ9T", []),
    ],
)
def test_the_foot_of_a_wall_says_where_help_is_and_the_readers_code(
    help: tuple[str, ...], code: str, foot: list[str]
) -> None:
    wall = board(replace(PAPER, help=help)).wall(USED_UP, "en-GB", PATH, code)
    node = aside(wall).css_first(".pennypress-foot")
    assert node is not None
    assert [link.attributes["href"] for link in node.css("a")] == foot
    assert ("code" in node.text()) is bool(code)
    assert code in node.text()


def test_a_wall_without_help_and_code_has_no_foot() -> None:
    assert aside(board().wall(USED_UP, "en-GB", PATH)).css_first(".pennypress-foot") is None


def test_the_code_of_one_reader_is_shown_to_no_other() -> None:
    shown = board()
    assert b"K7M3-PQ9T" in shown.wall(USED_UP, "en-GB", PATH, "K7M3-PQ9T")
    assert b"K7M3-PQ9T" not in shown.wall(USED_UP, "en-GB", PATH, "3333-3333")


def test_the_links_lead_back_to_the_article_by_what_was_sealed() -> None:
    sealed = board(seal=lambda path: f"TAG{path}&")
    links = [link.attributes["href"] for link in aside(sealed.notice(MORE, "en-GB", "/news/a?page=2")).css("a")]
    assert "/sign-in?from=TAG/news/a%3Fpage%3D2%26" in links


def test_a_rolling_window_says_when_the_next_article_may_be_opened() -> None:
    rolling = board(replace(PAPER, window=Window.parse("30 days", LONDON), sign_in_url=None, account_url=None))
    back = replace(USED_UP, resets=datetime(2026, 12, 14, 9, 30, tzinfo=UTC), rolling=True)
    assert lines(rolling.wall(back, "en-GB", PATH)) == [
        "This is the end of the preview",
        "Sorry, your limit is up for now. You can open another article on 14 December 2026",
        SUPPORT_FROM_NOWHERE,
        WHICH,
    ]


def test_a_premium_article_names_no_count_and_no_date() -> None:
    said = lines(board().wall(PREMIUM, "en-GB", PATH))
    assert said == ["This is the end of the preview", "This article is for subscribers", SUPPORT, SIGN_IN]


def test_a_crowded_address_is_never_told_that_its_limit_is_up() -> None:
    said = lines(board().wall(BUDGET, "en-GB", PATH))
    assert said[1:] == [f"{CROWD}. [Sign in](/sign-in?from=/news/a), free, to get your own articles", SUPPORT]
    without = lines(board(replace(PAPER, sign_in_url=None, account_url=None)).wall(BUDGET, "en-GB", PATH))
    assert without[1:] == [f"{CROWD}. [Subscribe to read on](/subscribe)"]
    assert lines(board(BARE).wall(BUDGET, "en-GB", PATH))[1:] == [CROWD]


def test_a_meter_that_does_not_answer_is_our_fault() -> None:
    said = "We could not check your articles just now. This is our fault: please try again in a few minutes"
    assert lines(board().wall(UNKNOWN, "en-GB", PATH))[1:] == [said]


def test_an_opening_names_its_time_and_also_its_day_when_that_is_not_today() -> None:
    shown = board()
    today, before = datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert lines(shown.notice(OPENED, "en-GB", PATH, today)) == ["Free to read until 06:00"]
    assert lines(shown.notice(OPENED, "en-GB", PATH, before)) == ["Free to read until 06:00 on 1 December 2026"]
    assert lines(shown.notice(OPENED, "en-GB", PATH)) == ["Free to read until 06:00 on 1 December 2026"]


def test_an_institution_and_a_gift_are_named_alone() -> None:
    assert lines(board().notice(INSTITUTION, "en-GB", PATH)) == ["Provided by Anytown Library"]
    assert lines(board().notice(GIFT, "en-GB", PATH)) == ["A gift from a reader of the Morning Post"]


def test_a_decision_with_nothing_to_say_shows_nothing() -> None:
    assert board().notice(Decision(True, Reason.FREE), "en-GB", PATH) == b""


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("decision", EVERY, ids=lambda decision: decision.state)
def test_no_text_offers_a_way_that_is_not_there(decision: Decision, language: str) -> None:
    shown = board(BARE, (language,))
    links = {
        a.attributes["href"]
        for page in (shown.notice, shown.wall)
        for a in aside(page(decision, language, PATH)).css("a")
    }
    assert links <= {"/-/pennypress/reading"}


def test_dates_are_those_of_the_papers_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    paper = replace(PAPER, zone=tokyo, window=Window.parse("month", tokyo))
    late = replace(MORE, resets=datetime(2026, 11, 30, 15, tzinfo=UTC))
    assert lines(board(paper).notice(late, "en-GB", PATH))[1] == RESETS


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("decision", EVERY, ids=lambda decision: decision.state)
def test_notice_and_wall_are_named_asides_in_ascii(decision: Decision, language: str) -> None:
    shown = board(languages=(language,))
    for page, kind in (
        (shown.notice(decision, language, PATH), "notice"),
        (shown.wall(decision, language, PATH), "wall"),
    ):
        assert page.isascii()
        attributes = aside(page).attributes
        assert attributes["class"] == f"pennypress-{kind}"
        assert attributes["lang"] == language
        assert attributes["dir"] == ("rtl" if language in ("ar", "he") else "ltr")
        assert attributes["aria-label"]
        # What readability drops at once: without it a real page was found whose text it cut otherwise.
        assert attributes.get("id") == ("pennypress-remark" if kind == "notice" else None)
        assert "data-nosnippet" in attributes
        headings = aside(page).css("h1, h2, h3, h4, h5, h6")
        assert [heading.tag for heading in headings] == (["h2"] if kind == "wall" else [])
        assert not re.search(rb"<script|<style|\sstyle=|\son\w+=|autofocus|aria-live|role=", page)
        assert [link.attributes["href"] for link in aside(page).css("link")] == [STYLE_URL]


def test_a_name_that_runs_against_the_text_is_set_apart() -> None:
    notice = board(languages=("en-GB", "ar")).notice
    assert b"<bdi>the Morning Post</bdi>" in notice(MORE, "ar", PATH)
    assert b"<bdi>" not in notice(MORE, "en-GB", PATH)


def test_names_and_addresses_are_escaped() -> None:
    paper = replace(PAPER, name_in_sentence='the <b>"{n}" & Post', subscribe_url='/subscribe?a=1&b="{x}"')
    page = board(paper).notice(MORE, "en-GB", PATH)
    assert lines(page)[2].startswith('Please help support the <b>"{n}" & Post by ')
    assert aside(page).css("a")[0].attributes["href"] == '/subscribe?a=1&b="%7Bx%7D"&from=/news/a'


def test_what_was_rendered_once_is_kept_and_never_mixed_up() -> None:
    shown = board(languages=("en-GB", "de"))
    first = shown.notice(MORE, "en-GB", PATH)
    assert shown.notice(replace(MORE), "en-GB", PATH) == first
    others = [
        shown.notice(MORE, "de", PATH),
        shown.notice(replace(MORE, remaining=2), "en-GB", PATH),
        shown.notice(replace(MORE, resets=datetime(2027, 1, 1, tzinfo=UTC)), "en-GB", PATH),
        shown.wall(MORE, "en-GB", PATH),
    ]
    assert len({first, *others}) == 5


@pytest.mark.parametrize("decision", [MORE, STAYS_OPEN, OPENED, INSTITUTION], ids=lambda decision: decision.state)
@pytest.mark.parametrize(
    "page",
    [
        "<main><article><header><h1>Title</h1></header>{notice}<div class=body>{body}</div></article></main>",
        "<main><h1>Title</h1>{notice}<article>{body}</article></main>",
        "<div id=wrap><h1>Title</h1>{notice}<div class=x>{body}</div></div>",
        "<aside><div><aside>Listen</aside></div></aside>"
        "<main><article><h1>Title</h1><div>{notice}<div class=article-body>{body}</div></div></article></main>",
        "{notice}<header><a href=/>Home</a></header><main><h1>Title</h1><div class=entry>{body}</div></main>",
    ],
)
@pytest.mark.parametrize("paragraphs", [_PARAGRAPHS, _PARAGRAPHS[:2], _BRISK], ids=["long", "two", "brisk"])
def test_reader_views_do_not_see_the_notice_and_a_tag_stripper_finds_the_body_whole(
    page: str, decision: Decision, paragraphs: tuple[str, ...]
) -> None:
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    frame = "<!DOCTYPE html><html lang=en><head><title>Title</title></head><body>%s</body></html>"
    notice = board().notice(decision, "en-GB", PATH).decode("ascii")
    with_notice, without = (frame % page.format(notice=text, body=body) for text in (notice, ""))
    assert trafilatura.extract(with_notice) == trafilatura.extract(without)
    assert _stripped(Document(with_notice).summary()) == _stripped(Document(without).summary())
    assert not _stripped(Document(with_notice).summary()).startswith(("You can", "Sorry", "Free to", "Provided"))
    assert _stripped(with_notice).partition(paragraphs[0])[2] == _stripped(without).partition(paragraphs[0])[2]


def test_the_page_built_by_us_holds_headline_and_wall_and_says_that_it_is_not_free() -> None:
    page = board().alone("A </script> & <b>", USED_UP, "en-GB", PATH)
    tree = LexborHTMLParser(page.decode("ascii"))
    assert [heading.text() for heading in tree.css("h1")] == ["A </script> & <b>"]
    assert lines(page)[0] == "This is the end of the preview"
    (script,) = tree.css("script")
    assert not re.search("[<>&]", script.text())
    said = json.loads(script.text())
    assert said["headline"] == "A </script> & <b>"
    assert said["isAccessibleForFree"] is False
    assert len(tree.css(said["hasPart"]["cssSelector"])) == 1


def test_a_page_without_a_known_headline_bears_the_papers_name() -> None:
    page = board().alone("", USED_UP, "en-GB", PATH)
    assert LexborHTMLParser(page.decode("ascii")).css("h1")[0].text() == "The Morning Post"


@pytest.mark.parametrize("kind", ErrorPage)
@pytest.mark.parametrize("language", ["en-GB", "ar"])
def test_error_pages_say_what_went_wrong_and_what_to_do(kind: ErrorPage, language: str) -> None:
    page = board(languages=(language,)).error(kind, language)
    says, does = lines(page, "main")
    assert says
    assert does
    assert page.startswith(b"<!DOCTYPE html>\n<html lang=")


SPAN = PAPER.window.span(datetime(2026, 11, 20, tzinfo=UTC))
STANDING = Standing(
    (
        Unit("/news/a?x=1", datetime(2026, 11, 2, tzinfo=UTC), "Harbour <closes>"),
        Unit("/news/ü b", datetime(2026, 11, 3, tzinfo=UTC)),
        Unit(None, datetime(2026, 11, 4, tzinfo=UTC)),
    )
)


def test_the_readers_own_page_lists_what_counted_and_has_a_button() -> None:
    page = board().reading(STANDING, 5, SPAN, "en-GB", token="t0ken")
    assert lines(page, "main") == [
        "Which articles counted?",
        "Your count is 3 of 5",
        "The limit is 5 articles a month",
        RESETS,
        "[Harbour <closes>](/news/a?x=1)",
        "[/news/ü b](/news/%C3%BC%20b)",
        "An article that you asked us to forget",
        "We will forget which articles you opened. Your count stays at 3 of 5 until 1 December, "
        "and opening one of them again will count.",
        "Forget which articles I opened",
        SUPPORT_FROM_NOWHERE,
    ]
    form = LexborHTMLParser(page.decode("ascii")).css("form")[0]
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/-/pennypress/reading")
    assert form.css("input")[0].attributes["value"] == "t0ken"


def test_a_rolling_window_tells_until_when_each_article_counts() -> None:
    rolling = replace(PAPER, window=Window.parse("30 days", LONDON), subscribe_url="")
    span = rolling.window.span(datetime(2026, 11, 20, tzinfo=UTC))
    page = board(rolling).reading(Standing(STANDING.units[:1]), 5, span, "en-GB", token="t")
    assert lines(page, "main")[1:] == [
        "Your count is 1 of 5",
        "The limit is 5 articles at a time",
        "Each article counts for 30 days from the moment you open it",
        "[Harbour <closes>](/news/a?x=1)Counts until 2 December 2026",
        "We will forget which articles you opened. Your count stays at 1 of 5 until 2 December 2026, "
        "when the first article stops counting, and opening one of them again will count.",
        "Forget which articles I opened",
    ]


def test_forgetting_is_confirmed_and_cannot_be_asked_for_twice() -> None:
    forgotten = Standing(tuple(replace(unit, article=None, title="") for unit in STANDING.units))
    page = board().reading(forgotten, 5, SPAN, "en-GB", token="t", forgotten=True)
    assert lines(page, "main")[1].startswith("We have forgotten which articles you opened. Your count stays at 3 of 5")
    assert b"<form" not in page


def test_a_reader_who_opened_nothing_is_told_so() -> None:
    page = board(BARE).reading(Standing(), 5, SPAN, "en-GB", token="t")
    assert lines(page, "main")[1:] == ["No article has counted this month", "The limit is 5 articles a month", RESETS]


def test_an_article_key_that_is_no_path_of_the_paper_is_no_link() -> None:
    standing = Standing((Unit("//evil.example/x", DECEMBER, "Elsewhere"), Unit("javascript:x", DECEMBER, "Script")))
    assert b"<a href" not in board(BARE).reading(standing, 5, SPAN, "en-GB").partition(b"<main>")[2]


def test_a_replaced_text_is_shown_and_a_bad_one_refused_at_the_start() -> None:
    replaced = {"en-GB": {"premium": "For subscribers & friends"}}
    wall = board(texts=replaced).wall(PREMIUM, "en-GB", PATH)
    assert lines(wall)[1] == "For subscribers & friends"
    assert b"For subscribers &amp; friends" in wall
    with pytest.raises(ConfigurationError, match=re.escape("[texts.en-GB] resets: lacks {date}")):
        board(texts={"en-GB": {"resets": "Soon"}})


def test_a_template_is_replaced_and_a_bad_one_refused_at_the_start(tmp_path: Path) -> None:
    ours = Path(__file__).resolve().parents[2] / "src" / "pennypress" / "pages" / "templates" / "notice.html"
    own = tmp_path / "notice.html"
    own.write_text(ours.read_text("utf-8").replace("{{ message }}", "&#9733; {{ message }}"), "utf-8")
    assert lines(board(templates=tmp_path).notice(GIFT, "en-GB", PATH))[0].startswith("★ A gift")
    for text, told in (
        ("{% if %}", "notice.html:1: is no template"),
        ("{{ massage }}", "'massage' is undefined"),
        ("<aside>{{ message }}</aside>", 'lacks class="pennypress-notice"'),
    ):
        own.write_text(text, "utf-8")
        with pytest.raises(ConfigurationError, match=re.escape(told)):
            board(templates=tmp_path)
    own.unlink()
    with pytest.raises(ConfigurationError, match="holds no template"):
        board(templates=tmp_path)


@pytest.mark.parametrize("look", ["plain", "boxed", "quiet"])
def test_each_look_is_one_style_sheet_that_leaves_font_and_colour_to_the_page(look: str) -> None:
    sheet = board(look=look).stylesheet.decode("utf-8")
    ours = sheet.partition("html.pennypress-page")[0]
    assert not re.search(r"@import|url\(|position:\s*(fixed|sticky)|#[0-9a-f]{3}|rgb|blur|!important", ours)
    assert "font-family" not in ours


def test_pages_of_ours_are_clean_by_axe_and_fit_a_narrow_phone(chromium: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 320, "height": 640})
        for language in ("en-GB", "de", "ar"):
            shown = board(replace(PAPER, help=("01632 960 123", "help@post.example")), (language,))
            for page in (
                *(shown.alone("Harbour closes", decision, language, PATH, "K7M3-PQ9T") for decision in OF_EACH_WALL),
                shown.reading(STANDING, 5, SPAN, language, token="t"),
                shown.error(ErrorPage.ORIGIN_DOWN, language),
            ):
                style = f"<style>{shown.stylesheet.decode('utf-8')}</style>"
                tab.set_content(re.sub(r'<link rel="stylesheet"[^>]*>', style, page.decode("ascii")))
                assert Axe().run(tab).response["violations"] == []
                assert tab.evaluate("document.documentElement.scrollWidth") == 320
                sizes = tab.evaluate("[...document.querySelectorAll('a, button')].map(a => a.offsetHeight)")
                assert min(sizes) >= 24
        browser.close()


def _stripped(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
