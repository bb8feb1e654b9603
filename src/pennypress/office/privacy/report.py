"""What a paper says of its readers' data, with this installation's settings, ready to paste."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from pennypress.config import Config
from pennypress.config.document import build
from pennypress.office.privacy.inventory import BUDGET, INVENTORY, LIBRARIES, METER, Basis, Kept, Span

_COOKIES = (
    ("pennypress", "counts the articles that a browser opened in the window; serves the meter alone", "13 months"),
    ("pennypress-account", "keeps a reader signed in on the account pages", "[office] session"),
    ("pennypress-language", "the language chosen for these pages", "a year"),
)

_ADDRESSES = (
    " So that nobody reads on by deleting it, we count how many articles new readers at one internet address open "
    "between them. The address is kept only as a keyed hash, whose key is destroyed after the next window."
)


def report(config: Config) -> Iterator[str]:
    """The report, as lines of Markdown."""
    yield f"# Readers' data at {config.paper.name}"
    yield ""
    yield "## For the table of cookies"
    yield ""
    yield "| name | whose | what for | how long | consent |"
    yield "|---|---|---|---|---|"
    prefix = "__Host-" if config.paper.secure else ""
    for name, what, span in _COOKIES:
        host = "" if name == "pennypress-language" else prefix
        yield f"| `{host}{name}` | our own | {what} | {_filled(span, config)} | not needed: strictly necessary |"
    yield ""
    yield "## For the privacy notice"
    yield ""
    yield from _notice(config)
    yield ""
    yield "## Every field"
    yield ""
    yield "| where | what | why | how long | basis |"
    yield "|---|---|---|---|---|"
    budget = BUDGET if _budgeting(config) else ()
    kept_here = (*METER, *budget, *INVENTORY, *LIBRARIES)
    yield from (_row(kept, config) for kept in kept_here if kept.basis is not Basis.NONE)
    yield ""
    yield "## Legitimate interests: the assessment"
    yield ""
    yield from _interests(config)
    yield ""
    yield "## Impact assessment: is one needed, and what it would say"
    yield ""
    yield from _impact(config)
    yield ""
    yield "## Processors"
    yield ""
    yield from _processors(config)


def _notice(config: Config) -> Iterator[str]:
    paper = config.paper.name_in_sentence
    sold_by = config.office.company or config.paper.name
    yield (
        f"Readers may open {config.meter.limit} articles in a {config.meter.window} without paying. To count them, a "
        "random name is kept in one cookie and, on our own server, the articles opened under it; both are deleted when "
        f"the window after it has ended. Nobody follows you with it, on {paper} or elsewhere; nobody else receives it."
        f"{_ADDRESSES if _budgeting(config) else ''}"
    )
    yield ""
    yield (
        "Of readers with an account we keep the mail address, what they chose to give us, their subscription and "
        f"payments, and the devices that are signed in. The controller is {sold_by}. You see, download and delete all "
        f"of it at {config.office.account}; payments stay for {_days(config.retention.payments)}, as tax law demands. "
        "You may complain to the authority for data protection."
    )


def _interests(config: Config) -> Iterator[str]:
    yield "- Purpose: to let everybody read some articles free and ask those who read more to pay; a paper that nobody"
    yield "  pays for ends. To see that one address does not make accounts by the dozen."
    yield "- Necessity: a count needs a name for the browser. It is random, it holds nothing, and the count stands on"
    yield "  the paper's own server. Fingerprints, advertising identifiers and profiles are not used. An address is"
    newcomer = _days(config.retention.newcomer)
    yield f"  kept only as a keyed hash: where accounts are made for {newcomer}{';' if _budgeting(config) else '.'}"
    if _budgeting(config):
        yield "  for the budget of newcomers at one address until the window after theirs has ended. Without it a count"
        yield "  would hold only those who keep their cookie."
    yield "- Balance: readers expect a metered paper to count; each page says where they stand; they can see which"
    yield "  articles counted and have them forgotten. No history of subscribers' reading is kept for it. The interest"
    yield "  of the paper is not outweighed."


def _impact(config: Config) -> Iterator[str]:
    yield "- Needed? No decision with legal effect, no profiling, no special categories, no large-scale watching of"
    yield "  public places: by articles 35(1) and 35(3) none is required. What an article is about may say something of"
    yield "  who reads it, so this is what one would say."
    yield "- Risks: somebody with the server's files could see which articles a random name has opened in a window."
    yield "- Measures: random names; rows go one window after theirs; accounts are metered under a name of their own;"
    yield "  staff never see what a reader read; readers can have it forgotten; files are readable by one user alone."
    yield "- What remains is low."


def _processors(config: Config) -> Iterator[str]:
    yield "- whoever runs the server on which Pennypress stands"
    if not config.mail.server.startswith("folder:"):
        yield "- whoever runs the mail server that is named under [mail]"
    if config.stripe.key is not None:
        yield "- Stripe, for payments by card and mandate (a controller of its own for preventing fraud)"
    if config.office.openid is not None:
        yield "- the providers by which readers sign in, named in the file under [office] openid"


def _row(kept: Kept, config: Config) -> str:
    fields = ", ".join(f"`{field}`" if kept.table[0].isupper() else field for field in kept.fields)
    return f"| {kept.table} | {fields} | {kept.why} | {_filled(kept.span, config)} | {kept.basis.value} |"


def _filled(span: str, config: Config) -> str:
    """A span with this installation's setting in the place of its name."""
    retention = config.retention
    filled = {
        Span.LETTERS.value: _days(retention.letters),
        Span.AUDIT.value: _days(retention.audit),
        Span.PAYMENTS.value: _days(retention.payments),
        Span.NEWCOMER.value: _days(retention.newcomer),
        "[office] session": _days(config.office.session),
        Span.DEVICE.value: f"until it is signed out, at most {_days(config.office.session)}",
    }
    return filled.get(span, str(span))


def _budgeting(config: Config) -> bool:
    return config.network.budget != "off"


def _days(stretch: timedelta) -> str:
    return f"{stretch.days} days"


def privacy_page() -> str:
    """The page of the docs: the report of a paper that has changed no setting."""
    config = build(Path(), paper={"name": "The Morning Post", "name_in_sentence": "the Morning Post"})
    return "\n".join((*_PREFACE, *report(config))) + "\n"


_PREFACE = (
    "<!-- Made by python -m tools.reference from the inventory in office/privacy: change it there. -->",
    "",
    "`pennypress privacy report` prints what follows with your own settings, ready to paste; here it stands with the",
    "defaults, for an invented paper. Every field that is kept has its line: one without fails the tests. It was",
    "written with care and is no legal advice.",
    "",
)
