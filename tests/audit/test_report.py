"""The report, opened in a browser: everyone can read it, by day, by night, on a phone and without what is elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from pennypress.audit import findings as kinds
from pennypress.audit.findings import KINDS, Findings, Report
from pennypress.audit.report import report_page, verdict
from tests.journeys.reader import PHONE, new_reader
from tests.journeys.running import chromium_browser

NASTY = '</td><script>alert(1)</script>"&'


def a_report(*, leaks: bool = True, unfinished: str = "") -> Report:
    """A report with every kind of finding in it."""
    findings = Findings()
    for kind in KINDS if leaks else KINDS[3:]:
        for number in range(60 if kind is kinds.GUARDED else 2):
            findings.add(kind, f"/news/{number}/a-slug-that-is-rather-long?and=its&query={NASTY}", f"what: {NASTY}")
    findings.route("feeds").asked = 3
    return Report(
        paper="The Leaky Post",
        address="http://paper.test",
        began=datetime(2026, 11, 20, 12, tzinfo=UTC),
        found=findings.all(),
        routes=findings.routes,
        answers=1234,
        articles=600,
        metered=590,
        guard="withhold",
        unfinished=unfinished,
        notes=("A note.",),
        kept_out=(2, ("/private", "/admin")),
        failed=(1, (("/slow", "it takes too long"),)),
        hosts=(("elsewhere.example", 7),),
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_and_nothing_comes_from_elsewhere(
    chromium: str, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_page(a_report()), "utf-8")
    async with chromium_browser(chromium) as browser:
        reader = await new_reader(browser, "", window=PHONE)
        asked: list[str] = []
        reader.page.on("request", lambda request: asked.append(request.url))
        await reader.page.emulate_media(color_scheme=scheme)
        await reader.open(file.as_uri())
        assert await reader.violations() == []
        assert not await reader.is_scrolled_sideways()
        assert asked == [file.as_uri()]
        assert reader.errors == []
        await reader.page.emulate_media(media="print")
        await reader.page.set_viewport_size({"width": 794, "height": 1123})  # A4
        assert not await reader.is_scrolled_sideways()


def test_a_report_says_how_many_and_shows_the_first() -> None:
    page = report_page(a_report())
    assert "The first 50 of 60" in page
    assert page.count("<script>") == 0
    assert "elsewhere.example (7)" in page


def test_the_verdict_is_a_sentence() -> None:
    assert verdict(a_report()) == "Withheld text leaves at 4 places."
    assert verdict(a_report(leaks=False)) == "No withheld text leaves."
    unfinished = "No leak was seen; but the audit was broken off while asking the site."
    assert verdict(a_report(leaks=False, unfinished="asking the site")) == unfinished


def test_of_one_kind_of_route_there_are_not_only_examples() -> None:
    findings = Findings()
    for number in range(100):
        findings.add(kinds.LEAK, f"/feed/{number}", "x", group="feeds")
    findings.add(kinds.LEAK, "/wp-json/", "x", group="REST")
    (found,) = findings.all()
    assert found.count == 101
    assert found.examples[-1].address == "/wp-json/"
