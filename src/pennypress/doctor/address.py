"""Does the address that arrives look like yours?"""

from __future__ import annotations

from ipaddress import ip_address

from pennypress.doctor.finding import Finding, Paste, green, red, unseen
from pennypress.doctor.fronts import ADDRESS
from pennypress.doctor.outside import addresses_of, own_address_towards
from pennypress.doctor.reflection import FORGED, Reflection
from pennypress.doctor.visit import Visit
from pennypress.http.health import is_near
from pennypress.readers.address import NOWHERE, Networks, client_address

_NAMES = {"Cloudflare": "cloudflare", "Fastly": "fastly"}
_UNDER_NETWORK = "pennypress.toml, under [network], then reload"


async def is_yours(visit: Visit) -> Finding:
    """The address that the gateway takes for the reader's is that of whoever asks, and nobody can choose another."""
    seen = visit.plain
    if seen is None:
        return _by_health(visit)
    own = _own_addresses(visit)
    if _trusts_everybody(visit):
        said = "[network] trusted_proxies holds every address there is, so anybody chooses their own."
        return red(said, Paste(_UNDER_NETWORK, f'trusted_proxies = ["{seen.peer or "127.0.0.1"}"]'))
    if not seen.forwarded_for:
        return _without_word(visit, seen, own)
    asker = _spelt(seen.forwarded_for[0])
    if not _is_address(asker):
        said = f'The front says "{asker}" where your address belongs: all readers have one address.'
        return red(said, *visit.fronts.paste(ADDRESS))
    if not seen.trusted:
        return red(
            f"The front at {seen.peer} says that you ask from {asker}, and its word does not count: all readers have "
            f"the address {seen.address}.",
            _trust(visit, (seen.peer or "",)),
        )
    if asker in Networks.parse(entry for entry in _trusted_now(visit) if not entry.isalpha()):
        return unseen(
            f"You ask from {asker}, which is among your own trusted_proxies, so it was not seen what becomes of a "
            "reader's address: ask from another machine."
        )
    if seen.address != asker:
        return _cut_short(visit, seen, asker)
    if visit.forged is not None and visit.forged.address == FORGED:
        return _believes(visit)
    doubt = "" if asker in own or is_near(asker) else " Look whether that is your own."
    return green(f"You arrive as {asker}, and a forged X-Forwarded-For changes nothing.{doubt}")


def _by_health(visit: Visit) -> Finding:
    """What can be told without the keys."""
    if visit.health is None:
        return unseen("No gateway of yours answered.")
    if "addresses not known" in visit.health:
        return red(
            "The gateway says that a front hands addresses in and is not trusted: all readers have one address.",
            Paste(f"{_UNDER_NETWORK} (its log names the address of the front)", 'trusted_proxies = ["127.0.0.1"]'),
        )
    why = visit.known.lacking or "it did not prove to be yours."
    return unseen(f"What the gateway takes for your address was not seen: {why}")


def _without_word(visit: Visit, seen: Reflection, own: tuple[str, ...]) -> Finding:
    """What a request tells that came without X-Forwarded-For."""
    if seen.trusted and seen.peer in own:
        return unseen(
            f"You ask the gateway itself, from {seen.peer}, whose word counts as your front's does: ask the paper's "
            "own address from another machine."
        )
    if visit.forged is not None and visit.forged.address == FORGED:
        return _believes(visit)
    if seen.address in own:
        return green(f"You arrive as {seen.address}; nothing stands between you and the gateway.")
    if seen.peer is None or is_near(seen.address) or not all(is_near(address) for address in own):
        who = seen.peer or "the socket"
        pastes = visit.fronts.paste(ADDRESS)
        trust = () if seen.trusted else (_trust(visit, (who,)),)
        return red(f"The front ({who}) does not say who asks: all readers have one address.", *pastes, *trust)
    return unseen(
        f"You arrive as {seen.address}. Whether that is the address of your own line or of a front that says nothing "
        "cannot be told from behind a router: look it up."
    )


def _cut_short(visit: Visit, seen: Reflection, asker: str) -> Finding:
    """The address of a proxy stands for the reader's: not all that stand in front are trusted."""
    if is_near(asker) and not is_near(seen.address):
        return unseen(
            f"You ask from {asker} through a proxy of your own network, which says so; the gateway takes you for "
            f"{seen.address}. Ask from a machine without such a proxy."
        )
    at = next((place for place, entry in enumerate(seen.forwarded_for) if _spelt(entry) == seen.address), 0)
    between = tuple(_spelt(entry) for entry in seen.forwarded_for[max(at, 1) :])
    return red(
        f"You ask from {asker}, and the gateway takes you for {seen.address}, one of the proxies in front: "
        "readers share the addresses of these.",
        _trust(visit, between or (seen.address,)),
    )


def _believes(visit: Visit) -> Finding:
    """A forged X-Forwarded-For is believed: whoever writes one chooses their own address."""
    said = f"A forged X-Forwarded-For is believed: you were taken for {FORGED}, so anybody chooses their own address."
    return red(said, *visit.fronts.paste(ADDRESS))


def _trust(visit: Visit, more: tuple[str, ...]) -> Paste:
    """The line that trusts these besides those that are trusted already; a network whose many addresses have a name
    is trusted by that."""
    name = _NAMES.get(visit.fronts.network or "")
    named = [name if name and not is_near(address) else address for address in more]
    plain = [text.removesuffix("/32").removesuffix("/128") for text in _trusted_now(visit)]
    listed = ", ".join(f'"{text}"' for text in dict.fromkeys((*plain, *named)))
    if visit.fronts.network and not name:
        return Paste(f"{_UNDER_NETWORK}, with all networks of {visit.fronts.network}", f"trusted_proxies = [{listed}]")
    return Paste(_UNDER_NETWORK, f"trusted_proxies = [{listed}]")


def _trusted_now(visit: Visit) -> list[str]:
    """What is trusted already, as the file says it."""
    return [str(entry) for entry in visit.config.network.trusted_proxies] if visit.config else []


def _trusts_everybody(visit: Visit) -> bool:
    return any(entry.endswith("/0") for entry in _trusted_now(visit))


def _own_addresses(visit: Visit) -> tuple[str, ...]:
    """The addresses from which this machine asks the site."""
    there = addresses_of(visit.outside.name, visit.outside.port)
    return tuple(own for address in there if (own := own_address_towards(address)))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _spelt(entry: str) -> str:
    """An entry in the usual spelling of its address."""
    return client_address(entry, (), NOWHERE)
