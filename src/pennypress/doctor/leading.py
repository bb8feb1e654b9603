"""Does the name lead to this gateway?"""

from __future__ import annotations

from urllib.parse import urlsplit

from pennypress.core.policy import Mode
from pennypress.core.target import read_target
from pennypress.doctor.finding import Finding, Paste, green, red, unseen
from pennypress.doctor.fronts import HOST, TO_GATEWAY
from pennypress.doctor.outside import field_of
from pennypress.doctor.visit import Visit
from pennypress.pages.recognise import Grounds

_KEPT_OUT = (401, 403, 429)


async def leads_here(visit: Visit) -> Finding:
    """The gateway proves by the paper's keys that it is this one, and articles come through it."""
    home, front = visit.outside.home, visit.arrival.front
    if front.status == 421 and visit.config is not None:
        return _other_name(visit)
    if visit.plain is None:
        return _no_proof(visit)
    if visit.plain.host != visit.outside.host:
        return red(
            f"{home} leads to this gateway, but the front hands on the name {visit.plain.host}: the site makes its "
            "links and redirects with that.",
            *visit.fronts.paste(HOST),
        )
    past = _goes_past(visit)
    if past:
        return red(
            f"{home} leads to this gateway, but {past} comes without it: the front sends articles past it.",
            *visit.fronts.paste(TO_GATEWAY),
        )
    return green(f"{home} leads to this gateway: it proved that it holds the paper's keys.")


def _other_name(visit: Visit) -> Finding:
    """Where the gateway refuses the name: the file names another, or the front hands another on."""
    url = visit.config.paper.url if visit.config is not None else None
    if url is None or urlsplit(url).netloc == visit.outside.host:
        said = "A gateway answers 421: the front hands on another name than the one that was asked for."
        return red(said, *visit.fronts.paste(HOST))
    said = (
        f"A gateway answers 421: the file says that the paper is at {url}, and it was asked for {visit.outside.home}."
    )
    return red(said, Paste("pennypress.toml, under [paper]", f'url = "{visit.outside.home}"'))


def _no_proof(visit: Visit) -> Finding:
    home, answered, status = visit.outside.home, visit.fronts.name, visit.arrival.front.status
    if visit.health is None and status in _KEPT_OUT:
        return unseen(
            f"{answered} keeps the doctor out ({status}): let it in for as long as it asks; its user agent ends in "
            "pennypress-doctor."
        )
    if visit.health is None:
        server = field_of(visit.arrival.front, "server")
        named = f" (Server: {server})" if server else ""
        return red(
            f"{home} is answered by {answered}{named}, and Pennypress does not stand behind it.",
            *visit.fronts.paste(TO_GATEWAY),
        )
    if visit.known.keys is None:
        return green(f"A Pennypress gateway answers at {home}. That it is yours was not seen: {visit.known.lacking}")
    return red(
        f"A Pennypress gateway answers at {home}, but it does not hold these keys, its clock is more than five minutes "
        "from this one, or it is older than this doctor.",
        Paste("there, in the gateway's folder", "pennypress check && pennypress doctor " + home),
    )


def _goes_past(visit: Visit) -> str:
    """The article that came without a word of the gateway, though it meters it; empty where none did."""
    reading, config = visit.reading, visit.config
    if reading is None or config is None or config.meter.mode is not Mode.ON or not config.articles.paths:
        return ""
    held = Grounds(config.articles.paths).hold(read_target(reading.path))
    return reading.path if held and not reading.access else ""
