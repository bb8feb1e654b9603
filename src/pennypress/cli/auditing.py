"""The audit at the command line: the question before another host, the progress, the summary, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pennypress.audit.findings import Report, Weight
from pennypress.audit.report import report_page, verdict
from pennypress.audit.run import audit
from pennypress.audit.site import site_of
from pennypress.audit.stages import Ends, Options, Told
from pennypress.cli.screen import complain, console, refuse, say, show_rows
from pennypress.config import Config, load

_LINE_EVERY = 100
_SHOWN = 5
_INTERRUPTED = 130
_THREADS = 2  # one thing is done at a time; each thread more would keep memory of its own
_STYLES = {Weight.LEAK: "bold red", Weight.FAULT: "yellow", Weight.REMARK: "green"}


def run(path: Path, sitemap: str | None, file: Path, pages: int, rate: float, *, yes: bool) -> None:
    """Audit the site of a configuration, write the report, print the summary. Raises typer.Exit where text leaks (1)
    or somebody broke it off (130), and PennypressError."""
    config = load(path)
    link = _agreed(config, sitemap, yes=yes)
    if not file.absolute().parent.is_dir():
        refuse(f"{file}: there is no such folder; name a file in one that there is.")
    # What the guard withholds on the way is told by the report.
    logging.getLogger("pennypress").setLevel(logging.ERROR)
    with _progress() as told:
        report = asyncio.run(_audited(config, Options(link, pages, 1 / rate), told))
    try:
        file.write_text(report_page(report), encoding="utf-8")
    except OSError as error:
        complain(f"{file}: the report cannot be written ({error.strerror or error}); name another file with --report.")
    _show(report, file)
    if report.leaks:
        raise typer.Exit(1)
    if report.unfinished:
        raise typer.Exit(_INTERRUPTED)


def _agreed(config: Config, sitemap: str | None, *, yes: bool) -> str | None:
    """The sitemap, once it is sure that its host may be asked."""
    if sitemap is None:
        return None
    site = site_of(config)
    link = sitemap if "://" in sitemap or sitemap.startswith("/") else f"{site.scheme}://{sitemap}"
    if site.target_of(link, "/") is not None:
        return link
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        refuse(f'"{sitemap}" is no address; write a path such as /sitemap.xml, or a whole one.')
    if yes:
        return link
    question = f"{parts.netloc} is not in the configuration. Ask it for {parts.path or '/'}?"
    if not sys.stdin.isatty():
        refuse(f"{question} Say --yes, or name it as [paper] url.")
    typer.confirm(question, abort=True)
    return link


async def _audited(config: Config, options: Options, told: Told) -> Report:
    ends, loop = Ends(), asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS))
    loop.add_signal_handler(signal.SIGINT, ends.say)
    try:
        return await audit(config, options, told, ends, datetime.now(UTC))
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@contextlib.contextmanager
def _progress() -> Iterator[Told]:
    """What shows how far the audit is: a bar in a terminal, else a line now and then."""
    shown = console(errors=True)
    if not shown.is_terminal:
        yield _lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=shown, transient=True) as progress:
        stages = {}

        def told(stage: str, done: int, of: int) -> None:
            if stage not in stages:
                stages[stage] = progress.add_task(stage.capitalize())
            progress.update(stages[stage], completed=done, total=of)

        yield told


def _lines() -> Told:
    begun: dict[str, int] = {}

    def told(stage: str, done: int, of: int) -> None:
        if stage not in begun or done >= begun[stage] + _LINE_EVERY or (done == of and done > begun[stage]):
            begun[stage] = done
            complain(f"{stage}: {done:,} of {of:,}", style="")

    return told


def _show(report: Report, file: Path) -> None:
    """Print the summary."""
    say()
    say(verdict(report), "bold red" if report.leaks else "bold green")
    say(f"{report.answers:,} answers, {report.articles:,} articles, {report.metered:,} of them withheld.\n")
    for found in report.found:
        say(f"{found.count:,} × {found.kind.title}", _STYLES[found.kind.weight])
        if found.kind.weight is not Weight.REMARK:
            show_rows("", [(f"  {example.address}", example.detail) for example in found.examples[:_SHOWN]])
    if report.kept_out[0]:
        say(f"robots.txt keeps {report.kept_out[0]:,} addresses from programs; these were not looked at.")
    for note in report.notes:
        say(note)
    say(f"\nThe report: {file}")
