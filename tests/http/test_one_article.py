"""One article under many addresses is one charge, two under one script are two: the whole gateway before a site that
really answers at those addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.http.browser import report, story
from tests.http.gateway import Gateway, get
from tests.http.newsstand import LIMIT, Heard, hear, running_newsstand
from tests.http.origin import Exchange, Origin, page

HOST = "http://paper.test"
ROBOT = b"User-Agent: facebookexternalhit/1.1"
Pages = Callable[[str], str | None]
"""What a site answers at a target: the HTML, or None where nothing is."""


@pytest.fixture(scope="module")
def newsstand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Origin]]:
    with running_newsstand(tmp_path_factory.mktemp("stand"), paper=f'url = "{HOST}"') as running:
        yield running


@pytest.fixture
def gateway(newsstand: tuple[Gateway, Origin]) -> Gateway:
    return newsstand[0]


@pytest.fixture
def serve(newsstand: tuple[Gateway, Origin]) -> Callable[[Pages], None]:
    def begin(pages: Pages) -> None:
        def script(exchange: Exchange) -> None:
            html = pages(exchange.asked.line.split(b" ")[1].decode())
            status = b"404 Not Found" if html is None else b"200 OK"
            exchange.send(page((html or "nothing").encode(), b"Content-Type: text/html; charset=utf-8", status=status))

        newsstand[1].script = script

    return begin


class Reader:
    """Somebody with a cookie of their own."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._cookie: list[bytes] = []

    def open(self, target: str) -> Heard:
        (heard,) = hear(self._gateway.ask(get(target.encode(), *self._cookie)))
        cookie = heard.value(b"set-cookie")
        if cookie is not None:
            self._cookie = [b"Cookie: " + cookie.partition(b";")[0]]
        return heard

    def left_after(self, target: str) -> int:
        """What is left once an article was opened in full."""
        heard = self.open(target)
        assert heard.value(b"pennypress-access") == b"full", (target, heard.fields)
        return int(heard.value(b"pennypress-remaining") or b"-1")


@pytest.fixture
def reader(gateway: Gateway) -> Reader:
    return Reader(gateway)


def canonical(link: str) -> str:
    return f'<link rel="canonical" href="{link}">'


@pytest.mark.parametrize(
    "link",
    [
        f"{HOST}/news/c1",
        "https://paper.test/news/c1",
        "https://www.paper.test/news/c1",
        "http://paper.test:80/news/c1",
        "//paper.test/news/c1",
        "/news/c1",
        "HTTP://PAPER.TEST/news/c1",
        f"{HOST}/news/c1?utm_source=feed&fbclid=x",
        f"{HOST}/NEWS/C1/",
        f"{HOST}/news/%631#top",
        f"  {HOST}/news/c1 ",
    ],
)
def test_a_canonical_link_names_its_article_however_it_is_written(
    reader: Reader, serve: Callable[[Pages], None], link: str
) -> None:
    serve(lambda target: story("c1", head=canonical(link)))
    targets = ("/news/c1", "/news/c1?amp=1", "/news/c1/amp", "/news/c1/print", "/?p=12", "/node/1", "/index.php?id=c1")
    assert [reader.left_after(target) for target in targets] == [LIMIT - 1] * len(targets)


@pytest.mark.parametrize(
    "link", ["https://other.test/news/x", "/about", "/", "/news", "mailto:a@paper.test", "http://[x", "/news/%zz"]
)
def test_a_canonical_link_to_elsewhere_names_nothing(
    gateway: Gateway, serve: Callable[[Pages], None], link: str
) -> None:
    """All articles of a site say the same: each is counted by its own address."""
    serve(lambda target: story(target.rpartition("/")[2], head=canonical(link)))
    reader = Reader(gateway)
    names = [re.sub(r"\W", "", link) + name for name in ("x", "y", "z")]
    assert [reader.left_after(f"/news/{name}") for name in names[:2]] == [LIMIT - 1, LIMIT - 2]
    assert reader.open(f"/news/{names[2]}").value(b"pennypress-access") == b"preview"


def test_a_canonical_link_in_letters_of_another_script_is_read_as_browsers_send_it(
    reader: Reader, serve: Callable[[Pages], None]
) -> None:
    serve(lambda target: story("cafe", head=canonical(f"{HOST}/news/café au lait")))
    assert [
        reader.left_after(target) for target in ("/news/caf%C3%A9%20au%20lait", "/news/caf%c3%a9%20au%20lait?x=1")
    ] == [LIMIT - 1] * 2


def test_a_relative_canonical_link_is_read_from_the_pages_base(reader: Reader, serve: Callable[[Pages], None]) -> None:
    serve(lambda target: story("based", head='<base href="/news/">' + canonical("based")))
    assert [reader.left_after(target) for target in ("/news/based", "/amp/based")] == [LIMIT - 1] * 2


@pytest.mark.parametrize(
    "tracking",
    [
        "utm_source=a&utm_medium=b&utm_campaign=c",
        "fbclid=1",
        "gclid=1",
        "msclkid=1",
        "mc_cid=1&mc_eid=2",
        "igshid=1",
        "_ga=1",
        "srsltid=1",
    ],
)
def test_where_a_reader_came_from_makes_no_other_article(
    reader: Reader, serve: Callable[[Pages], None], tracking: str
) -> None:
    serve(lambda target: story("tracked"))
    targets = ("/news/tracked", f"/news/tracked?{tracking}", f"/news/tracked?{tracking.upper()}", "/news/tracked?&")
    assert [reader.left_after(target) for target in targets] == [LIMIT - 1] * len(targets)


def test_twins_without_a_canonical_link_are_known_by_their_text_whichever_was_seen_first(
    gateway: Gateway, serve: Callable[[Pages], None]
) -> None:
    serve(lambda target: story("first" if "first" in target else "last"))
    for name, targets in (
        ("first", ("/news/{}", "/news/{}?amp=1", "/news/{}/print", "/amp/{}.html", "/?p=7&n={}")),
        ("last", ("/news/{}/print", "/news/{}?print=1", "/news/{}", "/news/{}/index.html")),
    ):
        gateway.ask(get(targets[0].format(name).encode(), ROBOT))
        reader = Reader(gateway)
        assert {reader.left_after(target.format(name)) for target in targets} == {LIMIT - 1}


def test_one_script_that_answers_for_all_articles_is_as_many_as_it_answers(
    gateway: Gateway, serve: Callable[[Pages], None]
) -> None:
    serve(lambda target: story("script" + re.sub(r"\D", "", target)))
    reader = Reader(gateway)
    targets = ("/news/article.php?id=1", "/news/article.php?utm_source=x&id=1", "/news/article.php?id=2")
    assert [reader.left_after(target) for target in targets] == [LIMIT - 1, LIMIT - 1, LIMIT - 2]
    for trick in ("id=3", "id=1&id=3", "id=3&id=1", "id=1;id=3", "utm_source=1;id=3", "ID=3", "id=1%26id=3", "id[]=3"):
        heard = reader.open(f"/news/article.php?{trick}")
        assert heard.value(b"pennypress-access") == b"preview", trick
        assert not heard.tells("script3"), trick


def parts(target: str) -> str | None:
    """An article of three pages as WordPress makes one: each page calls itself canonical and links to the others."""
    found = re.match(r"/news/parted(?:/(\d))?/?(?:\?page=(\d))?$", target)
    if found is None:
        return None
    number = found[1] or found[2] or "1"
    links = "".join(
        f'<a href="{HOST}/news/parted/{f"{n}/" if n > 1 else ""}">{n}</a> ' for n in (1, 2, 3) if str(n) != number
    )
    html = story(f"parted{number}", head=canonical(HOST + target)).replace(f"The parted{number} report", "In parts")
    return html.replace("</article>", f'<div class="page-links">Pages: {links}</div></article>')


def test_pages_two_and_later_are_their_articles_though_they_call_themselves_canonical(
    gateway: Gateway, serve: Callable[[Pages], None]
) -> None:
    serve(parts)
    for targets in (
        ("/news/parted/", "/news/parted/2/", "/news/parted/3/", "/news/parted?page=2"),
        ("/news/parted/3/", "/news/parted/2/", "/news/parted/"),
    ):
        reader = Reader(gateway)
        assert {reader.left_after(target) for target in targets} == {LIMIT - 1}


def test_page_two_shows_nothing_to_who_has_not_opened_the_article(
    gateway: Gateway, serve: Callable[[Pages], None]
) -> None:
    serve(parts)
    (heard,) = hear(gateway.ask(get(b"/news/parted/2/", ROBOT)))
    assert b"parted2 paragraph 0" not in heard.body
    assert not heard.tells("parted2")


def test_articles_whose_addresses_end_in_numbers_are_no_pages_of_each_other(
    gateway: Gateway, serve: Callable[[Pages], None]
) -> None:
    """A calendar of links whose texts are numbers, and the year's own page: none of them is page one of a day's."""
    more = "".join(f'<a href="/news/2026/{n}">{n}</a>' for n in range(1, 31)) + '<a href="/news/2026">2026</a>'
    serve(lambda target: story("n" + re.sub(r"\D", "", target)).replace("</article>", f"{more}</article>"))
    reader = Reader(gateway)
    assert [reader.left_after(f"/news/2026/{n}") for n in (1, 2)] == [LIMIT - 1, LIMIT - 2]
    assert reader.open("/news/2026/3").value(b"pennypress-access") == b"preview"


def plain(target: str) -> str:
    """An article of as many pages as it is asked for, which all name page 1 and say their number in the title."""
    name, number = re.match(r"/news/(\w+?)/?(?:\?page=)?(\d*)$", target).groups()  # type: ignore[union-attr]
    html = story(f"{name}{number}", head=canonical(f"{HOST}/news/{name}"))
    mark = f" \u2013 Page {number} of 9" if number else ""
    return html.replace(f"The {name}{number} report", f"How the bells came back{mark}")


@pytest.mark.parametrize("targets", ["/news/bells?page=%d", "/news/chimes/%d"])
def test_all_pages_of_an_article_are_one_charge_though_each_says_its_number(
    reader: Reader, serve: Callable[[Pages], None], targets: str
) -> None:
    serve(plain)
    assert {reader.left_after(targets % number) for number in range(2, 8)} == {LIMIT - 1}


@pytest.mark.parametrize(
    ("targets", "head"),
    [
        ("/news/article.php?p=%d", canonical("/news/article.php")),
        ("/news/view/%d", canonical("/news/view")),
        ("/news/sport/%d", '<link rel="first" href="/news/sport">'),
        ("/news/local/%d", '<link rel="prev" href="/news/local">'),
        ("/news/tale?p=%d", '<link rel="prev" href="/news/tale">'),
    ],
    ids=["query", "path", "first", "prev", "prev with a query"],
)
@pytest.mark.parametrize("number", [11, 101], ids=["small numbers", "large numbers"])
def test_articles_called_by_numbers_are_no_pages_of_what_their_template_names(
    gateway: Gateway, serve: Callable[[Pages], None], targets: str, head: str, number: int
) -> None:
    """Each with a headline of its own: they are charged one by one, however small the numbers are."""

    def pages(target: str) -> str:
        name = re.sub(r"\W", "", target)
        return report(name, head=head)

    serve(pages)
    reader = Reader(gateway)
    opened = [reader.open(targets % n).value(b"pennypress-access") for n in range(number, number + LIMIT + 2)]
    assert opened == [b"full"] * LIMIT + [b"preview"] * 2


DIFFERENT = {
    "eels": "The red boat sailed at dawn with nine crates of eels and a piano that nobody had paid for. ",
    "lamps": "Councillors argued until midnight about lamps, drains, pigeons and the width of the new bridge. ",
    "gates": "A retired clockmaker has walked round the island four hundred times and counted every gate. ",
    "bread": "Flour has become dearer than salt since the mill burnt down, say all three of the bakers. ",
}


@pytest.mark.parametrize("times", [3, 1], ids=["long", "short"])
@pytest.mark.parametrize("link", ["/news/eels", "/news/nowhere"], ids=["of one of them", "of none"])
def test_one_broken_template_opens_nothing_and_is_told(
    gateway: Gateway, serve: Callable[[Pages], None], link: str, times: int
) -> None:
    """Every article calls itself the same: by the second that anybody opens, nobody believes it."""
    link += str(times)

    def pages(target: str) -> str | None:
        name = target.rpartition("/")[2].rstrip("0123456789")
        paragraphs = "".join(f"<p>{DIFFERENT[name] * times}{name} detail number {n} ends.</p>" for n in range(12))
        html = story(name, head=canonical(HOST + link), paragraphs=0)
        return html.replace('<div class="text">', f'<div class="text">{paragraphs}')

    serve(pages)
    reader = Reader(gateway)
    names = [f"{name}{times}" for name in DIFFERENT]
    opened = [reader.open(f"/news/{name}").value(b"pennypress-access") for name in names]
    assert opened == [b"full"] * LIMIT + [b"preview"] * (len(names) - LIMIT)
    assert any(f"{link} is no longer believed" in line for line in gateway.lines())


@pytest.mark.parametrize("boiler", [30, 80])
def test_what_all_articles_say_alike_makes_a_broken_template_no_truer(
    gateway: Gateway, serve: Callable[[Pages], None], boiler: int
) -> None:
    """A paragraph in the middle of each: a notice of the house, an appeal for gifts."""
    notice = " ".join(f"appeal{number}" for number in range(boiler))

    def pages(target: str) -> str:
        html = report(target.rpartition("/")[2], head=canonical(f"{HOST}/news/appeal{boiler}"))
        before, middle, after = html.partition("</p>\n")
        return f"{before}{middle}<p>{notice}</p>{after}"

    serve(pages)
    reader = Reader(gateway)
    opened = [reader.open(f"/news/sh{boiler}{n}").value(b"pennypress-access") for n in range(LIMIT + 2)]
    assert opened == [b"full"] * LIMIT + [b"preview"] * 2


def test_a_broken_template_of_pages_whose_body_nobody_finds_opens_nothing(
    gateway: Gateway, serve: Callable[[Pages], None]
) -> None:
    def pages(target: str) -> str | None:
        head = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
        return f"<html><head>{canonical(HOST + '/news/all')}{head}</head><body><img src={target}.jpg></body></html>"

    serve(pages)
    reader = Reader(gateway)
    opened = [reader.open(f"/news/picture-{n}").value(b"pennypress-access") for n in range(LIMIT + 2)]
    assert opened == [b"full"] * LIMIT + [b"preview"] * 2


TYPED = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'


@pytest.mark.parametrize(
    ("target", "head"),
    [
        ("/news/?p=7", canonical(f"{HOST}/news/rooted-7")),
        ("/news/?p=8", TYPED),
        ("/news?id=9", canonical(f"{HOST}/news?id=9")),
    ],
    ids=["named", "typed", "its own"],
)
def test_an_article_at_the_root_of_the_paths_is_one_by_its_query(
    gateway: Gateway, serve: Callable[[Pages], None], target: str, head: str
) -> None:
    """A site without readable addresses: its script at the root answers for all."""
    name = "rooted" + re.sub(r"\D", "", target)
    serve(lambda asked: report(name, head=head) if asked == target else story(asked.rpartition("/")[2]))
    reader = Reader(gateway)
    assert reader.left_after(target) == LIMIT - 1
    (robot,) = hear(gateway.ask(get(target.encode(), ROBOT)))
    assert not robot.tells(name)


@pytest.mark.parametrize("target", ["/news/", "/news/?utm_source=x", "/news/?page=2", "/"])
@pytest.mark.parametrize("head", ["", canonical("/news/?page=2"), canonical("/news/first")])
def test_the_root_itself_and_a_further_page_of_it_are_no_articles(
    reader: Reader, serve: Callable[[Pages], None], target: str, head: str
) -> None:
    others = "".join(f"<h3><a href=/news/{n}>What came to pass in town {n}</a></h3>" for n in range(9))
    lead = "<p>" + "This is the leader of the day, by the editor herself. " * 12 + "</p>"
    head = "" if "page=2" in target and "first" in head else head
    serve(lambda _: f"<!doctype html><html><head><title>News</title>{head}</head><body>{lead}{others}</body></html>")
    assert reader.open(target).value(b"pennypress-access") is None


def test_a_page_elsewhere_is_an_article_though_what_its_template_names_is_not_believed(
    gateway: Gateway, serve: Callable[[Pages], None]
) -> None:
    serve(lambda target: report("view" + re.sub(r"\W", "", target), head=canonical(f"{HOST}/news/mill")))
    reader = Reader(gateway)
    opened = [reader.open(f"/view?story=s{n}").value(b"pennypress-access") for n in range(LIMIT + 2)]
    assert opened == [b"full"] * LIMIT + [b"preview"] * 2
    assert reader.open("/").value(b"pennypress-access") is None, "the front page is no article"
