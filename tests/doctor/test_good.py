"""A paper that is set up as the operator's page says."""

from __future__ import annotations

from pennypress.doctor.finding import Colour
from tests.doctor.paper import ADDRESS, SCHEME, House, nginx_in_front


def test_nothing_is_red_before_a_gateway_that_is_set_up_well(house: House, nginx: str) -> None:
    house.origin.asked.clear()
    with nginx_in_front(house, ADDRESS + SCHEME):
        found = house.examine()
    assert found.all_of(Colour.GREEN) == {"name", "round", "cache", "address", "cookies", "style", "body"}
    assert found.all_of(Colour.UNSEEN) == {"https", "cms"}
    assert found.examination.healthy


def test_it_asks_by_get_and_head_alone_seldom_and_opens_one_article(house: House, nginx: str) -> None:
    house.origin.asked.clear()
    with nginx_in_front(house, ADDRESS + SCHEME):
        found = house.examine()
    assert found.examination.asked <= 30
    assert {method for method, _, _ in house.origin.asked} <= {"GET", "HEAD"}
    assert {path for _, path, _ in house.origin.asked if path.startswith("/news/")} == {"/news/a5"}


def test_the_article_that_was_named_is_read_in_place_of_the_newest(house: House, nginx: str) -> None:
    with nginx_in_front(house, ADDRESS + SCHEME):
        found = house.examine("/news/a2")
    assert found.examination.article == "/news/a2"
    assert found.colour("body") == "green"
