"""The Typer app: every command, in the order in which one meets them."""

from __future__ import annotations

import typer

from pennypress.cli.account import app as account
from pennypress.cli.audit import audit
from pennypress.cli.check import check
from pennypress.cli.crawlers import app as crawlers
from pennypress.cli.demo import demo
from pennypress.cli.doctor import doctor
from pennypress.cli.explain import explain
from pennypress.cli.gateway import gateway
from pennypress.cli.init import init
from pennypress.cli.jobs import jobs
from pennypress.cli.lock import lock
from pennypress.cli.mode import mode
from pennypress.cli.network import app as network
from pennypress.cli.opening import open_articles
from pennypress.cli.privacy import app as privacy
from pennypress.cli.staff import app as staff
from pennypress.cli.status import status
from pennypress.cli.subscriptions import app as subscriptions
from pennypress.cli.try_ import try_site

app = typer.Typer(
    name="pennypress",
    help="A metered paywall for newspapers: it stands in front of the site, and says where each reader stands.",
    epilog="Begin with: pennypress demo. Then, for your own paper: pennypress init, pennypress check, "
    "pennypress gateway --config pennypress.toml.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",  # a paragraph of a docstring is one paragraph, however wide the terminal
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("demo")(demo)
app.command("try")(try_site)
app.command("init")(init)
app.command("check")(check)
app.command("gateway")(gateway)
app.command("mode")(mode)
app.command("status")(status)
app.command("explain")(explain)
app.command("audit")(audit)
app.command("doctor")(doctor)
app.command("open")(open_articles)
app.command("lock")(lock)
app.command("jobs")(jobs)
app.add_typer(network)
app.add_typer(crawlers)
app.add_typer(account)
app.add_typer(subscriptions)
app.add_typer(privacy)
app.add_typer(staff)
