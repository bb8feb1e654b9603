"""What a reader is shown of ours: the notice, the wall, and the pages that we build whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from jinja2 import Environment
from markupsafe import Markup

from pennypress.core.decision import Decision, Reason, State, Wall
from pennypress.core.meter import Standing, Unit
from pennypress.core.rights import Lapse, LapseKind
from pennypress.core.window import Span, Window, WindowKind
from pennypress.errors import ConfigurationError
from pennypress.messages import Replacements, Texts, check_replacements, wording
from pennypress.messages.wording import Message
from pennypress.pages.contact import contacts
from pennypress.pages.templating import environment, isolated, marked_up, refused_templates

STYLE_URL = "/-/pennypress/style.css"
WALL_CLASS = "pennypress-wall"

_STYLES = Path(__file__).parent / "styles"
_KEPT = 4096
"""Rendered notices and walls kept ready: states x numbers x dates of a few days x languages fit well."""

# What differs on every page is no part of what is kept: these stand for it there.
_ARTICLE_MARK = "~pennypress-article~"
_CODE_MARK = "~pennypress-code~"


@dataclass(frozen=True, slots=True)
class Paper:
    """What the texts say of a paper and where its links lead. An empty ``subscribe_url``, a missing ``sign_in_url``
    or ``account_url`` is a way that this installation does not have: no text offers it. ``help`` are the telephone
    numbers and mail addresses at the foot of a wall."""

    name: str
    name_in_sentence: str
    subscribe_url: str
    reading_url: str
    sign_in_url: str | None
    zone: tzinfo
    window: Window
    url: str = "/"
    account_url: str | None = None
    help: tuple[str, ...] = ()


class ErrorPage(Enum):
    """The short pages that stand in for an answer: what each says, and what to do about it."""

    BAD_REQUEST = (wording.BAD_REQUEST, wording.BAD_REQUEST_WAY)
    REFUSED = (wording.REFUSED, wording.REFUSED_WAY)
    NOT_FOUND = (wording.NOT_FOUND, wording.NOT_FOUND_WAY)
    TOO_LARGE = (wording.TOO_LARGE, wording.TOO_LARGE_WAY)
    ORIGIN_DOWN = (wording.ORIGIN_DOWN, wording.OUR_FAULT)
    UNAVAILABLE = (wording.UNAVAILABLE, wording.OUR_FAULT)
    ELSEWHERE = (wording.ELSEWHERE, wording.ELSEWHERE_WAY)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a notice or a wall: the name of its message, and its text with its link."""

    name: str
    text: Markup


@dataclass(frozen=True, slots=True)
class Item:
    """One article of the reader's own page: its title, where it stands (None: not known), when it comes back."""

    title: Markup
    href: str | None
    back: Markup | None


class Board:
    """Renders everything of ours, in every language of a paper; what was rendered once is kept."""

    def __init__(
        self,
        paper: Paper,
        languages: tuple[str, ...],
        *,
        look: str = "plain",
        templates: Path | None = None,
        texts: Replacements | None = None,
        seal: Callable[[str], str] = str,
    ) -> None:
        """``seal`` makes the path of an article what its links bring along as ``from``. Raises ConfigurationError,
        with every fault, for texts or templates that cannot take the place of ours."""
        self._paper = paper
        self._seal = seal
        ways = _Ways(paper.subscribe_url, paper.sign_in_url or "", paper.account_url or "")
        self._ways = _Ways(*(_with_return(way) for way in ways)) if paper.sign_in_url else ways
        replaced = texts or {}
        if faults := check_replacements(replaced, languages):
            raise ConfigurationError(faults)
        self._texts: Mapping[str, Texts] = {tag: Texts(tag, replaced.get(tag)) for tag in languages}
        self._environment: Environment = environment(templates)
        self.stylesheet: bytes = b"\n".join(
            (_STYLES / name).read_bytes() for name in ("pennypress.css", f"{look}.css", "page.css")
        )
        self._render: Callable[[str, _Shown], bytes] = lru_cache(maxsize=_KEPT)(self._rendered)
        self.error: Callable[[ErrorPage, str], bytes] = lru_cache(maxsize=_KEPT)(self._error)
        if templates is not None and (faults := refused_templates(self._environment, templates, self._try)):
            raise ConfigurationError(faults)

    def notice(self, decision: Decision, language: str, article_path: str, now: datetime | None = None) -> bytes:
        """The notice for a page in full; empty where the decision has nothing to say.

        ``article_path`` is the path and query to which its links lead back. An opening that closes on the day of
        ``now`` is told by its time alone.
        """
        return self._aside(self._shown(decision, now=now), language, article_path)

    def say(self, message: Message, language: str | None = None) -> str:
        """A message by itself as plain text, its placeholders not filled; in the paper's language when None."""
        return self._texts[language or next(iter(self._texts))].wording(message)

    def wall(self, decision: Decision, language: str, article_path: str, code: str = "") -> bytes:
        """The wall that stands behind the preview; empty where the decision has nothing to say.

        ``code`` is the reader's code, to be shown at its foot; empty where there is none.
        """
        return self._aside(self._shown(decision, walled=True, code=code), language, article_path, code)

    def wall_of(self, decision: Decision) -> Wall | None:
        """Which wall a decision puts up; None where it puts up none, or could not be made."""
        if decision.full:
            return None
        if decision.lapse and self._paper.account_url and decision.state in (State.USED_UP, State.PREMIUM):
            return Wall.LAPSED
        match decision.state:
            case State.USED_UP:
                return Wall.REGWALL if decision.more_when_registered and self._paper.sign_in_url else Wall.PAYWALL
            case State.BUDGET:
                return Wall.REGWALL if self._paper.sign_in_url else Wall.PAYWALL
            case State.PREMIUM:
                return Wall.PAYWALL
        return None

    def alone(self, title: str, decision: Decision, language: str, article_path: str, code: str = "") -> bytes:
        """A whole page with an article's headline and the wall, and nothing else of the article."""
        headline = title or self._paper.name
        article = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": headline,
            "isAccessibleForFree": False,
            "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": f".{WALL_CLASS}"},
        }
        wall = Markup(self.wall(decision, language, article_path, code).decode("ascii"))
        return self._page("alone.html", language, title=headline, wall=wall, article=_script_data(article))

    def reading(
        self, standing: Standing, limit: int, span: Span, language: str, *, token: str = "", forgotten: bool = False
    ) -> bytes:
        """The reader's own page: which articles counted, the limit, and the button that forgets them.

        The button, a form that posts ``token`` to the same address, is there only while there is something to forget.
        """
        texts, kind = self._texts[language], self._paper.window.kind
        counted = self._line(texts, wording.COUNT, spent=standing.spent, limit=limit)
        none = self._line(texts, wording.NONE_COUNTED[kind])
        back = (
            self._line(texts, wording.RESETS, date=self._date(span.end, texts))
            if span.length is None
            else self._line(texts, wording.ROLLS, n=span.length.days)
        )
        items = [self._item(unit, span, texts) for unit in standing.units]
        lines = [counted if items else none, self._line(texts, wording.LIMIT[kind], n=limit), back]
        return self._page(
            "reading.html",
            language,
            title=texts.wording(wording.WHICH),
            lines=lines,
            items=items,
            forgotten=self._forgetting(_FORGOTTEN, standing, limit, span, texts) if forgotten else None,
            forget=self._forgetting(_FORGET, standing, limit, span, texts),
            button=texts.wording(wording.FORGET_BUTTON),
            reading_url=self._paper.reading_url,
            token=token if any(unit.article is not None for unit in standing.units) else "",
            support=self._support(texts, self._paper.subscribe_url),
        )

    def _shown(
        self, decision: Decision, *, walled: bool = False, code: str = "", now: datetime | None = None
    ) -> _Shown | None:
        if decision.state is None:
            return None
        closes = decision.until if decision.state is State.OPENED else None
        wall = self.wall_of(decision) if walled else None
        lapse = decision.lapse if wall is Wall.LAPSED or not walled else None
        return _Shown(
            state=decision.state,
            walled=walled,
            wall=wall,
            remaining=decision.remaining or 0,
            more_when_registered=decision.more_when_registered,
            resets=self._day(decision.resets),
            until=self._day(decision.until),
            closes=None
            if closes is None
            else closes.astimezone(self._paper.zone).time().replace(second=0, microsecond=0),
            today=closes is not None and now is not None and self._day(closes) == self._day(now),
            name=decision.name,
            signed_in=decision.signed_in,
            lapse=None if lapse is None else lapse.kind,
            lapsed=None if lapse is None else self._day(lapse.on),
            coded=bool(code),
        )

    def _aside(self, shown: _Shown | None, language: str, article_path: str, code: str = "") -> bytes:
        """What is kept, with what is this page's own put in."""
        if shown is None:
            return b""
        kept = self._render(language, shown)
        back = quote(self._seal(article_path), safe="/").encode("ascii")
        return kept.replace(_ARTICLE_MARK.encode(), back).replace(_CODE_MARK.encode(), code.encode("ascii"))

    def _rendered(self, language: str, shown: _Shown) -> bytes:
        texts = self._texts[language]
        message, *lines = self._lines(shown, texts)
        return self._ascii(
            _template(shown),
            name=texts.wording(wording.WALL_NAME if shown.walled else wording.NOTICE_NAME),
            language=language,
            direction=texts.direction,
            preview_ends=texts.wording(wording.PREVIEW_ENDS),
            wall=shown.wall,
            message=message.text,
            lines=lines,
            foot=self._foot(shown, texts) if shown.walled else None,
        )

    def _lines(self, shown: _Shown, texts: Texts) -> list[Line]:
        """The state's own message, then the lines that go with it."""
        message, ways = self._message(shown, texts), self._ways
        resets = None if self._rolling or shown.resets is None else self._resets(shown.resets, texts)
        support, sign_in = self._support(texts, ways.subscribe), self._sign_in(shown, texts)
        which, register = self._link(texts, wording.WHICH, self._paper.reading_url), self._register(shown, texts)
        if shown.wall is Wall.LAPSED:
            metered = [resets, which] if shown.state is State.USED_UP else []
            lines = [self._lapse(shown, texts, wording.LAPSED), message, *metered]
        elif shown.wall is Wall.REGWALL and shown.state is State.USED_UP:
            lines = [message, register, resets, support, which, sign_in]
        elif shown.state in _METERED:
            lapse = self._lapse(shown, texts, wording.LAPSED_BRIEFLY)
            lines = [message, resets, lapse, support, register, which, sign_in]
        elif shown.state is State.PREMIUM:
            lines = [message, support, sign_in]
        elif shown.state is State.BUDGET and ways.sign_in:
            lines = [message, support]
        else:
            lines = [message]
        return [line for line in lines if line is not None]

    def _message(self, shown: _Shown, texts: Texts) -> Line:
        kind = self._paper.window.kind
        until = texts.full_date(shown.until) if shown.until else ""
        resets = texts.full_date(shown.resets) if shown.resets else ""
        match shown.state:
            case State.MORE:
                return self._line(texts, wording.MORE[kind], n=shown.remaining)
            case State.LAST:
                return self._line(texts, wording.LAST[kind])
            case State.STAYS_OPEN:
                return self._line(texts, wording.STAYS_OPEN[kind], date=until)
            case State.USED_UP:
                return self._line(texts, wording.USED_UP[kind], date=resets)
            case State.PREMIUM:
                return self._line(texts, wording.PREMIUM)
            case State.UNKNOWN:
                return self._line(texts, wording.UNKNOWN)
            case State.OPENED:
                opened = wording.OPENED_TODAY if shown.today else wording.OPENED
                return self._line(texts, opened, time=texts.time_of_day(shown.closes or time.min), date=until)
            case State.INSTITUTION:
                return self._line(texts, wording.INSTITUTION, institution=shown.name)
            case State.GIFT:
                return self._line(texts, wording.GIFT)
            case State.BUDGET:
                return self._budget(texts)

    def _budget(self, texts: Texts) -> Line:
        if self._ways.sign_in:
            return self._link(texts, wording.BUDGET_SIGN_IN, self._ways.sign_in)
        if self._ways.subscribe:
            return self._link(texts, wording.BUDGET_SUBSCRIBE, self._ways.subscribe)
        return self._line(texts, wording.BUDGET)

    def _resets(self, day: date, texts: Texts) -> Line:
        return self._line(texts, wording.RESETS, date=texts.full_date(day))

    def _support(self, texts: Texts, url: str) -> Line | None:
        return self._link(texts, wording.SUPPORT, url) if url else None

    def _sign_in(self, shown: _Shown, texts: Texts) -> Line | None:
        if shown.signed_in:
            return self._link(texts, wording.SIGNED_IN, self._ways.account) if self._ways.account else None
        return self._link(texts, wording.SIGN_IN, self._ways.sign_in) if self._ways.sign_in else None

    def _register(self, shown: _Shown, texts: Texts) -> Line | None:
        url, more = self._ways.sign_in, shown.more_when_registered
        if not url or not more or shown.state not in (State.USED_UP, State.STAYS_OPEN):
            return None
        message = wording.REGISTER[self._paper.window.kind]
        return Line(message.name, self._filled(texts, message, {"n": more}, url))

    def _lapse(self, shown: _Shown, texts: Texts, messages: Mapping[LapseKind, Message]) -> Line | None:
        if shown.lapse is None or shown.lapsed is None or not self._ways.account:
            return None
        message, day = messages[shown.lapse], texts.full_date(shown.lapsed)
        return Line(message.name, self._filled(texts, message, {"date": day}, self._ways.account))

    def _foot(self, shown: _Shown, texts: Texts) -> Markup | None:
        """Where help is to be had, and the code by which a clerk finds the reader."""
        ways = contacts(self._paper.help, texts.direction, texts.comma)
        if ways and shown.coded:
            return self._line(texts, wording.HELP_WITH_CODE, contacts=ways, code=_CODE_MARK).text
        if ways:
            return self._line(texts, wording.HELP, contacts=ways).text
        return self._line(texts, wording.CODE, code=_CODE_MARK).text if shown.coded else None

    def _item(self, unit: Unit, span: Span, texts: Texts) -> Item:
        back = None
        if self._rolling:
            back = self._line(texts, wording.COUNTS_UNTIL, date=self._date(span.returns(unit.taken), texts)).text
        if unit.article is None:
            return Item(self._line(texts, wording.FORGOTTEN_ARTICLE).text, None, back)
        return Item(isolated(unit.title or unit.article, texts.direction), _address(unit.article), back)

    def _forgetting(self, said: _Forgetting, standing: Standing, limit: int, span: Span, texts: Texts) -> Markup | None:
        """The sentence above the button, or that which confirms it; None when nothing counts."""
        back = self._day(standing.next_return(span, limit))
        if back is None or not standing.units:
            return None
        message, day = (
            (said.rolling, texts.full_date(back)) if self._rolling else (said.calendar, texts.day_and_month(back))
        )
        return self._line(texts, message, spent=standing.spent, limit=limit, date=day).text

    @property
    def _rolling(self) -> bool:
        return self._paper.window.kind is WindowKind.ROLLING

    def _line(self, texts: Texts, message: Message, **values: object) -> Line:
        return Line(message.name, self._filled(texts, message, values, None))

    def _link(self, texts: Texts, message: Message, href: str) -> Line:
        return Line(message.name, self._filled(texts, message, {}, href))

    def _filled(self, texts: Texts, message: Message, values: Mapping[str, object], href: str | None) -> Markup:
        n = values.get("n")
        text = texts.wording(message, n if isinstance(n, int) else None)
        if message is wording.WHICH and href:
            text = f"<a>{text}</a>"
        return marked_up(text, {"paper": self._paper.name_in_sentence, **values}, href, texts.direction)

    def _day(self, moment: datetime | None) -> date | None:
        return None if moment is None else moment.astimezone(self._paper.zone).date()

    def _date(self, moment: datetime | None, texts: Texts) -> str:
        day = self._day(moment)
        return "" if day is None else texts.full_date(day)

    def _error(self, kind: ErrorPage, language: str) -> bytes:
        """A short page that says what went wrong and what to do, in a language of the paper."""
        says, way = kind.value
        texts = self._texts[language]
        return self._page("error.html", language, title=texts.wording(says), way=texts.wording(way))

    def _try(self) -> dict[str, bytes]:
        """A notice and every wall that this paper has, to see what templates make of them."""
        language, now = next(iter(self._texts)), datetime(2026, 12, 1, tzinfo=UTC)
        used_up = Decision(False, Reason.USED_UP, State.USED_UP, limit=1, remaining=0, resets=now)
        walls = (
            Decision(False, Reason.METER_UNKNOWN, State.UNKNOWN),
            used_up,
            replace(used_up, more_when_registered=1),
            replace(used_up, signed_in=True, lapse=Lapse(LapseKind.ENDED, now)),
        )
        shown = [self._shown(used_up), *(self._shown(decision, walled=True, code="3333-3333") for decision in walls)]
        return {_template(each): self._aside(each, language, "/") for each in shown if each is not None}

    def _page(self, template: str, language: str, **values: object) -> bytes:
        direction = self._texts[language].direction
        return self._ascii(template, language=language, direction=direction, paper=self._paper, **values)

    def _ascii(self, template: str, **values: object) -> bytes:
        """Rendered with character references for all that is not ASCII: right in any page's charset."""
        page = self._environment.get_template(template).render(style_url=STYLE_URL, **values)
        return page.encode("ascii", "xmlcharrefreplace")


_METERED = frozenset({State.MORE, State.LAST, State.STAYS_OPEN, State.USED_UP})


class _Shown(NamedTuple):
    """All that a notice or wall depends on besides its language: the key under which it is kept.

    A tuple and days, not a dataclass and moments: it is made and hashed on every view of a metered article.
    """

    state: State
    walled: bool
    wall: Wall | None
    remaining: int
    more_when_registered: int
    resets: date | None
    until: date | None
    closes: time | None
    today: bool
    name: str
    signed_in: bool
    lapse: LapseKind | None
    lapsed: date | None
    coded: bool


class _Ways(NamedTuple):
    """Where subscribing, signing in and the account are, each with the way back; empty where there is none."""

    subscribe: str
    sign_in: str
    account: str


class _Forgetting(NamedTuple):
    """A sentence about forgetting, for calendar windows and for rolling ones."""

    calendar: Message
    rolling: Message


_FORGET = _Forgetting(wording.FORGET, wording.FORGET_ROLLING)
_FORGOTTEN = _Forgetting(wording.FORGOTTEN, wording.FORGOTTEN_ROLLING)


def _template(shown: _Shown) -> str:
    """The name of the template: of a wall that has a name, its own, which stands on the one for all walls."""
    if not shown.walled:
        return "notice.html"
    return f"{shown.wall}.html" if shown.wall else "wall.html"


def _with_return(url: str) -> str:
    """A link of ours with the mark for the article's path; another site's is left as it is."""
    if not url.startswith("/") or url.startswith("//"):
        return url
    parts = urlsplit(url)
    query = f"{parts.query}&from={_ARTICLE_MARK}" if parts.query else f"from={_ARTICLE_MARK}"
    return urlunsplit(parts._replace(query=query))


def _address(key: str) -> str | None:
    """The link to an article by its key; None for a key that is no address of the paper's."""
    if not key.startswith("/") or key.startswith("//"):
        return None
    path, mark, query = key.partition("?")
    return quote(path, safe="/:@!$&'()*+,;=~") + mark + query


def _script_data(data: object) -> Markup:
    """JSON that stands safely inside a script element, whatever it holds."""
    text = json.dumps(data, ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
