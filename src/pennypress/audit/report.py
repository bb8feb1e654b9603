"""The report as one page: with nothing outside itself, for a screen by day and by night, and for paper."""

from __future__ import annotations

from pathlib import Path

from pennypress.audit.findings import Report, Weight
from pennypress.pages.templating import environment

_TEMPLATES = Path(__file__).parent / "templates"
_NAMES = {Weight.LEAK: "Text leaves", Weight.FAULT: "To mend", Weight.REMARK: "To know"}


def report_page(report: Report) -> str:
    """The page of a report."""
    template = environment(_TEMPLATES).get_template("audit.html")
    return template.render(report=report, names=_NAMES, verdict=verdict(report))


def verdict(report: Report) -> str:
    """The outcome in a sentence."""
    if report.leaks:
        places = "1 place" if report.leaks == 1 else f"{report.leaks:,} places"
        return f"Withheld text leaves at {places}."
    if report.unfinished:
        return f"No leak was seen; but the audit was broken off while {report.unfinished}."
    if not report.metered:
        return "No leak was seen; but no metered article was seen either, so there was nothing to look for."
    return "No withheld text leaves."
