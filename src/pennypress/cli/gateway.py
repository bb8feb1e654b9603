"""``pennypress gateway``: serve."""

from __future__ import annotations

from pathlib import Path

from pennypress.cli.options import CONFIG, ConfigFile


def gateway(config: ConfigFile = CONFIG) -> None:
    """Stand in front of the site and serve, until SIGTERM or Ctrl-C.

    Everything is checked before anything listens. SIGHUP takes up a changed file.

    Example: pennypress gateway --config /etc/pennypress/pennypress.toml
    """
    start(config)


def start(config: Path) -> None:
    """Serve, with the office and its jobs beside the meter where the paper has them."""
    from pennypress.cli.companion import jobs_beside
    from pennypress.config import load
    from pennypress.http.asgi import make_ready
    from pennypress.http.gateway import serve
    from pennypress.office.mount import mounted

    loaded = load(config)
    make_ready(loaded)  # the jobs need the keys, which the first start makes
    with jobs_beside(config, wanted=loaded.office.enabled) as jobs:
        serve(config, mounted, jobs.take_up)
