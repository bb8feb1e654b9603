"""The configuration: every setting, declared once, and the values that the rest of the house reads."""
# ruff: noqa: RUF009  -- the calls in the bodies of the sections are their declarations; each gives a new field

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pennypress.config.addresses import HostAddress, SocketAddress, link, listen_address, site_url
from pennypress.config.askers import CrawlerTable, PartnerTable
from pennypress.config.office import (
    AccessSection,
    LawSection,
    MailSection,
    OfficeSection,
    RetentionSection,
    StripeSection,
)
from pennypress.config.reading import (
    Front,
    Network,
    file,
    folder,
    language,
    list_of,
    list_path,
    name_server,
    on_failure,
    one_of,
    path_pattern,
    proxy,
    records_url,
    selector,
    short_duration,
    size,
    size_of_some,
    store_url,
    time_zone,
    whole_number,
    window,
)
from pennypress.config.setting import optional, same_as, setting
from pennypress.config.shared import shared_networks
from pennypress.config.words import text
from pennypress.core.budget import SharedNetwork
from pennypress.core.part import PartRule
from pennypress.core.policy import Mode, Policy, Rule
from pennypress.core.target import PathPattern
from pennypress.core.window import Window

Budget = Literal["on", "observe", "off"]
GuardMode = Literal["withhold", "report", "off"]
Scripts = Literal["auto", "keep", "drop"]
Look = Literal["plain", "boxed", "quiet"]

_GUARD_MODES: tuple[GuardMode, ...] = ("withhold", "report", "off")
_BUDGETS: tuple[Budget, ...] = ("on", "observe", "off")
_SCRIPTS: tuple[Scripts, ...] = ("auto", "keep", "drop")
_LOOKS: tuple[Look, ...] = ("plain", "boxed", "quiet")

_patterns = list_of(path_pattern, example='["/news/**"]', may_be_empty=True)
_chosen_patterns = list_of(path_pattern, example='["/news/**"]', may_be_empty=False)
_names = list_of(text, example='["politics"]', may_be_empty=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The newspaper."""

    name: str = setting(text, kind="text", default="The Morning Post", help="The paper's name as a heading.")
    name_in_sentence: str = same_as(
        "name",
        text,
        kind="text",
        example="the Morning Post",
        help="The name as it stands inside a sentence: Please help support the Morning Post.",
    )
    url: str | None = optional(
        site_url,
        kind="address",
        absent="as asked, for trying out",
        example="https://www.example.com",
        help="The address at which readers reach the paper. It decides whether the cookie is Secure, which links "
        "are the paper's own, and which hosts are answered.",
    )
    timezone: ZoneInfo = setting(
        time_zone,
        kind="time zone",
        default="Europe/London",
        help="The zone in which days, weeks and months begin and dates are shown.",
    )
    languages: tuple[str, ...] = setting(
        list_of(language, example='["en-GB"]', may_be_empty=False),
        kind="list of languages",
        default=["en-GB"],
        help="The languages of the notices. The first is the default; the rest go by the reader's Accept-Language.",
    )
    subscribe_url: str = setting(
        link, kind="link", default="/subscribe", help="Where one subscribes: a path of the site, or a whole address."
    )

    help: tuple[str, ...] = setting(
        list_of(text, example='["0161 496 0000", "help@example.com"]', may_be_empty=True),
        kind="list of texts",
        default=[],
        example=["0161 496 0000", "help@example.com"],
        help="Telephone numbers and mail addresses under which readers find help; they stand at the foot of a wall.",
    )

    @property
    def secure(self) -> bool:
        """Whether readers reach the paper by https."""
        return self.url is not None and self.url.startswith("https:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """How many articles in how long."""

    mode: Mode = setting(
        one_of(*Mode),
        kind="word",
        default="on",
        help='"on" meters; "observe" decides and counts but shows and withholds nothing; "off" passes everything.',
    )
    limit: int = setting(
        whole_number(1, mend='write 1 or more; to close everything, write a rule with access = "premium"'),
        kind="number",
        default=5,
        help="How many articles an anonymous reader may open in a window.",
    )
    registered_limit: int = same_as(
        "limit",
        whole_number(1),
        kind="number",
        example=10,
        help="How many for a reader who is signed in and has no subscription; not below `limit`.",
    )
    window: Window = setting(
        window,
        kind="window",
        default="month",
        help='"day", "week", "month", or a number of days such as "30 days", after which each article comes back.',
    )
    on_failure: timedelta | None = setting(
        on_failure,
        kind="text",
        default="preview",
        help='What a metered article shows while the meter cannot be asked: "preview", or "open newer than 2 days" '
        "to open new articles. The archive never opens.",
        example="open newer than 2 days",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """Which pages are articles, and how they are cut."""

    paths: tuple[PathPattern, ...] = setting(
        _patterns,
        kind="list of patterns",
        default=["/news/**"],
        help="The paths of articles: * is one segment, ** any number. With [] the page's own word decides (an "
        "article type in its JSON-LD, or og:type=article).",
    )
    body: str | None = optional(
        selector,
        kind="CSS selector",
        absent="the page's own markup, then what the page shows",
        example="article .body",
        help="Where in a page the article's body stands.",
    )
    preview: int = setting(
        whole_number(0, 100),
        kind="number",
        default=2,
        help="How many of the body's blocks (paragraphs and their kin) the preview keeps; never over a quarter.",
    )
    scripts: Scripts = setting(
        one_of(*_SCRIPTS),
        kind="word",
        default="auto",
        help='The scripts that build a page anew in the browser, on a cut page: "auto" leaves them out where they '
        'would bring the text back or fail without it, "keep" leaves them in, "drop" leaves every script out.',
    )
    look: Look = setting(
        one_of(*_LOOKS), kind="word", default="plain", help='How notice and wall look: "plain", "boxed" or "quiet".'
    )
    templates: Path | None = optional(
        folder,
        kind="folder",
        absent="the templates that come with Pennypress",
        example="templates",
        help="A folder with templates of your own for notice and wall.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSection:
    """The leak guard: what becomes of withheld text on pages that are not its article's own."""

    mode: GuardMode = setting(
        one_of(*_GUARD_MODES),
        kind="word",
        default="withhold",
        help='"withhold" (cut it out, or refuse the answer), "report" (tell the log and pass it) or "off".',
    )
    allow: tuple[PathPattern, ...] = setting(
        _patterns,
        kind="list of patterns",
        default=[],
        example=["/review-of-the-press/**"],
        help="Pages that may quote what articles withhold.",
    )
    learn: tuple[str, ...] = setting(
        list_of(list_path, example='["/sitemap.xml"]', may_be_empty=True),
        kind="list of paths",
        default=[],
        example=["/sitemap.xml", "/feed/"],
        help="Sitemaps and feeds of the site whose articles are read at the start, so that the guard knows them "
        "before anybody opened them.",
    )
    sign_in_cookies: tuple[str, ...] = setting(
        list_of(text, example='["cms_session"]', may_be_empty=True),
        kind="list of texts",
        default=[],
        example=["cms_session"],
        help="Cookies of the site that mark a signed-in user, besides those of WordPress and Drupal. What such a user "
        "asks for is never cut: it goes out whole to the staff, else it is refused.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSection:
    """Whose word about addresses counts, and what an address may open."""

    trusted_proxies: tuple[Network | Front, ...] = setting(
        list_of(proxy, example='["127.0.0.1"]', may_be_empty=True),
        kind="list of networks",
        default=[],
        example=["127.0.0.1", "10.0.0.0/8"],
        help="The networks of what stands in front, whose X-Forwarded-For counts; with [] nobody's does. The names "
        '"cloudflare" and "fastly" stand for the networks that these publish.',
    )
    resolver: str | None = optional(
        name_server,
        kind="host and port",
        absent="the system's",
        example="127.0.0.1:53",
        help="The name server by which crawlers are told from those who only say so.",
    )
    budget: Budget = setting(
        one_of(*_BUDGETS),
        kind="word",
        default="on",
        help='The address budget: "on", "observe" (counts without refusing) or "off".',
    )
    newcomer_articles: int = setting(
        whole_number(1),
        kind="number",
        default=50,
        help="How many distinct articles newcomers at one address may open between them in a window.",
    )
    newcomer_readers: int = setting(
        whole_number(1),
        kind="number",
        default=25,
        help="How many newcomers at one address may become established in a window.",
    )
    shared: tuple[SharedNetwork, ...] = setting(
        shared_networks,
        kind="list of tables",
        default=[],
        example=[{"ranges": ["198.51.100.0/24"], "newcomer_articles": 1000, "newcomer_readers": 500}],
        help="Carriers, campuses and offices behind whose addresses many readers are known to be: the ranges, and what "
        "takes the place of the two numbers above for each address in them.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSection:
    """Where the meters are kept."""

    meters: str = setting(
        store_url,
        kind="store",
        default="sqlite:pennypress.db",
        help='"sqlite:" and a file on a local disk, or "memory:" for trying out with one worker.',
    )
    records: str = setting(
        records_url,
        kind="database",
        default="sqlite:pennypress-records.db",
        help='Where accounts, subscriptions and payments are kept: "sqlite:" and a file on a local disk, or '
        '"postgresql://user:password@host/database".',
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The keys."""

    keys: Path = setting(
        file,
        kind="file",
        default="pennypress.keys",
        help="One key a line (64 hexadecimal digits), newest first, mode 0600; made at the first start when neither "
        "it nor the store exists.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The gateway: where it listens, and what it stands in front of."""

    listen: HostAddress | SocketAddress = setting(
        listen_address,
        kind="address",
        default="127.0.0.1:8000",
        help='A host and a port, or "unix:" and the file of a socket.',
    )
    upstream: str = setting(
        site_url,
        kind="address",
        default="http://127.0.0.1:8080",
        help="The site in front of which the gateway stands.",
    )
    workers: int = setting(
        whole_number(1, 64), kind="number", default=1, help="How many processes serve; one a core is plenty."
    )
    upgrade: tuple[PathPattern, ...] = setting(
        _patterns,
        kind="list of patterns",
        default=[],
        example=["/live/**"],
        help="Where WebSockets may be opened to the site; under the article paths never.",
    )
    cache: int = setting(
        size,
        kind="size",
        default="64 MB",
        help="How much each worker keeps of answers that the origin calls public, for a minute at most, and ten more "
        "while the origin fails; 0 keeps none.",
    )
    largest_article: int = setting(
        size_of_some,
        kind="size",
        default="5 MB",
        help="The largest article page that is read; a larger one is not sent.",
    )
    header_timeout: timedelta = setting(
        short_duration,
        kind="stretch of time",
        default="30 seconds",
        help="How long a connection may take to bring the header of its next request, whether it is slow or idle.",
    )
    origin_timeout: timedelta = setting(
        short_duration,
        kind="stretch of time",
        default="60 seconds",
        help="How long the origin may keep silent.",
    )
    body_timeout: timedelta = setting(
        short_duration,
        kind="stretch of time",
        default="60 seconds",
        help="How long a reader may let a body stand still on its way, in either direction.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration without a fault. ``texts`` holds the replaced texts: language, then id, then text."""

    base: Path
    paper: Paper
    meter: Meter
    articles: Articles
    rules: tuple[Rule, ...]
    parts: tuple[PartRule, ...]
    guard: GuardSection
    network: NetworkSection
    store: StoreSection
    secrets: Secrets
    gateway: Gateway
    office: OfficeSection
    mail: MailSection
    stripe: StripeSection
    access: AccessSection
    law: LawSection
    retention: RetentionSection
    texts: Mapping[str, Mapping[str, str]]
    crawlers: tuple[CrawlerTable, ...]
    partners: tuple[PartnerTable, ...]

    def policy(self) -> Policy:
        """How the paper meters, for the core."""
        return Policy(
            window=self.meter.window,
            limit=self.meter.limit,
            registered_limit=self.meter.registered_limit,
            rules=self.rules,
            open_newer_than=self.meter.on_failure,
        )


SECTIONS: Mapping[str, type] = {
    "paper": Paper,
    "meter": Meter,
    "articles": Articles,
    "guard": GuardSection,
    "network": NetworkSection,
    "store": StoreSection,
    "secrets": Secrets,
    "gateway": Gateway,
    "office": OfficeSection,
    "mail": MailSection,
    "stripe": StripeSection,
    "access": AccessSection,
    "law": LawSection,
    "retention": RetentionSection,
}
"""The sections that hold settings, in the order of the file; ``[[rules]]`` and ``[texts.…]`` stand beside them."""
