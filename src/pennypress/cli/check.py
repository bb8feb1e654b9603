"""``pennypress check``: every fault of configuration, keys and store at once, and what is right but unwise."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from urllib.parse import urlsplit

import typer

from pennypress.cli.options import CONFIG, ConfigFile
from pennypress.config import Config
from pennypress.config.reading import Network, instant
from pennypress.errors import KeysError, StoreUnusable

_PATIENCE_SECONDS = 1.0
_GOOGLES_LEAST = 6
"""Of Google's advice for flexible sampling: monthly metering, and at the start 6 to 10 articles."""


def check(config: ConfigFile = CONFIG) -> None:
    """Check the configuration, the keys and the store, and name every fault with its line and how to mend it.

    Exits with 1 when there is a fault. What is right but unwise is told too, and is no fault.

    Example: pennypress check --config /etc/pennypress/pennypress.toml
    """
    from pennypress.cli.screen import complain, say
    from pennypress.config import load
    from pennypress.errors import ConfigurationError

    try:
        loaded = load(config)
        faults = tuple(faults_around(loaded))
    except ConfigurationError as error:
        faults = tuple(str(fault) for fault in error.faults)
    for fault in faults:
        complain(fault)
    if faults:
        complain(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}; nothing was changed.", "bold red")
        raise typer.Exit(1)
    for advice in unwise(loaded):
        say(f"Note: {advice}", "yellow")
    say(f"{config} is right.", "bold green")
    say(f'The mode is "{loaded.meter.mode.value}". Next: pennypress gateway --config {config}')


def faults_around(config: Config) -> Iterator[str]:
    """The faults of what the configuration names: the store and the keys. Nothing is made."""
    from pennypress.readers.keys import load as load_keys
    from pennypress.store.opening import holds_readers, prepare, sqlite_path

    store_is_new = True
    try:
        path = sqlite_path(config.store.meters, config.base)
        if path is not None and path.exists():
            prepare(config.store.meters, config.base)
        elif path is not None and not path.parent.is_dir():
            yield f"{path}: the store's folder is not there; make it."
        store_is_new = not holds_readers(config.store.meters, config.base)
    except StoreUnusable as error:
        yield str(error)
    try:
        if config.secrets.keys.exists():
            load_keys(config.secrets.keys)
        elif not store_is_new:
            yield (
                f"{config.secrets.keys}: the key file is missing, but the store holds readers whose passes only those "
                "keys verify; put the file back from your backup."
            )
    except KeysError as error:
        yield str(error)


def unwise(config: Config) -> Iterator[str]:
    """What is valid and probably not meant, each with its reason and mend."""
    trusted = config.network.trusted_proxies
    if config.paper.secure and not trusted:
        yield (
            "[network] trusted_proxies is empty although url is https, so something in front ends TLS: every reader "
            'seems to come from its address; name it, as in trusted_proxies = ["127.0.0.1"].'
        )
    if _holds_all(trusted):
        yield (
            "[network] trusted_proxies holds every address there is, so any client may claim to be any; name your own."
        )
    if config.paper.url is None:
        yield "[paper] url is absent, which is for trying out: the cookie is not Secure, and every host is answered."
    if config.paper.name == "The Morning Post":
        yield "[paper] name is still that of the example."
    for pattern in config.articles.paths:
        if "*" not in pattern.text:
            below = f"{pattern.text.rstrip('/')}/**"
            yield f'[articles] paths: "{pattern.text}" is one page only; for all below it write "{below}".'
    if str(config.meter.window) == "month" and config.meter.limit < _GOOGLES_LEAST:
        yield (
            f"[meter] limit is {config.meter.limit} a month; Google advises 6 to 10 a month, lest those who come from "
            "its search meet walls and turn away."
        )
    subscribe = urlsplit(config.paper.subscribe_url)
    if not subscribe.netloc and any(pattern.matches(subscribe.path) for pattern in config.articles.paths):
        yield "[paper] subscribe_url lies where articles are, so subscribing itself would be metered; add a free rule."
    for rule in config.rules[:-1]:
        conditions = (rule.paths, rule.sections, rule.tags, rule.authors, rule.newer_than, rule.older_than)
        if not any(conditions) and rule.start is None and rule.until is None:
            yield f"{rule.name} matches every article, so the rules below it are never asked; move it to the end."
    yield from _of_askers(config)
    if not _answers(config.gateway.upstream):
        yield f"[gateway] upstream: nothing answers at {config.gateway.upstream} just now; start the site behind it."


def _of_askers(config: Config) -> Iterator[str]:
    """What is said of crawlers and partners that nobody, or everybody, would be."""
    from pennypress.http.askers import crawlers

    for crawler in crawlers(config, {}).all:
        if crawler.full and not crawler.placed:
            yield (
                f'[[crawlers]] "{crawler.name}" has neither ranges nor zones, so nobody can prove to be it, and it '
                "gets the preview; add one of them."
            )
    for table in config.crawlers:
        if _holds_all(table.ranges):
            yield (
                f'[[crawlers]] "{table.name}" has every address there is in its ranges, so whoever takes its name is '
                "it; name its own."
            )
    today = datetime.now(config.paper.timezone)
    for partner in config.partners:
        if _holds_all(partner.ranges):
            yield (
                f'[[partners]] "{partner.name}" has every address there is as ranges, so everybody is this partner; '
                "name theirs."
            )
        until = instant(partner.until, config.paper.timezone)
        if until is not None and until <= today:
            yield f'[[partners]] "{partner.name}" has ended, by its until; write a later one, or take it out.'


def _holds_all(ranges: Iterable[Network | str] | None) -> bool:
    return any(not isinstance(network, str) and network.prefixlen == 0 for network in ranges or ())


def _answers(upstream: str) -> bool:
    parts = urlsplit(upstream)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with closing(socket.create_connection((parts.hostname or "", port), timeout=_PATIENCE_SECONDS)):
            return True
    except OSError:
        return False
