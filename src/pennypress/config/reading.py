"""Reading single values: what each kind of setting may hold, and what is said of one that it may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pennypress.config.setting import Raw, Unfit
from pennypress.config.words import found, listed, meant, text
from pennypress.core.part import NamedPattern
from pennypress.core.target import PathPattern
from pennypress.core.window import Window
from pennypress.errors import TargetError
from pennypress.messages.languages import OFFERED, catalogue_of

T = TypeVar("T")

Network = IPv4Network | IPv6Network
Front = Literal["cloudflare", "fastly"]

FRONTS: tuple[Front, ...] = ("cloudflare", "fastly")
"""What may stand in front and publishes its networks."""

_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_SHORT_UNITS = {unit[0]: unit for unit in _UNITS}
_DURATION = re.compile(r"([1-9][0-9]{0,5}) ?(?:(second|minute|hour|day|week)s?|([smhdw]))")
_OPEN_NEWER = re.compile(r"open newer than (.+)")
_MULTIPLES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
_SIZE = re.compile(r"([0-9]{1,9}) ?([kMG]?)B")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_STORES_BUILT = ("memory:", "sqlite:")
_RECORDS = re.compile(r"postgresql://\S+|sqlite:(?!//)[^\s:].*")
_OFFICE_PATH = re.compile(r"/(?!-/)[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_MAILBOX = re.compile(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_MAIL_SERVER = re.compile(r"smtp(?:s|\+starttls)?://(?:[^\s@/]+@)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?|folder:[^\s].*")
_WITH_PORT = re.compile(r"(?:^[^:]*|\]):[0-9]{1,5}$")
_PER_CENT = re.compile(r"([0-9]{1,2})(?:\.([0-9]{1,2}))?")


def whole_number(least: int, most: int | None = None, *, mend: str = "") -> Callable[[Raw], int]:
    """A whole number between two bounds."""
    advice = f"write a whole number from {least} to {most}" if most else f"write a whole number of {least} or more"

    def read(raw: Raw) -> int:
        value = raw.value
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit(f"is {found(value)} where a whole number belongs", f"{advice}, without quotes")
        if value < least or (most is not None and value > most):
            raise Unfit(f"is {value}", mend if mend and value == 0 else advice)
        return value

    return read


def one_of(*allowed: T) -> Callable[[Raw], T]:
    """One of a few words; the members of an enum go by their values."""
    words = {str(word): word for word in allowed}

    def read(raw: Raw) -> T:
        value = raw.value
        if not isinstance(value, str):
            raise Unfit(f"is {found(value)} where a word belongs", f"write {listed(words)}, with the quotes")
        if value not in words:
            raise Unfit(f'is "{value}"', f"write {listed(words)}")
        return words[value]

    return read


def list_of(read_item: Callable[[Raw], T], *, example: str, may_be_empty: bool) -> Callable[[Raw], tuple[T, ...]]:
    """A list, read with every fault of every item; an item that stands twice is a fault."""

    def read(raw: Raw) -> tuple[T, ...]:
        if not isinstance(raw.value, list):
            raise Unfit(f"is {found(raw.value)} where a list belongs", f"write it in square brackets, as in {example}")
        if not raw.value and not may_be_empty:
            raise Unfit("is an empty list, which chooses nothing", f"write it as in {example}, or take the line away")
        items: list[T] = []
        faults: list[Unfit] = []
        for place, value in enumerate(raw.value):
            try:
                item = read_item(Raw(value, raw.base))
            except Unfit as fault:
                faults.append(Unfit(fault.wrong, fault.mend, (place, *fault.at)))
                continue
            if item in items:
                faults.append(Unfit(f'names "{value}" twice', "take one of the two away", (place,)))
            items.append(item)
        if faults:
            raise ExceptionGroup("a list with faults", faults)
        return tuple(items)

    return read


def flag(raw: Raw) -> bool:
    """True or false, as TOML has them."""
    if not isinstance(raw.value, bool):
        raise Unfit(f"is {found(raw.value)} where true or false belongs", "write true or false, without quotes")
    return raw.value


def time_zone(raw: Raw) -> ZoneInfo:
    """A zone of the IANA database."""
    name = text(raw)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a name such as "../x"; a folder such as "Europe"; no such zone
        zone = _zone_meant(name)
        mend = f'did you mean "{zone}"?' if zone else 'write a name such as "Europe/London"'
        raise Unfit(f'is "{name}", which is no time zone of the IANA list', mend) from None


def language(raw: Raw) -> str:
    """A language tag for which there is a catalogue: ``"en-GB"`` is served by the English one."""
    tag = text(raw)
    if not _LANGUAGE.fullmatch(tag):
        raise Unfit(f'holds "{tag}", which is no language tag', 'write one such as "en-GB"')
    if catalogue_of(tag) is None:
        raise Unfit(f'holds "{tag}", in which there are no texts', f"choose from {', '.join(OFFERED)}")
    return tag


def window(raw: Raw) -> Window:
    """A window, in UTC until the paper's zone is known."""
    value = raw.value if isinstance(raw.value, str) else found(raw.value)
    try:
        return Window.parse(value, UTC)
    except ValueError:
        shown = f'"{value}"' if isinstance(raw.value, str) else value
        raise Unfit(f"is {shown}", 'write "day", "week", "month" or a number of days such as "30 days"') from None


def duration(raw: Raw) -> timedelta:
    """A stretch of time such as ``"2 days"`` or ``"6 hours"``; ``"6h"`` is the same."""
    advice = 'write a number and a unit, such as "6 hours" or "2 days"'
    if not isinstance(raw.value, str):
        raise Unfit(f"is {found(raw.value)} where a stretch of time belongs", advice)
    read = _DURATION.fullmatch(raw.value.strip())
    if read is None:
        raise Unfit(f'is "{raw.value}", which is no stretch of time', advice)
    return int(read[1]) * _UNITS[read[2] or _SHORT_UNITS[read[3]]]


def short_duration(raw: Raw) -> timedelta:
    """A stretch of time for something to wait, of an hour at the most."""
    length = duration(raw)
    if length > timedelta(hours=1):
        raise Unfit(f'is "{raw.value}", which is too long to wait', 'write an hour at the most, such as "30 seconds"')
    return length


def on_failure(raw: Raw) -> timedelta | None:
    """``"preview"`` (None), or ``"open newer than 2 days"`` (that age)."""
    advice = 'write "preview" or, to open new articles, "open newer than 2 days"'
    if not isinstance(raw.value, str):
        raise Unfit(f"is {found(raw.value)} where a text belongs", advice)
    if raw.value == "preview":
        return None
    newer = _OPEN_NEWER.fullmatch(raw.value)
    if newer is None:
        raise Unfit(f'is "{raw.value}"', advice)
    return duration(Raw(newer[1], raw.base))


def size(raw: Raw) -> int:
    """A number of bytes such as ``"64 MB"`` (64,000,000); 0 is nothing at all."""
    if raw.value == 0 and not isinstance(raw.value, bool):
        return 0
    advice = 'write a number and a unit, such as "64 MB" or "500 kB"'
    if not isinstance(raw.value, str):
        raise Unfit(f"is {found(raw.value)} where a size belongs", advice)
    read = _SIZE.fullmatch(raw.value.strip())
    if read is None:
        raise Unfit(f'is "{raw.value}", which is no size', advice)
    return int(read[1]) * _MULTIPLES[read[2]]


def size_of_some(raw: Raw) -> int:
    """A number of bytes that is not 0."""
    count = size(raw)
    if count == 0:
        raise Unfit("is 0", 'write a size such as "5 MB"')
    return count


def path_pattern(raw: Raw) -> PathPattern:
    """A pattern of paths such as ``"/news/**"``."""
    value = text(raw)
    if "?" in value or "#" in value:
        raise Unfit(f'holds "{value}", but a pattern is matched without query or fragment', "write the path alone")
    if not value.startswith("/"):
        path = "/" + value.partition("://")[2].partition("/")[2] if "://" in value else "/" + value
        raise Unfit(f'holds "{value}", which does not begin with a slash', f'write "{path}"')
    try:
        return PathPattern(value)
    except TargetError as error:
        raise Unfit(f'holds "{value}", which no page can have: {error}', 'write a path such as "/news/**"') from None


def list_path(raw: Raw) -> str:
    """The path of a sitemap or feed of the site."""
    value = text(raw)
    if not value.startswith("/") or value.startswith("//"):
        path = "/" + value.partition("://")[2].partition("/")[2] if "://" in value else "/" + value.lstrip("/")
        raise Unfit(f'holds "{value}", which is no path of the site', f'write "{path}"')
    return value


def article_path(raw: Raw) -> NamedPattern:
    """The path of one article, or of one for each ``{name}``."""
    value = path_pattern(raw).text
    if "*" in value:
        wrong = f'is "{value}", but a star says of no article which'
        raise Unfit(wrong, 'write "/news/crane", or "/news/{article}" with the same {article} in paths')
    try:
        return NamedPattern(value)
    except ValueError as error:
        raise Unfit(
            f'is "{value}", but {error}', 'write "/news/crane", or a name in braces: "/news/{article}"'
        ) from None


def selector(raw: Raw) -> str:
    """A CSS selector that the parser of pages understands."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    value = text(raw)
    page = LexborHTMLParser("<p>")
    for length in range(len(value), -1, -1):
        try:
            page.css(value[:length])
        except SelectolaxError:
            continue
        break
    if length == len(value):
        return value
    wrong = f'is "{value}", which is no CSS selector from character {length + 1} ("{value[length : length + 12]}") on'
    raise Unfit(wrong, 'write one such as "article .body"')


def network(raw: Raw) -> Network:
    """A network such as ``"10.0.0.0/8"``, or one address."""
    value = text(raw)
    try:
        return ip_network(value)
    except ValueError:
        pass
    try:
        meant_network = ip_interface(value).network
    except ValueError:
        raise Unfit(f'holds "{value}", which is no network', 'write one such as "10.0.0.0/8" or "127.0.0.1"') from None
    raise Unfit(f'holds "{value}", which is an address inside a network', f'write "{meant_network}"')


def proxy(raw: Raw) -> Network | Front:
    """A network, or the name of what stands in front and publishes its own."""
    for front in FRONTS:
        if raw.value == front:
            return front
    try:
        return network(raw)
    except Unfit as unfit:
        if "no network" not in unfit.wrong:
            raise
        names = listed(FRONTS)
        mend = f'write one such as "10.0.0.0/8" or "127.0.0.1", or {names}'
        raise Unfit(unfit.wrong, mend) from None


def name_server(raw: Raw) -> str:
    """The address of a name server and its port, 53 where none is said: ``127.0.0.1:53``, ``[::1]:53``."""
    value = text(raw)
    host, _, port = value.rpartition(":") if _WITH_PORT.search(value) else (value, "", "53")
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        raise Unfit(f'is "{value}", which is no address of a name server', 'write one such as "127.0.0.1:53"') from None
    if not 0 < int(port) < 65536:
        raise Unfit(f'is "{value}", which has no such port', 'write one such as "127.0.0.1:53"')
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def moment(raw: Raw) -> datetime | date:
    """A TOML date, or a date and time; without an offset it is meant in the paper's zone."""
    if not isinstance(raw.value, date):
        raise Unfit(f"is {found(raw.value)} where a date belongs", "write 2026-12-01 or 2026-12-01T06:00:00, unquoted")
    return raw.value


def instant(stated: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    """The moment that is stated; a date is its first moment in the zone."""
    if stated is None:
        return None
    if not isinstance(stated, datetime):
        stated = datetime(stated.year, stated.month, stated.day)
    return stated if stated.tzinfo is not None else stated.replace(tzinfo=zone)


def store_url(raw: Raw) -> str:
    """Which store, and where: ``"sqlite:pennypress.db"`` or ``"memory:"``."""
    value = text(raw)
    advice = 'write "sqlite:pennypress.db", or "memory:" for trying out'
    if not value.startswith(_STORES_BUILT):
        raise Unfit(f'is "{value.partition(":")[0]}:...", a store that this version does not have', advice)
    if value.startswith("memory:") != (value == "memory:") or value in ("sqlite:", "sqlite://"):
        raise Unfit(f'is "{value}"', advice)
    return value


def records_url(raw: Raw) -> str:
    """Where accounts and payments are kept: ``"sqlite:pennypress-records.db"`` or ``"postgresql://..."``."""
    value = text(raw)
    if not _RECORDS.fullmatch(value):  # not shown: it may hold a password
        raise Unfit(
            "names no database", 'write "sqlite:pennypress-records.db" or "postgresql://user:password@host/database"'
        )
    return value


def office_path(raw: Raw) -> str:
    """A path of the site for pages of the office, such as ``"/subscribe"``."""
    value = text(raw)
    if not _OFFICE_PATH.fullmatch(value) or "/." in value:
        raise Unfit(f'is "{value}"', 'write a path such as "/subscribe"')
    return value


def mailbox(raw: Raw) -> str:
    """A mail address."""
    value = text(raw)
    if not _MAILBOX.fullmatch(value):
        raise Unfit(f'is "{value}", which is no mail address', 'write one such as "subscriptions@example.com"')
    return value


def mail_server(raw: Raw) -> str:
    """Where letters are handed over: a server, or a folder."""
    value = text(raw)
    if not _MAIL_SERVER.fullmatch(value):  # not shown: it may hold a password
        raise Unfit("names no mail server", 'write "smtps://user@smtp.example.com:465", or "folder:mails"')
    return value


def per_cent(raw: Raw) -> int:
    """A rate such as ``"20"`` or ``"7.5"``, in hundredths of a per cent."""
    value = text(raw)
    read = _PER_CENT.fullmatch(value)
    if read is None:
        raise Unfit(f'is "{value}", which is no rate', 'write one such as "20" or "7.5", in quotes')
    return int(read[1]) * 100 + int((read[2] or "").ljust(2, "0"))


def file(raw: Raw) -> Path:
    """A file, its path relative to the configuration's folder; it need not be there yet."""
    path = raw.base / text(raw)
    if path.is_dir():
        raise Unfit(f'is "{raw.value}", which is a folder', "name a file")
    return path


def folder(raw: Raw) -> Path:
    """A folder that is there, its path relative to the configuration's folder."""
    path = raw.base / text(raw)
    if not path.is_dir():
        raise Unfit(f'is "{raw.value}", and there is no such folder', f"make {path}, or take the line away")
    return path


def _zone_meant(name: str) -> str | None:
    zones = sorted(available_timezones())
    city = name.rpartition("/")[2].casefold().replace(" ", "_")
    of_that_city = [zone for zone in zones if "/" in zone and zone.rpartition("/")[2].casefold() == city]
    return of_that_city[0] if of_that_city else meant(name, zones)
