"""Serving: the gateway with the office and its jobs beside it, without the libraries that only commands need."""

from __future__ import annotations

from pathlib import Path


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
