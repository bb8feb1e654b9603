"""What stands wrong in the paper's own file, or is not at hand, and that pasting the line mends it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.cli.program import running_origin, story
from tests.doctor.paper import ADDRESS, PROXY, SCHEME, House, gateway, house_in, nginx_in_front

GOOD = ADDRESS + SCHEME
TRUSTED = 'trusted_proxies = ["127.0.0.1"]'
WORDPRESS = '<meta name="generator" content="WordPress 6.6">'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A paper whose gateway runs."""
    with house_in(tmp_path_factory.mktemp("paper")) as house:
        house.write()
        with gateway(house):
            yield house


@pytest.fixture
def fresh(running: House) -> Iterator[House]:
    """The paper as each test finds it; what the test changes is taken back."""
    pages, keys = dict(running.origin.pages), (running.folder / "pennypress.keys").read_bytes()
    host, front = running.host, running.front
    running.config = {"network": TRUSTED}
    running.take_up()
    yield running
    running.host, running.front = host, front
    running.origin.pages.clear()
    running.origin.pages.update(pages)
    (running.folder / "pennypress.keys").write_bytes(keys)


def test_a_front_that_is_not_trusted_is_seen_and_mended(fresh: House, nginx: str) -> None:
    fresh.take_up(network="trusted_proxies = []")
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
        assert found.colour("address") == "red"
        assert found.lines("address") == (TRUSTED,)
        fresh.take_up(network=found.lines("address")[0])
        assert fresh.examine().colour("address") == "green"


def test_without_keys_the_health_page_tells_that_addresses_are_not_known(fresh: House, nginx: str) -> None:
    fresh.take_up(network="trusted_proxies = []")
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine(config=False, keys=False)
    assert found.colour("name") == "green"
    assert "there are no keys here" in found.said("name")
    assert found.colour("address") == "red"
    assert found.lines("address") == (TRUSTED,)


def test_a_second_proxy_that_is_not_trusted_is_seen_and_mended(fresh: House, nginx: str) -> None:
    edge = "proxy_set_header X-Forwarded-For '$remote_addr, 203.0.113.50';"
    with nginx_in_front(fresh, edge):
        found = fresh.examine()
        assert found.colour("address") == "red"
        assert "takes you for 203.0.113.50" in found.said("address")
        (line,) = found.lines("address")
        assert line == 'trusted_proxies = ["127.0.0.1", "203.0.113.50"]'
        fresh.take_up(network=line)
        assert fresh.examine().colour("address") == "green"


def test_a_paper_that_trusts_everybody_is_seen_and_mended(fresh: House, nginx: str) -> None:
    fresh.take_up(network='trusted_proxies = ["0.0.0.0/0"]')
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.colour("address") == "red"
    assert found.lines("address") == (TRUSTED,)


def test_who_asks_from_a_trusted_address_is_told_to_ask_from_another(fresh: House, nginx: str) -> None:
    fresh.take_up(network=f'trusted_proxies = ["127.0.0.1", "{fresh.host}"]')
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.colour("address") == "not seen"
    assert "ask from another machine" in found.said("address")


def test_a_gateway_of_other_keys_is_not_taken_for_this_one(fresh: House, nginx: str) -> None:
    with nginx_in_front(fresh, GOOD):
        (fresh.folder / "pennypress.keys").write_text("ab" * 32 + "\n", encoding="ascii")
        found = fresh.examine()
    assert found.colour("name") == "red"
    assert "does not hold these keys" in found.said("name")


def test_a_paper_of_another_name_is_seen_and_mended(fresh: House, nginx: str) -> None:
    fresh.take_up(paper='url = "http://elsewhere.example"')
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
        assert found.colour("name") == "red"
        (line,) = found.lines("name")
        fresh.take_up(paper=f"{line}")
        assert fresh.examine().colour("name") == "green"


def test_in_observe_the_questions_that_need_the_meters_word_say_why_they_are_not_seen(fresh: House, nginx: str) -> None:
    fresh.take_up(meter='mode = "observe"')
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.reds == set()
    assert found.colour("cookies") == "green"
    assert found.colour("body") == "green"


def test_when_switched_off_nothing_is_red_that_is_right(fresh: House, nginx: str) -> None:
    fresh.take_up(meter='mode = "off"')
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.reds == set()
    assert found.colour("cookies") == "not seen"


def test_a_selector_that_matches_nothing_is_seen_and_mended(fresh: House, nginx: str) -> None:
    fresh.take_up(articles='body = ".entry-content"')
    page = (
        story("story5")
        .replace("<article>", '<article><div class="post-text">')
        .replace("</article>", "</div></article>")
    )
    fresh.origin.pages["/news/a5"] = page
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
        assert found.colour("body") == "red"
        (line,) = found.lines("body")
        assert line == 'body = ".post-text"'
        fresh.take_up(articles=line)
        mended = fresh.examine()
    assert mended.colour("body") == "green"
    assert '"selector"' in mended.said("body")


def test_a_body_that_no_rule_finds_is_seen_and_mended(fresh: House, nginx: str) -> None:
    lines = "".join(f"<p>{name} {n}, a draw</p>" for n in range(40) for name in ("Harbour", "Island"))
    fresh.origin.pages["/news/a5"] = (
        f'<!doctype html><title>Results</title><h1>Results</h1><div id="results">{lines}</div>'
    )
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
        assert found.colour("body") == "red"
        (line,) = found.lines("body")
        assert line == 'body = "#results"'
        fresh.take_up(articles=line)
        assert fresh.examine().colour("body") == "green"


def test_a_text_that_a_script_brings_is_told_as_such(fresh: House, nginx: str) -> None:
    fresh.origin.pages["/news/a5"] = "<!doctype html><title>App</title><div id=app></div><script>start()</script>"
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.colour("body") == "red"
    assert "if a script brings it" in found.said("body")


def test_the_newest_article_that_is_premium_is_read_from_the_site_behind(fresh: House, nginx: str) -> None:
    fresh.config["[rules]"] = 'access = "premium"'
    fresh.take_up()
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.colour("body") == "green"
    assert found.colour("cookies") == "not seen"


def test_free_articles_are_passed_over_for_one_that_is_metered(fresh: House, nginx: str) -> None:
    fresh.config["[rules]"] = 'access = "free"\npaths = ["/news/a5"]'
    fresh.take_up()
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.examination.article == "/news/a4"
    assert found.colour("cookies") == "green"


def test_an_admin_that_counts_as_an_article_is_seen_and_mended(fresh: House, nginx: str) -> None:
    form = "<!doctype html><title>Log in</title><form>" + "<p>Your name and your password, please.</p>" * 40 + "</form>"
    fresh.origin.pages |= {"/wp-login.php": form, "/wp-admin/": form}
    fresh.origin.pages["/"] = fresh.origin.pages["/"].replace("<head>", f"<head>{WORDPRESS}")
    fresh.take_up(articles='paths = ["/**"]')
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
        assert found.colour("cms") == "red"
        assert "/wp-login.php" in found.said("cms")
        (lines,) = found.lines("cms")
        fresh.config["[rules]"] = re.sub(r"^\[\[rules\]\]\n", "", lines)
        fresh.take_up()
        mended = fresh.examine()
    assert mended.colour("cms") == "green"
    assert "as the site behind answers" in mended.said("cms")


@pytest.mark.parametrize("broken", [r"location ~ \.php$ { return 403; }", r"location ~ \.php$ { return 404; }"])
def test_an_admin_that_the_front_keeps_to_itself_is_seen(fresh: House, nginx: str, broken: str) -> None:
    fresh.origin.pages |= {"/wp-login.php": "<!doctype html><title>Log in</title>"}
    fresh.origin.pages["/"] = fresh.origin.pages["/"].replace("<head>", f"<head>{WORDPRESS}")
    with nginx_in_front(fresh, GOOD, server=broken):
        found = fresh.examine()
    assert found.colour("cms") == "red"
    assert "the site behind: 200" in found.said("cms")


def test_who_asks_the_gateway_itself_as_its_front_does_is_told_to_ask_from_outside(fresh: House) -> None:
    fresh.host, fresh.front = "127.0.0.1", fresh.port
    fresh.take_up()
    found = fresh.examine()
    assert found.colour("address") == "not seen"
    assert found.reds == set()
    assert "what others reach was not seen" in found.said("round")


def test_a_gateway_without_a_front_sees_the_reader_itself(fresh: House) -> None:
    fresh.host, fresh.front = "127.0.0.1", fresh.port
    fresh.take_up(network="trusted_proxies = []")
    found = fresh.examine()
    assert found.colour("address") == "green"
    assert "nothing stands between" in found.said("address")


def test_a_front_page_that_fails_is_red_and_not_taken_for_a_page_without_links(fresh: House, nginx: str) -> None:
    with nginx_in_front(fresh, GOOD, server="return 502;"):
        found = fresh.examine()
    assert found.colour("body") == "red"
    assert "The front page answers 502: start the site behind" in found.said("body")


def test_an_article_that_moved_is_read_where_it_is(fresh: House, nginx: str) -> None:
    fresh.origin.pages["/feed/"] = fresh.origin.pages["/feed/"].replace("/news/a5", "/news/old")
    moved = f"location = /news/old {{ return 301 {fresh.url}/news/a5; }}"
    with nginx_in_front(fresh, GOOD, server=moved):
        found = fresh.examine()
    assert found.examination.article == "/news/a5"


@pytest.mark.parametrize("named", ["sitemap", "index", "front page"])
def test_without_a_feed_the_newest_is_found_by_sitemap_or_front_page(fresh: House, nginx: str, named: str) -> None:
    del fresh.origin.pages["/feed/"]
    entries = "".join(
        f"<url><loc>{fresh.url}/news/a{n}</loc><lastmod>2026-11-{10 + n}T10:00:00Z</lastmod></url>" for n in (1, 4, 2)
    )
    sitemap = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    index = (
        f'<?xml version="1.0"?><sitemapindex><sitemap><loc>{fresh.url}/old.xml</loc><lastmod>2026-01-01</lastmod>'
        f"</sitemap><sitemap><loc>{fresh.url}/new.xml</loc><lastmod>2026-11-20</lastmod></sitemap></sitemapindex>"
    )
    if named == "sitemap":
        fresh.origin.pages["/sitemap.xml"] = sitemap
    elif named == "index":
        fresh.origin.pages |= {"/sitemap.xml": index, "/new.xml": sitemap}
    with nginx_in_front(fresh, GOOD):
        found = fresh.examine()
    assert found.examination.article == ("/news/a1" if named == "front page" else "/news/a4")
    assert found.colour("body") == "green"


def test_an_admin_that_leads_away_from_the_papers_address_is_seen(fresh: House, nginx: str) -> None:
    fresh.origin.pages["/"] = fresh.origin.pages["/"].replace("<head>", f"<head>{WORDPRESS}")
    away = "location /wp-admin/ { return 302 http://cms.internal/wp-login.php; }"
    with nginx_in_front(fresh, GOOD, server=away):
        found = fresh.examine()
    assert found.colour("cms") == "red"
    assert "/wp-admin/ leads readers where they cannot go, to http://cms.internal/wp-login.php" in found.said("cms")


def test_another_way_to_a_gateway_that_observes_leads_round_nothing(fresh: House, nginx: str) -> None:
    fresh.take_up(meter='mode = "observe"')
    again = (
        f"server {{ listen {fresh.host}:{fresh.origin.port}; location / {{ "
        f"proxy_pass http://127.0.0.1:{fresh.port};{PROXY}{GOOD} }} }}"
    )
    with nginx_in_front(fresh, GOOD, http=again):
        assert fresh.examine().colour("round") == "green"
        assert fresh.examine(keys=False).colour("round") == "green"


@pytest.mark.parametrize(
    ("said", "colour", "told"),
    [
        ("unknown", "red", 'says "unknown" where your address belongs'),
        ("10.1.2.3, 203.0.113.50", "not seen", "through a proxy of your own network"),
        ("203.0.113.50:4711", "green", "You arrive as 203.0.113.50"),
        ("[2001:db8::7]:4711", "green", "You arrive as 2001:db8::7"),
    ],
)
def test_what_the_front_says_of_the_asker_is_read_as_the_gateway_reads_it(
    fresh: House, nginx: str, said: str, colour: str, told: str
) -> None:
    with nginx_in_front(fresh, f"proxy_set_header X-Forwarded-For '{said}';"):
        found = fresh.examine()
    assert found.colour("address") == colour
    assert told in found.said("address")


def test_a_stranger_at_the_upstreams_address_is_not_taken_for_the_site_behind(fresh: House, nginx: str) -> None:
    fresh.origin.pages |= {"/wp-login.php": "<!doctype html><title>Log in</title>"}
    fresh.origin.pages["/"] = fresh.origin.pages["/"].replace("<head>", f"<head>{WORDPRESS}")
    with running_origin() as stranger, nginx_in_front(fresh, GOOD):
        stranger.pages.clear()
        file = fresh.folder / "pennypress.toml"
        file.write_text(file.read_text("utf-8").replace(fresh.origin.url, stranger.url), "utf-8")
        found = fresh.examine()
    assert found.colour("cms") == "not seen"
    assert "was not seen from here" in found.said("cms")
    assert [method for method, _, _ in stranger.asked] == ["GET"]


def test_a_network_whose_addresses_have_a_name_is_trusted_by_that(fresh: House, nginx: str) -> None:
    edge = "proxy_set_header X-Forwarded-For '$remote_addr, 203.0.113.50'; add_header CF-Ray 8a1b2c3d;"
    with nginx_in_front(fresh, edge):
        found = fresh.examine()
    assert found.lines("address") == ('trusted_proxies = ["127.0.0.1", "cloudflare"]',)


def test_signing_in_at_another_site_is_the_sites_own_way(fresh: House, nginx: str) -> None:
    fresh.origin.pages["/"] = fresh.origin.pages["/"].replace("<head>", f"<head>{WORDPRESS}")
    away = "location /wp-login.php { return 302 https://login.example.com/; }"
    with nginx_in_front(fresh, GOOD, server=away):
        assert "login.example.com" not in fresh.examine().said("cms")
