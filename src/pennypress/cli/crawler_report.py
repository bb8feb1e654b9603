"""Printing what a crawler will see, and which of Google's rules the page keeps."""

from __future__ import annotations

import json

from pennypress.cli.crawler_rules import Check, checks, seen_in
from pennypress.cli.crawler_view import CrawlerView
from pennypress.cli.screen import say, show_rows
from pennypress.core.target import Target
from pennypress.http.answer import first

_HEADERS = (b"content-type", b"cache-control", b"x-robots-tag", b"pennypress-access", b"pennypress-reason")


def show_view(target: Target, view: CrawlerView) -> bool:
    """Print what the crawler will see; whether every rule is kept."""
    held = tuple(checks(target, view))
    say(f"What {view.crawler.name} will see at {target.forwarded}, once its address has been verified", "bold")
    headers = [(name.decode(), value.decode("latin-1")) for name, value in view.answer.headers if name in _HEADERS]
    show_rows("", [("status", str(view.answer.status)), *headers])
    page, subject = view.found.page, view.found.subject
    if page is not None and subject is not None and not subject.brief:
        cut = page.cut(continued=subject.continued)
        whole = first(view.answer.headers, b"pennypress-access") == b"full"
        show_rows("Open to all", [(line,) for line in cut.preview.splitlines()])
        show_rows(
            "Seen by it, and withheld from a reader whose limit is used up" if whole else "Withheld from it too",
            [(line,) for line in cut.told.splitlines() if line.strip()],
        )
    item = seen_in(view.answer.body).article
    if item is not None:
        say("What its structured data says of the article", "bold")
        say(json.dumps(item, ensure_ascii=False, indent=2))
        say()
    show_rows("Google's rules for what is not free", [_row(check) for check in held])
    return all(check.kept for check in held)


def print_view(target: Target, view: CrawlerView) -> bool:
    """Print the same for programs; whether every rule is kept."""
    held = tuple(checks(target, view))
    document = {
        "target": target.forwarded,
        "as": view.crawler.name,
        "status": view.answer.status,
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in view.answer.headers],
        "structured_data": seen_in(view.answer.body).article,
        "html": view.answer.body.decode("utf-8", "replace"),
        "rules": [{"kept": check.kept, "rule": check.rule, "found": check.told} for check in held],
    }
    print(json.dumps(document, ensure_ascii=False, indent=2))
    return all(check.kept for check in held)


def _row(check: Check) -> tuple[str, str, str]:
    return ("kept" if check.kept else "BROKEN", check.rule, check.told)
