"""Can the origin be reached round the gateway?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from pennypress.doctor.finding import Finding, Paste, green, red, unseen
from pennypress.doctor.outside import addresses_of, field_of, own_address_towards, page_of, tried
from pennypress.doctor.reading import Reading
from pennypress.doctor.reflection import reflection_in
from pennypress.doctor.visit import Visit, remarks_in
from pennypress.http.answer import Answer
from pennypress.http.health import HEALTH_PATH, is_near
from pennypress.http.mirror import MIRROR, question

_PORTS = {"http": 80, "https": 443}
_ADDRESSES = 2
_AS_MUCH = 0.9


@dataclass(frozen=True, slots=True)
class Way:
    """A way that may lead round the gateway: where it begins, the name asked for, and what closes it."""

    base: str
    host: str
    mends: tuple[Paste, ...]


async def is_reached_round(visit: Visit) -> Finding:
    """The article that goes through the gateway is not handed out whole by another name, port or address."""
    reading = visit.reading
    if reading is None:
        return unseen("No article was found to ask for by another way.")
    open_ways = [way for way in _ways(visit) if await _hands_out(visit, way, reading)]
    if open_ways:
        bases = ", ".join(way.base for way in open_ways)
        here = " You ask from the server itself, where no firewall shows: ask from another machine too."
        return red(
            f"{reading.path} is handed out whole, without Pennypress, at {bases}."
            + (here if _on_the_server(visit) else ""),
            *dict.fromkeys(paste for way in open_ways for paste in way.mends),
        )
    return _closed(visit)


def _closed(visit: Visit) -> Finding:
    """What is said where no way was open: which were tried, and which could not be."""
    tried_ways = [way.base for way in _ways(visit)]
    unknown = _not_seen(visit)
    if not tried_ways:
        return unseen(" ".join(("There is no other way that could be tried from here.", *unknown)))
    return green(" ".join((f"Nothing is handed out at {', '.join(tried_ways)}.", *unknown)))


def _ways(visit: Visit) -> Iterator[Way]:
    """Every way that may be tried: by http, by the name with or without www, and at the upstream's port."""
    outside = visit.outside
    if outside.secure and outside.port == 443:
        yield Way(outside.plain_home, urlsplit(outside.plain_home).netloc, _lead_home(visit, outside.name))
    other = _sibling(outside.name)
    if other and addresses_of(other, outside.port):
        host = outside.host.replace(outside.name, other, 1)
        yield Way(outside.home.replace(outside.name, other, 1), host, _lead_home(visit, other))
    yield from _to_upstream(visit)


def _to_upstream(visit: Visit) -> Iterator[Way]:
    """The upstream as it is written, where that is no near address, and its port at the paper's public addresses."""
    if visit.config is None:
        return
    outside, upstream = visit.outside, urlsplit(visit.config.gateway.upstream)
    port = upstream.port or _PORTS[upstream.scheme]
    name = upstream.hostname or ""
    public = [address for address in addresses_of(outside.name, port) if not is_near(address)]
    mends = _keep_in(port)
    if port != outside.port:
        for address in public[:_ADDRESSES]:
            shown = f"[{address}]" if ":" in address else address
            yield Way(f"{upstream.scheme}://{shown}:{port}", outside.host, mends)
    there = [address for address in addresses_of(name, port) if not is_near(address) and address not in public]
    if there:
        yield Way(visit.config.gateway.upstream, outside.host, mends)


async def _hands_out(visit: Visit, way: Way, reading: Reading) -> bool:
    """Whether a way hands out the article whole, and not through the gateway."""
    answer = await tried(visit.outside.behind(way.base, reading.path, host=way.host))
    if answer is None or answer.status != 200 or field_of(answer, "pennypress-access"):
        return False
    return _is_whole(reading, answer) and not await _is_gateway(visit, way)


async def _is_gateway(visit: Visit, way: Way) -> bool:
    """Whether a way leads to the gateway as well (which says nothing in observe mode)."""
    keys = visit.known.keys
    if keys is None:
        health = await tried(visit.outside.behind(way.base, HEALTH_PATH, host=way.host))
        return health is not None and remarks_in(health) is not None
    asked = question(keys, visit.known.clock(), visit.known.random)
    shown = await tried(visit.outside.behind(way.base, f"{MIRROR}?question={asked}", host=way.host))
    return shown is not None and reflection_in(shown, keys, asked) is not None


def _is_whole(reading: Reading, answer: Answer) -> bool:
    """Whether an answer is the article of the reading, with at least as much of its body."""
    here, there = page_of(reading.first, reading.path), page_of(answer, reading.path)
    if here is None or there is None or here.facts.title != there.facts.title:
        return False
    return there.body_rule is not None and there.words >= here.words * _AS_MUCH


def _not_seen(visit: Visit) -> tuple[str, ...]:
    """What could not be tried from here, a sentence each."""
    outside = visit.outside
    said = []
    if visit.config is None:
        said.append("The upstream was not tried: there is no configuration here that names it.")
    else:
        host = urlsplit(visit.config.gateway.upstream).hostname or ""
        near = [address for address in addresses_of(host, outside.port) if is_near(address)]
        if near:
            said.append(f"The upstream itself ({host}) lies where only your own machines reach it.")
    if visit.fronts.network is not None:
        said.append(
            f"{visit.fronts.network} answers for the server, whose own address is not seen from outside: let its "
            f"firewall admit {visit.fronts.network} alone."
        )
    elif all(is_near(address) for address in addresses_of(outside.name, outside.port)):
        said.append("You ask from the same machine or network: what others reach was not seen.")
    return tuple(said)


def _sibling(name: str) -> str:
    """The same name with www, or without; empty for an address or a name that has no such sibling."""
    if name.startswith("www."):
        return name.removeprefix("www.")
    parts = name.split(".")
    return f"www.{name}" if len(parts) == 2 and not parts[-1].isdigit() else ""


def _lead_home(visit: Visit, name: str) -> tuple[Paste, ...]:
    home = visit.outside.home
    https = " # and your listen 443 ssl, with the certificates as they are" if visit.outside.secure else ""
    server = f"server {{\n    listen 80;{https}\n    server_name {name};\n    return 301 {home}$request_uri;\n}}"
    return (
        Paste(f"nginx, in place of the server of {name}", server),
        Paste(f"Apache, in the VirtualHost of {name}", f'Redirect permanent "/" "{home}/"'),
    )


def _keep_in(port: int) -> tuple[Paste, ...]:
    return (
        Paste("nginx behind Pennypress, in its server", f"listen 127.0.0.1:{port};"),
        Paste("Apache behind Pennypress", f"Listen 127.0.0.1:{port}"),
    )


def _on_the_server(visit: Visit) -> bool:
    there = addresses_of(visit.outside.name, visit.outside.port)
    return any(own_address_towards(address) == address for address in there)
