"""The meter with the office beside it."""

from __future__ import annotations

from tests.office.site import RunningSite, Visitor


def test_the_office_answers_under_its_own_paths_and_the_paper_under_all_others(site: RunningSite) -> None:
    reader = Visitor(site)
    assert "You can read 4 more articles this month" in reader.get("/news/a").text
    assert reader.get("/-/pennypress/desk/no-such-page").heading == "There is no such page"


def test_the_paper_never_sees_what_was_asked_of_the_office(site: RunningSite) -> None:
    Visitor(site).get("/-/pennypress/desk/no-such-page?code=123456")
    assert site.origin.asked == []
