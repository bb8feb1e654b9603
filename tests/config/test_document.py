"""From a TOML document to a configuration: every fault at once, each with its place and its mend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from pennypress.config import Config, HostAddress, SocketAddress, build, load, read
from pennypress.core.article import Access, Article
from pennypress.core.policy import Mode
from pennypress.core.window import WindowKind
from pennypress.errors import ConfigurationError, Fault

FILE = Path("pennypress.toml")

DESIGN = """
[paper]
name = "The Morning Post"
name_in_sentence = "the Morning Post"
url = "https://www.example.com"
timezone = "Europe/London"
languages = ["en-GB"]
subscribe_url = "/subscribe"

[meter]
mode = "on"
limit = 5
registered_limit = 10
window = "month"

[articles]
paths = ["/news/**"]
body = "article .body"
preview = 2

[[rules]]
access = "free"
paths = ["/news/obituaries/**"]

[network]
trusted_proxies = []
budget = "on"
newcomer_articles = 50
newcomer_readers = 25

[store]
meters = "sqlite:pennypress.db"

[secrets]
keys = "pennypress.keys"

[gateway]
listen = "127.0.0.1:8000"
upstream = "http://127.0.0.1:8080"
workers = 1
"""


def faults(document: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(document, FILE)
    return [str(fault) for fault in caught.value.faults]


def test_the_file_of_the_design_is_without_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "pennypress.toml"
    path.write_text(DESIGN, encoding="utf-8")
    config = load(path)
    assert config.paper.name_in_sentence == "the Morning Post"
    assert config.paper.secure
    assert config.meter.mode is Mode.ON
    assert config.meter.registered_limit == 10
    assert config.articles.body == "article .body"
    assert config.gateway.listen == HostAddress("127.0.0.1", 8000)
    assert config.base == tmp_path
    assert config.secrets.keys == tmp_path / "pennypress.keys"


def test_an_absent_key_takes_the_value_that_the_design_shows() -> None:
    config = read("", FILE)
    assert config.paper.name == config.paper.name_in_sentence == "The Morning Post"
    assert config.paper.url is None
    assert not config.paper.secure
    assert str(config.paper.timezone) == "Europe/London"
    assert config.paper.languages == ("en-GB",)
    assert config.paper.subscribe_url == "/subscribe"
    assert (config.meter.mode, config.meter.limit, config.meter.registered_limit) == (Mode.ON, 5, 5)
    assert (config.meter.window.kind, config.meter.window.zone) == (WindowKind.MONTH, config.paper.timezone)
    assert config.meter.on_failure is None
    assert [pattern.text for pattern in config.articles.paths] == ["/news/**"]
    assert (config.articles.body, config.articles.preview, config.articles.scripts) == (None, 2, "auto")
    assert config.rules == ()
    assert config.network.trusted_proxies == ()
    assert (config.network.budget, config.network.newcomer_articles, config.network.newcomer_readers) == ("on", 50, 25)
    assert config.store.meters == "sqlite:pennypress.db"
    assert (config.gateway.upstream, config.gateway.workers) == ("http://127.0.0.1:8080", 1)
    assert (config.gateway.cache, config.gateway.largest_article) == (64_000_000, 5_000_000)


def test_an_absent_registered_limit_follows_the_limit() -> None:
    assert read("[meter]\nlimit = 7", FILE).meter.registered_limit == 7


def test_an_absent_name_in_sentence_is_the_name_unchanged() -> None:
    assert read('[paper]\nname = "Die Zeitung"', FILE).paper.name_in_sentence == "Die Zeitung"


def test_the_policy_holds_limits_window_and_rules() -> None:
    document = """
    [paper]
    timezone = "America/New_York"
    [meter]
    limit = 3
    registered_limit = 8
    window = "30 days"
    on_failure = "open newer than 2 days"
    [[rules]]
    access = "premium"
    name = "Weekend"
    tags = ["Weekend"]
    newer_than = "36 hours"
    [[rules]]
    access = "free"
    from = 2026-12-01
    until = 2026-12-01T06:00:00
    """
    policy = read(document, FILE).policy()
    assert (policy.limit, policy.registered_limit, policy.open_newer_than) == (3, 8, timedelta(days=2))
    assert policy.window.days == 30
    weekend, morning = policy.rules
    assert (weekend.access, weekend.name, weekend.newer_than) == (Access.PREMIUM, "Weekend", timedelta(hours=36))
    assert morning.start == datetime(2026, 12, 1, 5, tzinfo=UTC), "a date is its first moment in the paper's zone"
    assert morning.until == datetime(2026, 12, 1, 11, tzinfo=UTC)
    published = datetime(2026, 11, 30, 20, tzinfo=UTC)
    article = Article("/a", ("/a",), tags=("WEEKEND",), published=published)
    assert policy.access(article, published)[0] is Access.PREMIUM


def test_every_way_to_write_a_value_is_read(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    config = build(
        tmp_path,
        paper={"url": "HTTPS://www.Example.com:8443/", "subscribe_url": "https://shop.example.com/join?x=1"},
        articles={"paths": [], "templates": "templates", "look": "boxed", "preview": 0},
        network={"trusted_proxies": ["10.0.0.0/8", "::1", "fd00::/8"]},
        store={"meters": "memory:"},
        gateway={"listen": "unix:run/p.sock", "cache": 0, "largest_article": "500 kB", "origin_timeout": "5s"},
    )
    assert config.paper.url == "https://www.example.com:8443"
    assert config.articles.paths == ()
    assert config.articles.templates == tmp_path / "templates"
    assert config.network.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"), ip_network("fd00::/8"))
    assert config.gateway.listen == SocketAddress(tmp_path / "run/p.sock")
    assert (config.gateway.cache, config.gateway.largest_article) == (0, 500_000)
    assert config.gateway.origin_timeout == timedelta(seconds=5)
    assert build(tmp_path, gateway={"listen": "[::1]:80"}).gateway.listen == HostAddress("::1", 80)


@pytest.mark.parametrize(
    ("document", "line", "words"),
    [
        # Syntax
        ("[meter]\nlimit = ", 2, "this is not TOML: invalid value; put texts between double quotes"),
        ("[meter]\nlimit = 1\nlimit = 2\n\n", 3, "the key stands twice"),
        ("[meter]\n[paper]\n[meter]", 3, "the section stands twice"),
        ("[meter\nlimit = 1", 1, "this is not TOML"),
        ("\nname = Post", 2, "put texts between double quotes"),
        ('a = "x\n', 1, "close the quotes on the line on which they open"),
        ('a = "C:\\x"', 1, "write each backslash twice"),
        ("a\nb = 1", 1, "write a key, an equals sign and a value"),
        # Keys and sections
        ("[meter]\nlimt = 5", 2, 'limt is no setting of [meter]; did you mean "limit"?'),
        ("[gatway]\nlisten = 1", 1, 'gatway is no section; did you mean "gateway"?'),
        ("limit = 5", 1, "limit is no section; put it under [meter]."),
        ("[meter]\n\npaths = []", 3, "paths is no setting of [meter]; put it under [articles]."),
        ("[meter]\nxyzzy = 1", 2, "xyzzy is no setting of [meter]; take it away, or write"),
        ("meter = 5", 1, "meter is the number 5 where a section belongs; write [meter]"),
        ("[[meter]]\nlimit = 1", 1, "meter is a list where a section belongs"),
        ("[rules]\naccess = 'free'", 1, "rules is a table where [[rules]] belongs"),
        # The paper
        ("[paper]\nname = ''", 2, "name is empty"),
        ("[paper]\nname = 5", 2, "name is the number 5 where a text belongs; write it between double quotes."),
        ('[paper]\nname = "a\\nb"', 2, "name holds a line break"),
        (
            "[paper]\ntimezone = 'Europe/Londn'",
            2,
            'which is no time zone of the IANA list; did you mean "Europe/London"?',
        ),
        ("[paper]\ntimezone = 'Berlin'", 2, 'did you mean "Europe/Berlin"?'),
        ("[paper]\ntimezone = 'Europe'", 2, "no time zone"),
        ("[paper]\ntimezone = '../zone'", 2, "no time zone"),
        ("[paper]\nlanguages = []", 2, "languages is an empty list"),
        (
            "[paper]\nlanguages = 'en'",
            2,
            'languages is the text "en" where a list belongs; write it in square brackets',
        ),
        (
            "[paper]\nlanguages = [\n'en',\n'tlh']",
            4,
            'languages holds "tlh", in which there are no texts; choose from en,',
        ),
        ("[paper]\nlanguages = ['en', 'en']", 2, 'languages names "en" twice'),
        ("[paper]\nlanguages = ['e n']", 2, "no language tag"),
        ("[paper]\nurl = 'www.example.com'", 2, "no address of a site"),
        ("[paper]\nurl = 'ftp://example.com'", 2, "no address of a site"),
        ("[paper]\nurl = 'https://'", 2, "no address of a site"),
        ("[paper]\nurl = 'https://a b.com'", 2, "no address of a site"),
        ("[paper]\nurl = 'https://example.com:0'", 2, "no address of a site"),
        (
            "[paper]\nurl = 'https://example.com/news'",
            2,
            'more than scheme, host and port; write "https://example.com".',
        ),
        ("[paper]\nurl = 'https://zeitungsküche.de'", 2, 'not ASCII; write the host as "xn--'),
        ("[paper]\nsubscribe_url = 'javascript:alert(1)'", 2, "no link can lead to"),
        ("[paper]\nsubscribe_url = '//evil.example'", 2, "no link can lead to"),
        ("[paper]\nsubscribe_url = 'subscribe'", 2, "no link can lead to"),
        # The meter
        ("[meter]\nmode = 'onn'", 2, 'mode is "onn"; write "on", "observe" or "off".'),
        ("[meter]\nmode = true", 2, "mode is true where a word belongs"),
        (
            "[meter]\nlimit = 0",
            2,
            'limit is 0; write 1 or more; to close everything, write a rule with access = "premium".',
        ),
        ("[meter]\nlimit = -3", 2, "limit is -3; write a whole number of 1 or more."),
        ("[meter]\nlimit = 5.0", 2, "limit is the number 5.0 where a whole number belongs"),
        (
            "[meter]\nlimit = '5'",
            2,
            'limit is the text "5" where a whole number belongs; write a whole number of 1 or more,',
        ),
        ("[meter]\nlimit = true", 2, "limit is true where a whole number belongs"),
        ("[meter]\nlimit = 2026-01-01", 2, "limit is the date or time 2026-01-01 where a whole number belongs"),
        (
            "[meter]\nlimit = 5\nregistered_limit = 4",
            3,
            "registered_limit is 4, below the limit of 5; signing in must not",
        ),
        ("[meter]\nwindow = 'fortnight'", 2, 'window is "fortnight"; write "day", "week", "month" or a number of days'),
        ("[meter]\nwindow = '0 days'", 2, 'window is "0 days"'),
        ("[meter]\nwindow = 30", 2, "window is the number 30"),
        ("[meter]\non_failure = 'open'", 2, 'on_failure is "open"; write "preview" or'),
        ("[meter]\non_failure = 'open newer than ever'", 2, "no stretch of time"),
        # The articles
        ("[articles]\npaths = '/news/**'", 2, "paths is the text"),
        ("[articles]\npaths = [\n  '/a', # fine\n  'news/**']", 4, 'does not begin with a slash; write "/news/**".'),
        ("[articles]\npaths = ['https://x.org/a/*']", 2, 'does not begin with a slash; write "/a/*".'),
        ("[articles]\npaths = ['/a?x=1']", 2, "without query or fragment"),
        ("[articles]\npaths = ['/../a']", 2, "which no page can have"),
        ("[articles]\nbody = 'article > .body >> p'", 2, 'no CSS selector from character 17 (">> p") on'),
        ("[articles]\nbody = 'p['", 2, "no CSS selector from character 2"),
        ("[articles]\npreview = -1", 2, "preview is -1; write a whole number from 0 to 100."),
        ("[articles]\nscripts = 'none'", 2, 'scripts is "none"; write "auto", "keep" or "drop".'),
        ("[articles]\nlook = 'big'", 2, 'look is "big"; write "plain", "boxed" or "quiet".'),
        ("[articles]\ntemplates = 'no/such/folder'", 2, "there is no such folder"),
        # The rules
        ("[[rules]]\npart_of = '/news/a'", 1, "rule 1 has part_of and no paths; add a line such as paths ="),
        ("[[rules]]\npart_of = '/news/*'\npaths = ['/m/*']", 2, "but a star says of no article which; write"),
        ("[[rules]]\npart_of = '/news/{}'\npaths = ['/m/*']", 2, "but its braces hold no name"),
        ("[[rules]]\npart_of = '/news/{a}/{a}'\npaths = ['/m/{a}']", 2, "but it names one thing twice"),
        (
            "[[rules]]\npart_of = '/news/{slug}'\npaths = ['/m/{slug}', '/n/*']",
            3,
            'paths holds "/n/*", which does not say what {slug} of part_of is; write {slug} where it stands',
        ),
        (
            "[[rules]]\npart_of = '/story/{slug}'\npaths = ['/m/{slug}']",
            2,
            "which lies under none of the paths of [articles]; name an article",
        ),
        (
            "[[rules]]\npart_of = '/news/a'\npaths = ['/m/a']\naccess = 'free'",
            4,
            'access is "free" beside part_of, which says that it goes by its article; take one of the two away.',
        ),
        (
            "[[rules]]\npart_of = '/news/a'\npaths = ['/m/a']\ntags = ['x']",
            4,
            "tags stands beside part_of, but a part goes by its article alone; take it away",
        ),
        ("[[rules]]\npaths = ['/a']", 1, 'rule 1 has no "access"; add a line such as access = "free".'),
        (
            "[[rules]]\naccess='free'\n[[rules]]\naccess='fre'",
            4,
            'access is "fre"; write "free", "metered" or "premium".',
        ),
        ("[[rules]]\naccess='free'\npaths = []", 3, "paths is an empty list, which chooses nothing"),
        ("[[rules]]\naccess='free'\nnewer = '2 days'", 3, 'newer is no part of a rule; did you mean "newer_than"?'),
        ("[[rules]]\naccess='free'\nnewer_than = '2 dayz'", 3, "no stretch of time; write a number and a unit"),
        ("[[rules]]\naccess='free'\nnewer_than = 2", 3, "newer_than is the number 2 where a stretch of time belongs"),
        ("[[rules]]\naccess='free'\nfrom = '2026-12-01'", 3, "where a date belongs; write 2026-12-01 or"),
        (
            "[[rules]]\naccess='free'\nfrom = 2026-12-02\nuntil = 2026-12-01",
            4,
            "never in force: it ends before it begins",
        ),
        ("[[rules]]\naccess='free'\nfrom = 06:00:00", 3, "where a date belongs"),
        ("[[rules]]\naccess='free'\nnewer_than='1 day'\nolder_than='2 days'", 4, "none is both that new and that old"),
        ("rules = [{access = 'free'}, {}]", 1, 'rule 2 has no "access"'),
        ("rules = [5]", 1, "rule 1 is the number 5 where a section belongs"),
        # Network, store, keys
        ("[network]\ntrusted_proxies = ['10.0.0.1/8']", 2, 'an address inside a network; write "10.0.0.0/8".'),
        ("[network]\ntrusted_proxies = ['proxy']", 2, 'holds "proxy", which is no network'),
        ("[network]\ntrusted_proxies = ['akamai']", 2, '"127.0.0.1", or "cloudflare" or "fastly"'),
        ("[network]\nresolver = 'ns.example.com'", 2, "no address of a name server"),
        ("[network]\nresolver = '127.0.0.1:99999'", 2, "has no such port"),
        ("[network]\nbudget = 'yes'", 2, 'budget is "yes"'),
        ("[guard]\nlearn = ['https://a.test/map.xml']", 2, 'which is no path of the site; write "/map.xml".'),
        ("[guard]\nlearn = ['map.xml']", 2, 'write "/map.xml".'),
        # Who asks
        ("[[partners]]\nname = 'A'\npaths = ['/feed']", 1, "has neither ranges nor a key, so nobody is this partner"),
        ("[[partners]]\nname = 'A'\npaths = ['/f']\nkey = 'short'", 4, "key can be guessed"),
        ("[[partners]]\nname = 'A'\npaths = []\nkey = 'k3Jq8vTn5Xw2Lr7Yd9Hs'", 3, "an empty list"),
        ("[[crawlers]]\nname = 'A'\nuser_agents = ['A']\nranges = 'none.json'", 4, "there is no such file"),
        ("[[crawlers]]\nname='A'\nuser_agents=['A']\nzones=['*.a.test']", 4, 'which is no zone; write "a.test"'),
        ("[[crawlers]]\nname='A'\nuser_agents=['A']\nzones=['com']", 4, "which is no zone; write one such as"),
        ("[[crawlers]]\nname = 'A'", 1, 'has no "user_agents"; add a line such as user_agents = ["Examplebot"].'),
        ("[network]\nnewcomer_articles = 0", 2, "newcomer_articles is 0"),
        ("[store]\nmeters = 'mysql://localhost'", 2, "a store that this version does not have"),
        ("[store]\nmeters = 'sqlite:'", 2, 'meters is "sqlite:"'),
        ("[store]\nmeters = 'memory:'\n[gateway]\nworkers = 2", 2, "which 2 workers cannot share"),
        ("[secrets]\nkeys = '.'", 2, "which is a folder; name a file."),
        # The office
        ("[office]\ndemo_till = true\n[stripe]\nkey = 'stripe.key'", 2, "readers could read without paying"),
        # The gateway
        ("[gateway]\nlisten = 8000", 2, 'listen is the number 8000 where a text belongs; write "127.0.0.1:8000".'),
        ("[gateway]\nlisten = ':8000'", 2, "write a host and a port"),
        ("[gateway]\nlisten = 'localhost'", 2, "write a host and a port"),
        ("[gateway]\nlisten = 'localhost:70000'", 2, "write a host and a port"),
        ("[gateway]\nlisten = '::1:80'", 2, "write a host and a port"),
        ("[gateway]\nlisten = 'unix:'", 2, "empty or too long for a socket"),
        (f"[gateway]\nlisten = 'unix:{'x' * 120}'", 2, "empty or too long for a socket"),
        ("[gateway]\nupstream = 'localhost:8080'", 2, "no address of a site"),
        ("[gateway]\nupstream = 'http://localhost:8000'", 2, "where the gateway itself listens"),
        ("[gateway]\nlisten = '0.0.0.0:80'\nupstream = 'http://127.0.0.1'", 3, "where the gateway itself listens"),
        ("[gateway]\nworkers = 65", 2, "workers is 65; write a whole number from 1 to 64."),
        ("[gateway]\nworkers = 0", 2, "workers is 0; write a whole number from 1 to 64."),
        ("[gateway]\ncache = '64'", 2, 'cache is "64", which is no size; write a number and a unit'),
        ("[gateway]\ncache = 64", 2, "cache is the number 64 where a size belongs"),
        ("[gateway]\nlargest_article = 0", 2, "largest_article is 0"),
        ("[gateway]\norigin_timeout = '2 days'", 2, "too long to wait"),
        # Texts
        ("[texts]\nen = 5", 2, "en is the number 5 where texts belong"),
        ("[texts.en-GB]\npremium = 5", 2, "premium is the number 5 where a text belongs"),
        ("[texts.en-GB]\npremum = 'x'", 2, "premum is no text of ours"),
        ("[texts.fr]\npremium = 'x'", 1, "fr is no language of this paper"),
        ("[texts.en-GB]\nmore-this-month.one = 'x'", 2, "lacks plural forms"),
    ],
)
def test_a_fault_names_its_line_what_is_wrong_and_how_to_mend_it(document: str, line: int, words: str) -> None:
    told = faults(document)
    assert len(told) == 1, told
    assert told[0].startswith(f"pennypress.toml:{line}: ")
    assert words in told[0]
    assert told[0].endswith((".", "?"))


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    document = """
[gateway]
workers = 0
upstream = "x"

[meter]
registered_limit = 2
limit = 0
lmit = 3

[articles]
paths = ["a", "/b", 3]
"""
    assert [told.partition(": ")[0] for told in faults(document)] == [
        f"pennypress.toml:{line}" for line in (3, 4, 8, 9, 12, 12)
    ]


def test_all_faults_of_all_shared_networks_are_told_at_once() -> None:
    told = faults(
        "[[network.shared]]\nranges = ['1.2.3.4/33', '10.0.0.1/8']\nnewcomer_articles = 0\n"
        "newcomer_readers = 1\nx = 1\n"
        "[[network.shared]]\nranges = []\n"
    )
    assert [(fault.split(":")[1], fault.split(": ", 1)[1].partition(";")[0]) for fault in told] == [
        ("2", 'ranges holds "1.2.3.4/33", which is no network'),
        ("2", 'ranges holds "10.0.0.1/8", which is an address inside a network'),
        ("3", "newcomer_articles is 0"),
        ("5", "x is no setting of [[network.shared]]"),
        ("6", 'shared has no "newcomer_articles"'),
        ("6", 'shared has no "newcomer_readers"'),
        ("7", "ranges is an empty list, which chooses nothing"),
    ]


def test_a_password_in_an_address_is_not_told() -> None:
    for section in ("[gateway]\nupstream = ", "[store]\nmeters = "):
        assert "s3cret" not in faults(f"{section}'https://me:s3cret@example.com/x'")[0]


def test_built_from_values_a_fault_names_the_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build(tmp_path, meter={"limit": 0})
    assert caught.value.faults[0].place == "meter.limit"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "pennypress.toml"
    path.write_bytes(b"\xef\xbb\xbf[meter]\r\nlimit = 3\r\n")
    assert load(path).meter.limit == 3


def _fault_of_file(path: Path) -> Fault:
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    (fault,) = caught.value.faults
    return fault


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    assert "there is no such file; make one with: pennypress init" in str(_fault_of_file(tmp_path / "none.toml"))
    assert "this is a folder" in str(_fault_of_file(tmp_path))
    latin = tmp_path / "latin.toml"
    latin.write_bytes('[paper]\nname = "Märkische"'.encode("latin-1"))
    assert str(_fault_of_file(latin)).startswith(f"{latin}:2: a character is not UTF-8")
    deep = tmp_path / "deep.toml"
    deep.write_text("a = " + "[" * 5000, encoding="utf-8")
    assert "TOML" in str(_fault_of_file(deep)) or "deeply" in str(_fault_of_file(deep))


def test_a_configuration_is_never_half_applied() -> None:
    config: Config | None = None
    with pytest.raises(ConfigurationError):
        config = read("[meter]\nlimit = 3\nwindow = 'x'", FILE)
    assert config is None


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("127.0.0.1", "127.0.0.1:53"),
        ("127.0.0.1:5353", "127.0.0.1:5353"),
        ("::1", "[::1]:53"),
        ("[::1]:5353", "[::1]:5353"),
        ("[2001:DB8::53]", "[2001:db8::53]:53"),
    ],
)
def test_a_name_server_is_an_address_and_a_port(tmp_path: Path, written: str, read_as: str) -> None:
    assert build(tmp_path, network={"resolver": written}).network.resolver == read_as


def test_fronts_go_by_their_names_among_networks(tmp_path: Path) -> None:
    config = build(tmp_path, network={"trusted_proxies": ["cloudflare", "10.0.0.0/8"]})
    assert config.network.trusted_proxies == ("cloudflare", ip_network("10.0.0.0/8"))
