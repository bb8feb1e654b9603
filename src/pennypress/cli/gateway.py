"""``pennypress gateway``: serve."""

from __future__ import annotations

from pennypress.cli.options import CONFIG, ConfigFile


def gateway(config: ConfigFile = CONFIG) -> None:
    """Stand in front of the site and serve, until SIGTERM or Ctrl-C.

    Everything is checked before anything listens. SIGHUP takes up a changed file.

    Example: pennypress gateway --config /etc/pennypress/pennypress.toml
    """
    from pennypress.cli.serving import start

    start(config)
